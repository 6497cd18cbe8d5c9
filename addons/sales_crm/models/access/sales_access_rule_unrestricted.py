from odoo import api, fields, models


class SalesAccessRule(models.Model):
    """Odoo's own sales rights let see all clients: whoever has them without ours is named."""

    # Beside the rules themselves, which are long enough
    _inherit = "sales.access.rule"

    # How many of them are named
    _UNRESTRICTED_NAMED = 10

    unrestricted_note = fields.Char(compute="_compute_unrestricted_note")

    @api.depends("active")
    def _compute_unrestricted_note(self):
        self.unrestricted_note = self._unrestricted_note()

    @api.model
    def _unrestricted_users(self):
        """:return: active employees with core's sales rights to whom the access rules don't apply, heads
        and administrators of Odoo left out: they see everything on purpose
        """
        # sudo: names of colleagues, for those who set or check the rules
        User = self.env["res.users"].sudo()
        ours = self.env.ref("sales_crm.group_manager") | self.env.ref("base.group_system")
        salesmen = self.env.ref("sales_team.group_sale_salesman")
        employees = User.search([("share", "=", False), ("all_group_ids", "in", salesmen.ids)], order="name")
        return employees.filtered(lambda user: not user.all_group_ids & ours)

    @api.model
    def _unrestricted_note(self):
        """:return: a sentence that names these users, False if there are none"""
        users = self._unrestricted_users()
        if not users:
            return False
        names = ", ".join(users[: self._UNRESTRICTED_NAMED].mapped("name"))
        return self.env._(
            "Users with Odoo's sales rights but without “Client Base: Manager”: %(count)s. No access rule "
            "applies to them, they see all clients: %(names)s",
            count=len(users),
            names=names if len(users) <= self._UNRESTRICTED_NAMED else f"{names} …",
        )
