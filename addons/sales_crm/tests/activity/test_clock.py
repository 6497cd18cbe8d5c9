from datetime import timedelta

from odoo.tests import tagged

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestClock(SalesCrmCommon):
    """The clock in the bar counts activities, as its own steps do, and as My Day and the lists."""

    def _groups(self):
        users = self.env["res.users"].with_user(self.manager)
        return {
            group["model"]: group
            for group in users.with_context(allowed_company_ids=self.company.ids)._get_activity_groups()
            if group["type"] == "activity"
        }

    def test_several_on_one_document(self):
        today = self.manager._sales_today()
        late = [self._plan(self.client, today - timedelta(days=1)) for _n in range(2)]
        for day in (today, today, today + timedelta(days=3)):
            self._plan(self.client, day)
        group = self._groups()["res.partner"]
        self.assertEqual(
            [group[f"{name}_count"] for name in ("overdue", "today", "planned", "total")], [2, 2, 1, 4]
        )
        late[0].with_user(self.manager).action_done()
        self.assertEqual(self._groups()["res.partner"]["total_count"], 3)

    def test_each_is_counted_once(self):
        """Also where the manager may not see the document any more."""
        today = self.manager._sales_today()
        foreign = self._create_client("Beta", self.manager)
        self._plan(foreign, today)
        self._plan(foreign, today)
        self._plan(self.client, today)
        foreign.user_id = self.colleague
        self.env.invalidate_all()
        mine = self.env["mail.activity"].with_user(self.manager)
        seen = mine.search_count([("user_id", "=", self.manager.id), ("date_deadline", "<=", today)])
        self.assertEqual(sum(group["total_count"] for group in self._groups().values()), seen)
