from odoo import api, models


class SalesDemo(models.AbstractModel):
    """The example company: five managers with thirty clients each, a year of work, today's plan.

    Loaded as demo data of the add-on, or by hand with ``env["sales.demo"]._load()``.
    """

    _name = "sales.demo"
    _description = "Example Company"

    @api.model
    def _load(self):
        """Create the example company, in the language of the database, once.

        :return: False if it is there already
        """
        users = self.env["res.users"].with_context(active_test=False)
        if users.search_count([("login", "=", "manager1")], limit=1):
            return False
        lang = self.env.ref("base.user_admin").lang
        if lang != "en_US":  # Odoo loads translations after the demo data, the chatter needs them now
            self.env["ir.module.module"]._load_module_terms(["sales_crm"], [lang])
        # The deliveries are made afterwards, all at once, by sales_crm_stock
        self._loader().with_context(skip_procurement=True)._load_in(self._language())
        return True

    @api.model
    def _loader(self):
        """:return: this model with all rights, in the language of the database, telling nobody anything"""
        # sudo: only the server writes what was done and when
        return self.sudo().with_context(
            lang=self.env.ref("base.user_admin").lang,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
            mail_activity_quick_update=True,
            mail_auto_subscribe_no_notify=True,
            no_reset_password=True,
        )

    @api.model
    def _language(self):
        """:return: name of the language file: the administrator's language, or the company's"""
        langs = {
            self.env.ref("base.user_admin").lang,
            self.env.ref("base.main_company").partner_id.lang,
        }
        return "ru" if "ru_RU" in langs else "en"

    @api.model
    def _load_in(self, language):
        """:param str language: name of a language file in the folder ``demo``"""
        from ...demo.load import load  # its contents are of no use to a server that doesn't load them

        load(self.env, language)
