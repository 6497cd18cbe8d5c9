from lxml import etree

from odoo.tests import tagged

from ..common import SalesCrmCommon

CRON = "crm_iap_enrich.ir_cron_lead_enrichment"
BUTTONS = {"iap_enrich": "crm_iap_enrich", "action_generate_leads": "crm_iap_mine"}


@tagged("post_install", "-at_install")
class TestPaidServices(SalesCrmCommon):
    """No button that does nothing until somebody buys credits from Odoo."""

    def _arch(self, user, model, kind):
        view = self.env[model].with_user(user).get_views([(False, kind)], {})["views"][kind]
        return etree.fromstring(view["arch"])

    def _installed(self, module):
        return self.env["ir.module.module"].search_count([("name", "=", module), ("state", "=", "installed")])

    def _names(self, user, kind):
        return {node.get("name") for node in self._arch(user, "crm.lead", kind).iter("button")}

    def _pay(self):
        self.env["ir.config_parameter"].sudo().set_param("sales_crm.paid_services", "True")
        self.env.registry.clear_cache()

    def _bound(self, user, model):
        bindings = self.env["ir.actions.actions"].with_user(user).get_bindings(model)
        return {action["id"] for actions in bindings.values() for action in actions}

    def test_buttons_in_views(self):
        for user in (self.manager, self.head):
            names = self._names(user, "form") | self._names(user, "list") | self._names(user, "kanban")
            self.assertFalse(names & BUTTONS.keys())
        self._pay()
        names = self._names(self.head, "form") | self._names(self.head, "list")
        self.assertEqual(
            names & BUTTONS.keys(), {name for name, of in BUTTONS.items() if self._installed(of)}
        )

    def test_our_own_buttons_stay(self):
        self.assertIn("action_set_won_rainbowman", self._names(self.manager, "form"))

    def test_bound_actions(self):
        paid = self.env["sales.paid.service"]._records_of(frozenset(("crm_sms", "sms")), "ir.actions.actions")
        for model in ("crm.lead", "res.partner"):
            self.assertFalse(self._bound(self.manager, model) & paid)
            self.assertTrue(self._bound(self.manager, model) or model == "crm.lead")
        before = self._bound(self.manager, "res.partner")
        self._pay()
        after = self._bound(self.manager, "res.partner")
        self.assertEqual(bool(after - before), bool(self._installed("sms")))

    def test_others_keep_them(self):
        user = self.env["res.users"].create({"name": "Other", "login": "paid.other"})
        dead = self.env["sales.paid.service"].with_user(user)
        self.assertFalse(dead._is_hidden_from_user())

    def test_widgets(self):
        arch = self._arch(self.manager, "res.partner", "form")
        widgets = {node.get("widget") for node in arch.iter("field")}
        self.assertFalse(widgets & {"field_partner_autocomplete", "res_partner_many2one"})
        names = [node for node in arch.iter("field") if "line_breaks" in (node.get("options") or "")]
        self.assertTrue(names)
        self.assertEqual({node.get("widget") for node in names}, {"text"})  # a long name is wrapped
        for node in arch.iter("field"):
            if node.get("widget") == "phone":
                self.assertIn("'enable_sms': False", node.get("options"))

    def test_menus(self):
        menus = self.env["ir.ui.menu"].with_user(self.head).load_menus(False)
        told = {menu.get("xmlid") or "" for menu in menus.values()}
        self.assertNotIn("base.menu_management", told)
        self.assertFalse({name for name in told if name.startswith("crm_iap_mine.")})
        self.assertIn("sales_crm.menu_clients", told)

    def test_without_these_addons(self):
        paid = self.env["sales.paid.service"]
        self.assertEqual(paid._records_of(frozenset(("no_such_addon",)), "ir.ui.menu"), frozenset())
        self.assertEqual(paid._records_of(frozenset(), "ir.actions.actions"), frozenset())

    def _cron(self):
        """:return: the cron of an add-on that is sold, made here where that add-on isn't installed"""
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if not cron:
            module, _dot, name = CRON.partition(".")
            values = {
                "name": "Enrich",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "None",
            }
            self.env["ir.cron"]._load_records([{"xml_id": CRON, "values": values, "noupdate": False}])
            cron = self.env.ref(f"{module}.{name}")
        return cron

    def _save_settings(self, paid):
        self.env["res.config.settings"].create({"sales_paid_services": paid}).execute()

    def test_cron_stands_still(self):
        cron = self._cron()
        self.assertFalse(cron.active)
        self._save_settings(True)
        self.assertTrue(cron.active)
        self._save_settings(False)
        self.assertFalse(cron.active)

    def test_cron_that_an_administrator_stopped(self):
        """It doesn't begin with the setting, nor does saving other settings change one."""
        cron = self._cron()
        self._save_settings(True)
        cron.active = False
        self._save_settings(False)
        self._save_settings(True)
        self.assertFalse(cron.active)
        cron.active = True
        self._save_settings(True)
        self.assertTrue(cron.active)
