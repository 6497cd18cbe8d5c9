"""Which screen each role begins with, and that no robot greets it."""

from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestHome(HttpCase):
    def user(self, *groups):
        groups = ["base.group_user", *groups]
        return new_test_user(self.env, f"home_{len(groups)}_{groups[-1]}", ",".join(groups))

    def begin(self, user):
        """:return: the action that the user's web client begins with, or False"""
        self.authenticate(user.login, user.login)
        self.url_open("/odoo")
        info = self.make_jsonrpc_request("/web/session/get_session_info", {})
        return info["home_action_id"]

    def action(self, name):
        return self.env.ref(f"sales_crm.{name}").id

    def test_roles(self):
        self.assertEqual(self.begin(self.user("sales_crm.group_head")), self.action("sales_team_day_action"))
        self.assertEqual(self.begin(self.user("sales_crm.group_manager")), self.action("sales_my_day_action"))
        self.assertFalse(self.begin(self.user("account.group_account_user")))
        self.assertFalse(self.begin(self.user()))

    def test_own_choice_comes_first(self):
        user = self.user("sales_crm.group_manager")
        user.action_id = self.env.ref("crm.crm_lead_action_pipeline").id
        self.assertEqual(self.begin(user), user.action_id.id)

    def test_no_robot(self):
        """Others are greeted as Odoo does it, where its robot is installed."""
        manager, other = self.user("sales_crm.group_manager"), self.user()
        for user in (manager, other):
            self.begin(user)
        robot = self.env.ref("base.partner_root")
        chats = self.env["discuss.channel.member"].search([("partner_id", "=", robot.id)]).channel_id
        self.assertNotIn(manager.partner_id, chats.channel_partner_ids)
        if "odoobot_state" in manager._fields:
            self.assertIn(other.partner_id, chats.channel_partner_ids)
