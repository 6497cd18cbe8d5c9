from odoo import api, models
from odoo.exceptions import AccessError

EXPORT_GROUP = "base.group_allow_export"


class ResUsers(models.Model):
    """Who may export: members of Odoo's own group, and managers with an access rule that says so.

    A manager with such a rule is no member of the group: what he was given ends with the rule, by
    itself and everywhere, and covers his clients only. So the group is answered for, where Odoo asks
    for it by name (the Export button, ``export_data``, ``/json``), and which records he may take is
    asked record by record, ``_sales_check_export`` on every model.
    """

    _inherit = "res.users"

    @api.readonly
    def has_group(self, group_ext_id):
        res = super().has_group(group_ext_id)
        if not res and group_ext_id == EXPORT_GROUP:
            return self._sales_has_export_rule()
        return res

    def _sales_has_export_rule(self):
        """:return: whether an access rule in force today lets this manager export some clients"""
        self.ensure_one()
        Access = self.env["sales.access.rule"]
        return bool(self and Access._is_restricted(self) and Access._grants_of(self, "export"))

    def _sales_check_export_group(self):
        """:raise AccessError: the user, as such, may not export data"""
        self.ensure_one()
        if not (self._has_group(EXPORT_GROUP) or self._is_admin()):
            raise AccessError(
                self.env._("You have no right to export. Ask the administrator: Settings → Users → Export.")
            )
