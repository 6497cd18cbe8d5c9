from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTargetTour(HttpCase):
    """The grid in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.head = cls._user("target_head", "sales_crm.group_head", "Target head")
        cls.manager = cls._user("target_manager", "sales_crm.group_manager", "Target manager")
        cls.colleague = cls._user("target_colleague", "sales_crm.group_manager", "Target colleague")
        cls.january = cls.env.company._sales_today().replace(month=1, day=1)

    @classmethod
    def _user(cls, login, groups, name):
        return new_test_user(cls.env, login, groups, name=name, tz="UTC", lang="en_US")

    def test_a_head_sets_targets(self):
        action = self.env.ref("sales_crm.sales_target_grid_action")
        self.start_tour(f"/odoo/action-{action.id}", "sales_target_grid", login="target_head")
        target = self.env["sales.target"].search(
            [("user_id", "=", self.manager.id), ("month", "=", self.january)]
        )
        self.assertEqual((target.amount, target.visits), (1500, 12))
        next_year = self.january.replace(year=self.january.year + 1)
        self.assertTrue(
            self.env["sales.target"].search([("user_id", "=", self.manager.id), ("month", "=", next_year)])
        )

    def test_a_manager_reads_his_own(self):
        self.env["sales.target"].create(
            [
                {"user_id": user.id, "month": self.january, "amount": 1500}
                for user in (self.manager, self.colleague)
            ]
        )
        action = self.env.ref("sales_crm.sales_target_grid_action")
        self.start_tour(f"/odoo/action-{action.id}", "sales_target_grid_manager", login="target_manager")
