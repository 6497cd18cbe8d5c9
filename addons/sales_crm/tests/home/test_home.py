"""Which screen each role begins with, and that no robot greets it."""

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval


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
        controller = self.user("sales_crm.group_credit_controller")
        self.assertEqual(self.begin(controller), self.action("sales_credit_release_action"))
        dashboard = self.env.ref("account.open_account_journal_dashboard_kanban").id
        self.assertEqual(self.begin(self.user("account.group_account_invoice")), dashboard)
        self.assertFalse(self.begin(self.user()))

    def test_controller_s_own_menu(self):
        """A controller need not see the books to reach what he decides on; in the CRM it is there anyway."""
        app = self.env.ref("sales_crm.menu_credit_root")
        controller = self.user("sales_crm.group_credit_controller")
        menus = self.env["ir.ui.menu"].with_user(controller).load_menus(False)
        self.assertIn(app.id, menus)
        self.assertEqual(len(menus[app.id]["children"]), 5)
        for child in menus[app.id]["children"]:
            action = self.env.ref(menus[child]["xmlid"]).action
            kinds = [(False, kind) for kind in action.view_mode.split(",")]
            self.assertTrue(self.env[action.res_model].with_user(controller).get_views(kinds)["views"])
            self.env[action.res_model].with_user(controller).search_count([])
        head = self.user("sales_crm.group_head", "sales_crm.group_credit_controller")
        self.assertNotIn(app.id, self.env["ir.ui.menu"].with_user(head).load_menus(False))

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


@tagged("post_install", "-at_install")
class TestFirstFilters(HttpCase):
    """A manager's lists begin with what is his own, a head's with everybody's."""

    SCREENS = {
        "sales_crm.res_partner_action_clients": ("my_clients", None),
        "sales_crm.sales_promise_action": ("my_open", "open"),
        "sales_crm.sales_client_history_action": ("mine", None),
        "crm.crm_lead_action_pipeline": ("assigned_to_me", None),
        "crm.crm_lead_action_forecast": ("assigned_to_me", None),
        "sale.action_quotations_with_onboarding": ("my_quotation", None),
    }

    def user(self, group):
        return new_test_user(self.env, group.replace(".", "_"), f"base.group_user,{group}")

    def context(self, name):
        """:return: the context of an action, as the user's web client gets and evaluates it"""
        action = self.make_jsonrpc_request("/web/action/load", {"action_id": name})
        context = action["context"]
        return context if isinstance(context, dict) else safe_eval(context, {"uid": self.env.uid})

    def filters(self, context):
        return {key.removeprefix("search_default_") for key in context if key.startswith("search_default_")}

    def test_manager(self):
        user = self.user("sales_crm.group_manager")
        self.authenticate(user.login, user.login)
        for name, (own, _instead) in self.SCREENS.items():
            self.assertIn(own, self.filters(self.context(name)), name)

    def test_head(self):
        user = self.user("sales_crm.group_head")
        self.authenticate(user.login, user.login)
        for name, (own, instead) in self.SCREENS.items():
            context = self.context(name)
            filters = self.filters(context)
            self.assertNotIn(own, filters, name)
            self.assertTrue(instead is None or instead in filters, name)
        clients = self.context("sales_crm.res_partner_action_clients")
        self.assertTrue(clients["default_is_client"])
        self.assertIn("default_user_id", clients)
        self.assertIn("forecast", self.filters(self.context("crm.crm_lead_action_forecast")))

    def test_pipeline_of_a_head(self):
        """Its menu is a server action, which changes the window's context."""
        for group, own in (("sales_crm.group_head", False), ("sales_crm.group_manager", True)):
            user = self.user(group)
            action = self.env["crm.team"].with_user(user).action_your_pipeline()
            self.assertEqual("search_default_assigned_to_me" in action["context"], own)
            self.assertEqual(action["context"]["default_type"], "opportunity")

    def test_own_screen_stays(self):
        user = self.user("sales_crm.group_head")
        self.authenticate(user.login, user.login)
        self.assertIn("assigned_to_me", self.filters(self.context("crm.crm_lead_action_my_activities")))

    def test_context_that_is_no_plain_dict(self):
        actions = self.env["ir.actions.act_window"]
        own = {"mine": None}
        for context in ("dict(search_default_mine=1)", "{'search_default_mine': 1", "{'a': active_id}"):
            self.assertEqual(actions._sales_without_own_filters(context, own), context)
        self.assertEqual(actions._sales_without_own_filters("{'search_default_mine': 1}", own), "{}")
        self.assertEqual(actions._sales_without_own_filters("", own), "")
