from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestMyAbsences(SalesCrmCommon):
    """A manager enters from which day to which he is away, and the head sees it."""

    def setUp(self):
        super().setUp()
        env = self.env(user=self.manager)
        self.action = env.ref("sales_crm.action_my_absences").sudo().with_env(env).run()
        self.leaves = env["resource.calendar.leaves"].with_context(**self.action["context"])
        self.first = self.manager._sales_today() + timedelta(days=8)

    def _enter(self, days=5):
        form = Form(self.leaves, "sales_crm.sales_absence_view_form")
        form.sales_date_first = self.first
        form.sales_date_last = self.first + timedelta(days=days - 1)
        form.name = "Holiday"
        return form.save()

    def test_days_are_whole_in_his_zone(self):
        self.manager.tz = "Asia/Vladivostok"
        leave = self._enter()
        start, end = self.manager._sales_day_bounds(self.first, self.first + timedelta(days=4))
        self.assertEqual(leave.date_from, start)
        self.assertEqual(leave.date_to, end - timedelta(seconds=1))
        self.assertEqual(leave.sales_date_first, self.first)
        self.assertEqual(leave.resource_id.user_id, self.manager)

    def test_head_sees_it_and_is_told(self):
        leave = self._enter()
        seen = self.env["resource.calendar.leaves"].with_user(self.head).search([("id", "=", leave.id)])
        self.assertEqual(seen.sales_date_last, self.first + timedelta(days=4))
        change = self.env["sales.activity.change"].with_user(self.head).search([("kind", "=", "days_off")])
        self.assertEqual(change[:1].user_id, self.manager)

    def test_end_follows_and_can_be_moved(self):
        leave = self._enter()
        with Form(leave, "sales_crm.sales_absence_view_form") as form:
            form.sales_date_first = self.first + timedelta(days=9)
            self.assertEqual(form.sales_date_last, self.first + timedelta(days=9))
        self.assertEqual(leave.sales_date_first, self.first + timedelta(days=9))
        leave.write({"sales_date_last": self.first + timedelta(days=11)})
        self.assertEqual(leave.sales_date_last, self.first + timedelta(days=11))
        self.assertEqual(leave.sales_date_first, self.first + timedelta(days=9))

    def test_a_day_that_is_over_is_the_heads(self):
        day = self.manager._sales_today() - timedelta(days=7)
        with self.assertRaises(UserError):
            self.leaves.create({"sales_date_first": day, "sales_date_last": day + timedelta(days=3)})

    def test_only_his_own_are_listed(self):
        mine = self._enter()
        other = self.env["resource.calendar.leaves"].create(
            {"date_from": mine.date_from, "date_to": mine.date_to, "name": "Company holiday"}
        )
        domain = [("resource_id.user_id", "=", self.manager.id)]
        self.assertEqual(self.leaves.search(domain) & (mine + other), mine)

    def test_menu(self):
        menus = self.env["ir.ui.menu"].with_user(self.manager).load_menus(False)
        self.assertIn("sales_crm.menu_my_absences", {menu.get("xmlid") for menu in menus.values()})
