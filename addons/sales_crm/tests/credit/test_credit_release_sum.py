from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...models.credit.sales_credit import CREDIT_LOCK
from ..common_credit import CreditCase
from ..counting import Counted


@tagged("post_install", "-at_install")
class TestCreditReleaseSum(CreditCase):
    """A controller's bound holds for all that he lets through for one client, not for each piece of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = new_test_user(
            cls.env,
            "second_controller",
            "sales_crm.group_credit_controller,sales_crm.group_head",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            name="Second Controller",
        )
        cls.controller.sales_release_limit = 3000
        cls.second.sales_release_limit = 1000

    def _ask(self, quantity=12, client=None, **values):
        order = self._order(quantity, client=client)
        self.env["sales.credit.ask"].with_user(self.manager).create(
            {"res_model": "sale.order", "res_id": order.id, "reason": "He pays on Friday", **values}
        ).action_ask()
        return order.credit_release_ids.with_user(self.controller)

    def _refused(self, release, words):
        with self.assertRaisesRegex(AccessError, words), self.cr.savepoint():
            release.action_approve()
        self.env.invalidate_all()
        self.assertEqual(release.state, "requested")

    def test_many_small_ones(self):
        self._ask().action_approve()
        self._ask().action_approve()
        third = self._ask()
        self._refused(third, "2,400.*released by you are open.*1,200.*3,000.*No other controller")
        self.second.sales_release_limit = 1200
        self._refused(third, "approved by: Second Controller")
        third.with_user(self.second).action_approve()
        self.assertEqual(third.state, "approved")

    def test_all_at_once(self):
        releases = self._ask() | self._ask() | self._ask()
        with self.assertRaisesRegex(AccessError, "open already"), self.cr.savepoint():
            releases.action_approve()
        self.env.invalidate_all()
        self.assertEqual(set(releases.mapped("state")), {"requested"})
        releases[:2].action_approve()

    def test_bound_of_the_company(self):
        self.company.sales_release_max_amount = 2000
        self._ask().action_approve()
        self._refused(self._ask(), "above your own amount of .*2,000")

    def test_what_is_over_counts_no_more(self):
        first, second = self._ask(), self._ask()
        (first | second).action_approve()
        third = self._ask()
        self._refused(third, "open already")
        first.sudo().date_to = self.today - timedelta(days=1)
        third.action_approve()

    def test_another_client(self):
        other = self._create_client("Other", self.manager)
        self._contract(other)
        (self._ask() | self._ask()).action_approve()
        self._ask(client=other).action_approve()

    def test_used_and_not_paid(self):
        """Used up is not paid: what the client is above his limit by it is open."""
        first = self._ask(20)
        first.action_approve()
        first.order_id.with_user(self.manager).action_confirm()
        self.assertEqual(first.state, "used")
        self._ask(20).action_approve()
        self._refused(self._ask(5), "3,000")
        self._pay(1000)
        self._ask(5).action_approve()

    def test_an_order_that_grows(self):
        first = self._ask(20)
        first.action_approve()
        first.order_id.with_user(self.manager).action_confirm()
        self.env["sales.credit.ask"].with_user(self.manager).create(
            {"res_model": "sale.order", "res_id": first.order_id.id, "reason": "More", "amount": 3000}
        ).action_ask()
        more = first.order_id.credit_release_ids - first
        more.with_user(self.controller).action_approve()
        first.order_id.order_line.with_user(self.manager).product_uom_qty = 30

    def test_a_second_card_of_the_firm(self):
        belgium = self.env.ref("base.be").id
        self.client.write({"country_id": belgium, "vat": "BE0477472701"})
        branch = self._create_client("Branch", self.manager, country_id=belgium, vat="BE0477472701")
        (self._ask() | self._ask()).action_approve()
        self._refused(self._ask(client=branch), "2,400.*open already")

    def test_one_at_a_time(self):
        """Until the end of the transaction nobody else lets through anything of the client."""
        self._ask().action_approve()
        self.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            " AND classid = %s AND objid = %s",
            [CREDIT_LOCK, self.client.id],
        )
        self.assertEqual(self.cr.fetchone()[0], 1)

    def test_refusing_has_no_bound(self):
        (self._ask() | self._ask()).action_approve()
        third = self._ask()
        self.assertTrue(third.may_decide)
        third.action_refuse("Old debt first")
        self.assertEqual(third.state, "refused")

    def test_the_button_goes_by_the_sum(self):
        (self._ask() | self._ask()).action_approve()
        third = self._ask()
        self.assertEqual((third.may_decide, third.may_approve), (True, False))
        self.assertRegex(third.undecided_reason, "2,400.*released by you are open.*1,200.*3,000")
        self.second.sales_release_limit = 1200
        self.env.invalidate_all()
        self.assertIn("approved by: Second Controller", third.undecided_reason)
        as_second = third.with_user(self.second)
        self.assertEqual((as_second.may_approve, as_second.undecided_reason), (True, False))
        as_manager = third.with_user(self.manager)
        self.assertEqual((as_manager.may_approve, as_manager.undecided_reason), (False, False))
        form = third.get_view(view_type="form")["arch"]
        self.assertIn('invisible="not may_approve"', form)

    def test_the_button_and_the_gate_agree(self):
        """Whatever is open of his, for whichever card: shown where it works, and nowhere else."""
        other = self._create_client("Other", self.manager)
        self._contract(other)
        used = self._ask(20)
        used.action_approve()
        used.order_id.with_user(self.manager).action_confirm()
        asked = self._ask() | self._ask(25) | self._ask(client=other) | self._ask(31, client=other)
        for release in asked:
            self.env.invalidate_all()
            shown = release.may_approve
            with self.subTest(release.display_name):
                if not shown:
                    self.assertTrue(release.undecided_reason)
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        release.action_approve()
                else:
                    with self.cr.savepoint() as savepoint:
                        release.action_approve()
                        savepoint.rollback()
                    self.env.invalidate_all()
        self.env.invalidate_all()

    def test_a_list_in_constant_queries(self):
        asked = self._ask()
        for number in range(7):
            client = self._create_client(f"Client {number}", self.manager)
            self._contract(client)
            asked |= self._ask(client=client)
        counts = []
        for releases in (asked, asked[:2], asked):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                releases.web_read({"may_decide": {}, "may_approve": {}})
            counts.append(counted.queries)
        self.assertEqual(counts[1], counts[2])
