from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..counting import Counted
from .test_access_rule import AccessCase

# What the guard may ask beyond what is asked without it, however many lines there are
GUARD_QUERIES = 6
LINES = (1, 10, 40, 100)


@tagged("post_install", "-at_install")
class TestAccessQueries(AccessCase):
    """The guard asks once per model and batch: forty lines cost it as much as one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("sales_team.group_sale_salesman")
        cls.products = cls.env["product.product"].create(
            [
                {"name": f"Thing {number}", "list_price": number, "type": "service"}
                for number in range(2 * max(LINES))
            ]
        )

    def _lines(self, count):
        return [
            Command.create({"product_id": product.id, "product_uom_qty": 1})
            for product in self.products[:count]
        ]

    def _order(self, count):
        vals = {"partner_id": self.client.id, "order_line": self._lines(count)}
        return self.env["sale.order"].with_user(self.manager).create(vals)

    def _unguarded(self):
        """Without the guards of references and of owners; the record rules stay."""
        return patch.object(self.registry["base"], "_sales_checks_references", lambda model: False)

    def _queries(self, work, *args):
        """:return: how many queries ``work`` costs when it begins with empty caches of records"""
        self.env.flush_all()
        self.env.invalidate_all()
        with Counted(self.cr) as counted:
            work(*args)
            self.env.flush_all()
        return counted.queries

    def _compare(self, work, prepare=lambda count: count, counts=LINES, more=GUARD_QUERIES):
        """:param work: what the user does to what ``prepare`` returned for a number of records"""
        work(prepare(min(counts)))  # what is asked once only, like views and translations
        for count in counts:
            with self.subTest(count=count):
                with self._unguarded():
                    work(prepare(count))
                    without = self._queries(work, prepare(count))
                self.assertLessEqual(self._queries(work, prepare(count)), without + more)

    def test_order(self):
        self._compare(self._order)

    def test_order_with_rules(self):
        """What is granted isn't worked out for each line, whatever it hangs on."""
        self._rule(scope="clients", client_ids=[Command.set(self.client.ids)])
        self._rule(scope="team")
        self._rule(scope="domain", client_domain="[('client_class', '=', 'A')]")
        self._compare(self._order, counts=(1, 40))

    def test_lines(self):
        """Lines of an order that is there: other quantities, other products, all away."""

        def changed(order):
            order.write(
                {
                    "order_line": [
                        Command.update(line.id, {"product_uom_qty": 7, "product_id": product.id})
                        for line, product in zip(order.order_line, reversed(self.products), strict=False)
                    ]
                }
            )

        self._compare(changed, self._order)
        self._compare(lambda order: order.write({"order_line": [Command.clear()]}), self._order, (1, 40))

    def test_onchange(self):
        columns = {"product_id": {}, "product_uom_qty": {}, "price_unit": {}, "price_subtotal": {}}
        spec = {"partner_id": {}, "order_line": {"fields": columns}, "amount_total": {}}
        Order = self.env["sale.order"].with_user(self.manager)

        def typed(count):
            lines = [(0, f"virtual_{n}", line[2]) for n, line in enumerate(self._lines(count))]
            Order.onchange({"partner_id": self.client.id, "order_line": lines}, ["order_line"], spec)

        self._compare(typed)

        def more(order):
            line = self._lines(1)[0][2]
            order.onchange({"order_line": [(0, "virtual_1", line)]}, ["order_line"], spec)

        self._compare(more, self._order)

    def _entered(self, model, **vals):
        """:return: function of a number that enters so many of these records at once"""
        Model = self.env[model].with_user(self.manager)
        return lambda count: Model.create([dict(vals) for _number in range(count)])

    def _compare_entered(self, model, path, more=GUARD_QUERIES, **vals):
        """Entered at once, and given to another own client at once."""
        entered = self._entered(model, **vals)
        self._compare(entered, counts=(1, 40))
        other = self._create_client("Beta", self.manager)
        self._compare(lambda records: records.write({path: other.id}), entered, (1, 40), more)

    def test_deals(self):
        self._compare_entered("crm.lead", "partner_id", name="Deal", partner_id=self.client.id)

    def test_contacts(self):
        # With the parent changes who pays: orders, invoices, contracts and releases are looked for
        more = 2 * GUARD_QUERIES
        self._compare_entered("res.partner", "parent_id", more, name="Petrov", parent_id=self.client.id)

    def test_files(self):
        self._compare_entered(
            "ir.attachment", "res_id", name="a", res_model="res.partner", res_id=self.client.id
        )

    def test_calls(self):
        self._compare_entered(
            "mail.activity",
            "res_id",
            activity_type_id=self.call.id,
            res_model_id=self.env["ir.model"]._get_id("res.partner"),
            res_id=self.client.id,
        )

    # ------------------------------------------------------
    # What is kept is not kept for too long
    # ------------------------------------------------------

    def test_one_foreign_of_forty(self):
        """In one batch what may be seen, what may not and what isn't there."""
        lead = self.env["crm.lead"].create({"name": "Own deal", "partner_id": self.client.id})
        missing = self.env["crm.lead"].create({"name": "Away"})
        gone = missing.id
        missing.unlink()
        vals = [
            {"partner_id": self.client.id, "opportunity_id": lead.id, "order_line": self._lines(1)}
            for _number in range(40)
        ]
        Order = self.env["sale.order"].with_user(self.manager)
        self.assertEqual(len(Order.create(vals)), 40)
        vals[39]["opportunity_id"] = self.lead.id
        with self.assertRaises(AccessError):
            Order.create(vals)
        vals[0]["opportunity_id"] = gone
        with self.assertRaises(AccessError):
            Order.create(vals)

    def test_what_is_granted_now(self):
        """A rule that is set, archived or over is so for the next call, also within one request."""

        def refers():
            self.env.invalidate_all()
            try:
                with self.cr.savepoint():
                    self.env["crm.lead"].with_user(self.manager).create(
                        {"name": "New", "partner_id": self.foreign.id}
                    )
            except AccessError:
                return False
            return True

        self.assertFalse(refers())
        rule = self._let_see(self.manager, self.foreign, perm_create=True)
        self.assertTrue(refers())
        rule.active = False
        self.assertFalse(refers())
        rule.write({"active": True, "date_from": "2026-11-02", "date_to": "2026-11-06"})
        for moment, expected in (("2026-11-06 12:00", True), ("2026-11-07 12:00", False)):
            with self._at(moment):
                self.assertEqual(refers(), expected, moment)
        rule.write({"date_from": False, "date_to": False})
        self.assertTrue(refers())
        rule.client_ids = self.client
        self.assertFalse(refers())

    def test_team_goes(self):
        """With the team goes what its members have through it."""
        self._rule(
            user_ids=False,
            team_ids=[Command.set(self.team.ids)],
            scope="managers",
            manager_ids=[Command.set(self.colleague.ids)],
        )
        Lead = self.env["crm.lead"].with_user(self.manager)
        self.assertTrue(self._seen(self.foreign))
        self.team.unlink()
        self.assertFalse(self._seen(self.foreign))
        with self.assertRaises(AccessError):
            Lead.create({"name": "New", "partner_id": self.foreign.id})
