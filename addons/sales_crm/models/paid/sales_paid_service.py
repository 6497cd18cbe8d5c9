from odoo import api, models, tools

OURS = ("sales_crm.group_manager", "sales_crm.group_credit_controller")

# Add-ons that Odoo installs by itself, and whose buttons do nothing until somebody buys credits from Odoo
SERVICES = {
    "calendar_sms": "sms",
    "crm_iap_enrich": "reveal",
    "crm_iap_mine": "reveal",
    "crm_sms": "sms",
    "partner_autocomplete": "partner_autocomplete",
    "sale_sms": "sms",
    "sms": "sms",
    "snailmail": "snailmail",
    "snailmail_account": "snailmail",
    "stock_sms": "sms",
}

# Crons that ask such a service by themselves
CRONS = ("crm_iap_enrich.ir_cron_lead_enrichment",)
PUT_AWAY = "sales_crm.paid_crons_off"


class SalesPaidService(models.AbstractModel):
    """Which of the services that Odoo sells are of no use here.

    Who works in sales sees no button of theirs until an administrator says in the settings that the company
    pays. None of these add-ons has to be installed.
    """

    _name = "sales.paid.service"
    _description = "Paid Services of Odoo"

    @api.model
    def _unpaid_modules(self):
        """:return: frozenset of the names of add-ons whose buttons would do nothing"""
        # sudo: what is paid for is no secret
        if self.env["ir.config_parameter"].sudo().get_param("sales_crm.paid_services"):
            return frozenset()
        unpaid = SERVICES.keys()
        if self._has_own_sms():
            unpaid = (module for module, service in SERVICES.items() if service != "sms")
        return frozenset(unpaid)

    @api.model
    def _has_own_sms(self):
        """:return: whether messages are sent by a provider that the company has its own contract with"""
        company = self.env.company
        # sudo: by whom messages are sent is no secret
        return "sms_provider" in company._fields and company.sudo().sms_provider not in (False, "iap")

    @api.model
    def _is_hidden_from_user(self):
        """:return: whether the current user sees none of them"""
        return any(map(self.env.user.has_group, OURS))

    @api.model
    def _unpaid_records(self, model):
        """
        :param str model: `ir.ui.menu` or, for actions of any kind, `ir.actions.actions`
        :return: frozenset of ids of what these add-ons have added
        """
        return self._records_of(self._unpaid_modules(), model)

    @api.model
    @tools.ormcache("modules", "model")
    def _records_of(self, modules, model):
        # kinds of actions share their ids
        names = (
            [name for name in self.env if name.startswith("ir.actions.")] if "actions" in model else [model]
        )
        # sudo: which records an add-on has made
        data = self.env["ir.model.data"].sudo()
        found = data.search_fetch([("module", "in", list(modules)), ("model", "in", names)], ["res_id"])
        return frozenset(found.mapped("res_id"))

    # ------------------------------------------------------
    # What asks a service without anybody's pressing a button
    # ------------------------------------------------------

    @api.model
    def _switch_crons(self):
        """Crons of services that nobody pays for stand still; those that were stopped so begin again once
        the company pays.
        """
        # sudo: crons are the server's, and so is which of them were stopped here
        parameters = self.env["ir.config_parameter"].sudo()
        stopped = set((parameters.get_param(PUT_AWAY) or "").split(",")) - {""}
        unpaid = self._unpaid_modules()
        for name in CRONS:
            # sudo: as above
            cron = self.env.ref(name, raise_if_not_found=False)
            cron = cron and cron.sudo()
            is_unpaid = name.partition(".")[0] in unpaid
            if cron and is_unpaid and cron.active:
                cron.active = False
                stopped.add(name)
            elif not is_unpaid and name in stopped:
                stopped.discard(name)
                if cron:
                    cron.active = True
        parameters.set_param(PUT_AWAY, ",".join(sorted(stopped)))
