from ast import literal_eval
from datetime import datetime, timedelta

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..counting import Counted
from ..receivable.test_receivable import ReceivableCase


class PerformanceCase(ReceivableCase):
    """Orders, invoices and payments of two managers' clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.write({"credit_limit": 10**9, "overdue_tolerance_days": 9999})
        cls.other_contract = cls._contract(cls.other_client, credit_limit=10**9, overdue_tolerance_days=9999)
        cls.category = cls.env["product.category"].create({"name": "Advice"})
        cls.service = cls.env["product.product"].create(
            {
                "name": "Advice",
                "type": "service",
                "categ_id": cls.category.id,
                "list_price": 100,
                "taxes_id": [Command.clear()],
                "invoice_policy": "order",
            }
        )

    @classmethod
    def _sell(cls, quantity=1, client=None, days_ago=0, price=100, **values):
        """A confirmed order of services."""
        line = {
            "product_id": cls.service.id,
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": False,
        }
        order = cls.env["sale.order"].create(
            {
                "partner_id": (client or cls.client).id,
                "user_id": cls.manager.id,
                "company_id": cls.company.id,
                "order_line": [Command.create(line)],
                **values,
            }
        )
        order.action_confirm()
        day = cls.today - timedelta(days=days_ago)
        order.date_order = datetime(day.year, day.month, day.day, 12)
        return order

    @classmethod
    def _invoice(cls, orders, days_ago=0):
        invoice = orders._create_invoices()
        invoice.invoice_date = cls.today - timedelta(days=days_ago)
        invoice.action_post()
        return invoice

    def _rows(self, user, domain=()):
        self.env.invalidate_all()
        Report = self.env["sales.performance.report"].with_user(user)
        Report = Report.with_context(allowed_company_ids=user.company_ids.ids)
        ours = self.client | self.other_client
        return Report.search([("client_id", "in", ours.ids), *domain])

    def _sums(self, user, domain=()):
        """:return: tuple of ordered, shipped, invoiced, returned, paid"""
        rows = self._rows(user, domain)
        names = ("ordered", "shipped", "invoiced", "returned", "paid")
        return tuple(round(sum(rows.mapped(f"{name}_amount")), 2) for name in names)


@tagged("post_install", "-at_install")
class TestPerformanceReport(PerformanceCase):
    def test_one_order_from_beginning_to_end(self):
        order = self._sell(3)
        self.assertEqual(self._sums(self.manager), (300, 0, 0, 0, 0))
        order.order_line.qty_delivered = 2
        self.assertEqual(self._sums(self.manager), (300, 200, 0, 0, 0))
        invoice = self._invoice(order)
        self.assertEqual(self._sums(self.manager), (300, 200, 300, 0, 0))
        self._settle(invoice, 120)
        self.assertEqual(self._sums(self.manager), (300, 200, 300, 0, 120))
        back = invoice._reverse_moves()
        back.invoice_line_ids.quantity = 1
        back.action_post()
        self.assertEqual(self._sums(self.manager), (300, 200, 200, 100, 120))
        self._match(invoice, back)
        self.assertEqual(self._sums(self.manager), (300, 200, 200, 100, 120))

    def test_money_given_back(self):
        credit = self._bill(50, move_type="out_refund")
        self._settle(credit)
        self.assertEqual(self._sums(self.manager), (0, 0, -50, 50, -50))

    def test_neither_drafts_nor_what_was_cancelled(self):
        order = self._sell(1)
        self._owe(70, post=False)
        order._action_cancel()
        self.assertEqual(self._sums(self.head), (0, 0, 0, 0, 0))

    def test_who_sees_what(self):
        self._sell(1)
        self._sell(2, self.other_client, user_id=self.colleague.id)
        self.assertEqual(self._sums(self.manager)[0], 100)
        self.assertEqual(self._sums(self.colleague)[0], 200)
        self.assertEqual(self._sums(self.head)[0], 300)
        for user in (self.manager, self.colleague, self.head):
            self.assertFalse(user.has_group("account.group_account_readonly"))
            self.assertFalse(user.has_group("account.group_account_invoice"))

    def test_granted_clients(self):
        self._sell(2, self.other_client, user_id=self.colleague.id)
        self._let_see(self.manager, self.other_client)
        self.assertEqual(self._sums(self.manager)[0], 200)

    def test_a_client_given_away(self):
        """Sales stay the seller's; who sees them goes with the client."""
        self._sell(1)
        self.client.user_id = self.colleague
        self._sell(2, user_id=self.colleague.id)
        [group, other] = (
            self.env["sales.performance.report"]
            .with_user(self.head)
            .formatted_read_group(
                [("client_id", "=", self.client.id)], ["user_id"], ["ordered_amount:sum"], order="user_id"
            )
        )
        sold = {row["user_id"][0]: row["ordered_amount:sum"] for row in (group, other)}
        self.assertEqual(sold, {self.manager.id: 100, self.colleague.id: 200})
        self.assertEqual(self._rows(self.head).manager_id, self.colleague)
        self.assertFalse(self._rows(self.manager))
        self.assertEqual(self._sums(self.colleague)[0], 300)

    def test_other_companies(self):
        self._sell(1)
        elsewhere = self._second_company()
        stranger = new_test_user(
            self.env,
            "stranger",
            "sales_crm.group_head",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        self.assertFalse(self._rows(stranger))
        self.assertTrue(self._rows(self.head))

    def test_who_is_no_manager(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self._rows(clerk)

    def test_margin_is_the_heads(self):
        self.service.with_company(self.company).standard_price = 60
        self._invoice(self._sell(3))
        self._bill(40)  # of nothing that has a cost
        self.assertEqual(sum(self._rows(self.head).mapped("margin_amount")), 120)
        self.assertEqual(sum(self._rows(self.head).mapped("margin_base_amount")), 300)
        with self.assertRaises(AccessError):
            self._rows(self.manager).mapped("margin_amount")
        with self.assertRaises(AccessError):
            self.env["sales.performance.report"].with_user(self.manager).formatted_read_group(
                [], [], ["margin_amount:sum"]
            )

    def test_dimensions(self):
        country = self.env.ref("base.us")
        state = self.env.ref("base.state_us_5")
        self.client.write({"client_class": "A", "country_id": country.id, "state_id": state.id})
        deal = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.client.id, "approach": "passive", "type": "opportunity"}
        )
        old = self._sell(1, days_ago=400, opportunity_id=deal.id)
        order = self._sell(1)
        self._settle(self._invoice(order))
        rows = self._rows(self.manager, [("order_id", "=", order.id)])
        self.assertEqual(set(rows.mapped("kind")), {"ordered", "invoiced", "paid"})
        self.assertEqual(set(rows.mapped("client_class")), {"A"})
        self.assertEqual((rows.country_id, rows.state_id), (country, state))
        self.assertEqual(rows.contract_id, self.contract)
        self.assertEqual((rows.product_id, rows.categ_id), (self.service, self.category))
        self.assertEqual(set(rows.mapped("client_kind")), {"repeat"})
        self.assertEqual(set(rows.mapped("approach")), {"passive"}, "of the client's first deal")
        row = self._rows(self.manager, [("order_id", "=", old.id)])
        self.assertEqual((row.client_kind, row.approach), ("new", "passive"))

    def test_the_day_is_the_companys(self):
        self.company.resource_calendar_id.tz = "Asia/Vladivostok"
        order = self._sell(1)
        order.date_order = "2026-03-31 20:00:00"
        self.assertEqual(str(self._rows(self.manager).date), "2026-04-01")

    def test_a_month_and_a_year_begin_on_their_first_day(self):
        """East of Greenwich, too, where a day begins before its date in UTC."""
        for day in ("2025-12-31", "2026-01-01", "2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01"):
            self._sell(1).date_order = f"{day} 12:00:00"
        search = etree.fromstring(self.env.ref("sales_crm.sales_performance_report_view_search").arch)
        for zone in ("Asia/Vladivostok", "UTC", "America/New_York"):
            self.manager.tz = zone
            for name, days in (
                ("this_month", ["2026-06-01", "2026-06-30"]),
                ("this_year", ["2026-01-01", "2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01"]),
            ):
                domain = literal_eval(search.find(f".//filter[@name='{name}']").get("domain"))
                with self._at("2026-06-15 12:00"):
                    Report = self.env["sales.performance.report"].with_user(self.manager)
                    rows = Report.with_context(tz=zone).search(
                        [("client_id", "=", self.client.id), *domain], order="date"
                    )
                self.assertEqual([str(row.date) for row in rows], days, zone)

    def test_currencies(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        invoice = self._bill(100, currency_id=euro.id)
        self._settle(invoice, 50)
        self.assertEqual(self._sums(self.manager), (0, 0, 50, 0, 25))
        self.assertFalse(any(self._rows(self.manager).mapped("no_rate")))

    def test_a_currency_without_a_rate_is_named(self):
        money = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        prices = self.env["product.pricelist"].create({"name": "Q", "currency_id": money.id})
        self._sell(1, pricelist_id=prices.id)
        self._sell(2)
        row = self._rows(self.manager, [("no_rate", "=", True)])
        self.assertEqual((row.ordered_amount, row.document_currency_id), (100, money))

    def test_documents(self):
        order = self._sell(1)
        invoice = self._invoice(order)
        payment = self._settle(invoice)
        opened = {row.kind: row for row in self._rows(self.manager)}
        for kind, document in (("ordered", order), ("invoiced", invoice)):
            action = opened[kind].action_open_document()
            self.assertEqual((action["res_model"], action["res_id"]), (document._name, document.id))
        row = opened["paid"].sudo()
        self.assertEqual((row.res_model, row.res_id), (payment._name, payment.id))
        if not payment.with_user(self.manager).has_access("read"):
            with self.assertRaisesRegex(AccessError, "You may not open"):
                opened["paid"].action_open_document()

    def test_nobody_opens_by_a_row_of_others(self):
        self._sell(1, self.other_client, user_id=self.colleague.id)
        row = self._rows(self.head)
        with self.assertRaises(AccessError):
            row.with_user(self.manager).action_open_document()

    def test_export_goes_by_the_guard(self):
        self._sell(1)
        with self.assertRaises(AccessError):
            self._rows(self.manager).export_data(["number"])
        self.head.group_ids += self.env.ref("base.group_allow_export")
        self.assertTrue(self._rows(self.head).export_data(["number"])["datas"])
        log = self.env["sales.export.log"].search([("res_model", "=", "sales.performance.report")], limit=1)
        self.assertEqual(log.user_id, self.head)

    def test_constant_queries(self):
        spec = {
            "number": {},
            "client_id": {"fields": {"display_name": {}}},
            "user_id": {"fields": {"display_name": {}}},
            "product_id": {"fields": {"display_name": {}}},
            "ordered_amount": {},
            "approach": {},
        }

        def count(call):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                call(self.env["sales.performance.report"].with_user(self.head))
            return counted.queries

        calls = (
            lambda Report: Report.web_search_read([], spec),
            lambda Report: Report.formatted_read_group(
                [], ["date:month", "user_id"], ["ordered_amount:sum", "paid_amount:sum"]
            ),
        )
        self._settle(self._invoice(self._sell(1)))
        for call in calls:
            count(call)
        few = [count(call) for call in calls]
        for number in range(5):
            self._bill(10, 50, self._create_client(f"Client {number}", self.manager))
            self._sell(1)
        for call in calls:  # new clients have emptied what is kept of access
            count(call)
        self.assertEqual([count(call) for call in calls], few)

    def test_the_screen_opens(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sales_crm.sales_performance_report_action")
        for user in (self.manager, self.head):
            views = self.env[action["res_model"]].with_user(user).get_views(action["views"])["views"]
            self.assertEqual(set(views), {"pivot", "graph", "list", "kanban"})
