from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestHandoverTour(HttpCase):
    """The head's two screens about who has which client, by clicking."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.lena, cls.fedor, cls.sonya = (
            cls._user(login, "sales_crm.group_manager", name)
            for login, name in (
                ("tour_lena", "Leaving Lena"),
                ("tour_fedor", "First Fedor"),
                ("tour_sonya", "Second Sonya"),
            )
        )
        cls.clients = cls._client("Lena client 1", cls.lena) | cls._client("Lena client 2", cls.lena)

    @classmethod
    def _user(cls, login, groups, name):
        return new_test_user(cls.env, login, groups, tz="UTC", lang="en_US", name=name)

    @classmethod
    def _client(cls, name, manager):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "is_client": True, "user_id": manager.id}
        )

    def test_handover(self):
        """Collected, distributed evenly, looked at, run, and the counts add up."""
        self._user("tour_head", "sales_crm.group_head", "tour_head")
        self.start_tour("/odoo/crm", "sales_crm_handover", login="tour_head")
        handover = self.env["sales.handover"].search([("from_user_id", "=", self.lena.id)])
        self.assertEqual((handover.state, handover.reason), ("done", "Leaves on Friday"))
        self.assertEqual(self.clients.user_id, self.fedor | self.sonya)
        self.assertFalse(any(handover.count_ids.mapped("left")))

    def test_access_check(self):
        """The administrator sees how many clients a manager sees, which, and by which rule."""
        self._user("tour_admin", "sales_crm.group_head,base.group_system", "tour_admin")
        self._user("tour_ulla", "sales_team.group_sale_salesman_all_leads", "Unrestricted Ulla")
        shared = self._client("Shared client", self.fedor)
        self._client("Hidden client", self.fedor)
        self.env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(self.lena.ids)],
                "scope": "clients",
                "client_ids": [Command.set(shared.ids)],
                "reason": "Helps out",
            }
        )
        self.start_tour("/odoo/crm", "sales_crm_access_check", login="tour_admin")
