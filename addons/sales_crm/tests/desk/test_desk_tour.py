from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDeskTour(HttpCase):
    """The desk in a real browser: a head's and a manager's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        for login, groups in (
            ("desk_head", "sales_crm.group_head"),
            ("desk_manager", "sales_crm.group_manager"),
        ):
            new_test_user(cls.env, login, groups, name=login, tz="UTC", lang="en_US")
        cls.env["res.partner"].create(
            {
                "name": "Client without a next step",
                "is_client": True,
                "user_id": cls.env.ref("base.user_admin").search([("login", "=", "desk_manager")]).id,
            }
        )

    def test_head(self):
        self.start_tour("/odoo/desk", "sales_crm_desk_head", login="desk_head")

    def test_manager(self):
        self.start_tour("/odoo/desk", "sales_crm_desk_manager", login="desk_manager")
