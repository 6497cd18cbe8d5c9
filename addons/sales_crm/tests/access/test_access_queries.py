import collections
import statistics
import time
import traceback
from unittest.mock import patch

from odoo import Command
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .test_access_rule import AccessCase


@tagged("post_install", "-at_install")
class TestAccessQueries(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("sales_team.group_sale_salesman")
        cls.products = cls.env["product.product"].create(
            [{"name": f"Thing {n}", "list_price": n, "type": "service"} for n in range(200)]
        )

    def _vals(self, n):
        return {
            "partner_id": self.client.id,
            "order_line": [
                Command.create({"product_id": p.id, "product_uom_qty": 1}) for p in self.products[:n]
            ],
        }

    def _count(self, work, prepare=lambda: None):
        self.env.flush_all()
        self.env.invalidate_all()
        what = prepare()
        self.env.flush_all()
        self.env.invalidate_all()
        callers = collections.Counter()
        execute = Cursor.execute

        def counted(cursor, query, *args, **kwargs):
            frames = traceback.extract_stack()
            ours = [f"{f.filename.rsplit('/addons/')[-1]}:{f.lineno} {f.name}" for f in frames if "sales_crm/models" in f.filename or "sales_crm/tools" in f.filename]
            q = query if isinstance(query, str) else getattr(query, "code", str(query))
            callers[" < ".join(ours[::-1][:6]) or "core", ] += 1
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", counted):
            before = self.cr.sql_log_count
            work(what) if what is not None else work()
            self.env.flush_all()
        return self.cr.sql_log_count - before, callers

    def _off(self):
        return patch.object(self.registry["base"], "_sales_checks_references", lambda self: False)

    def _order(self, n):
        return self.env["sale.order"].with_user(self.manager).with_context(tracking_disable=False).create(self._vals(n))

    def _report(self, label, work, prepare=None):
        for n in (1, 10, 40, 100):
            prep = (lambda n=n: prepare(n)) if prepare else (lambda: n)
            with self._off():
                w = prep(); work(w)
                self.env.flush_all()
                off, off_by = self._count(work, prep)
            w = prep(); work(w)
            on, on_by = self._count(work, prep)
            print(f"QUERIES {label} {n}: off {off} on {on}")
            if n == 40:
                for k, v in (on_by - off_by).most_common(25):
                    print("   ", v, k[0])

    def test_report(self):
        self._report("create", self._order)
        def changed(n):
            order = self._order(n)
            return order, n
        def write(x):
            order, n = x
            order.write({"order_line": [Command.update(l.id, {"product_uom_qty": 7}) for l in order.order_line]})
        self._report("write", write, changed)
        def swap(x):
            order, n = x
            order.write({"order_line": [Command.update(l.id, {"product_id": self.products[-1 - i].id}) for i, l in enumerate(order.order_line)]})
        self._report("swap", swap, changed)
        def unit(n):
            vals = self._vals(n)
            spec = {"partner_id": {}, "order_line": {"fields": {"product_id": {}, "product_uom_qty": {}, "price_unit": {}, "price_subtotal": {}, "tax_ids": {}}}, "amount_total": {}}
            return (n, spec, vals)
        def onchange(x):
            n, spec, vals = x
            vals = {**vals, "order_line": [(0, f"virtual_{i}", c[2]) for i, c in enumerate(vals["order_line"])]}
            self.env["sale.order"].with_user(self.manager).onchange(vals, ["order_line"], spec)
        self._report("onchange", onchange, unit)
        times = {"on": [], "off": []}
        for _ in range(6):
            for key in times:
                def timed():
                    self.env.flush_all(); self.env.invalidate_all()
                    t = time.perf_counter(); self._order(40); self.env.flush_all()
                    times[key].append(time.perf_counter() - t)
                if key == "off":
                    with self._off():
                        timed()
                else:
                    timed()
        print("TIMES", {k: round(statistics.median(v[1:]) * 1000) for k, v in times.items()})
