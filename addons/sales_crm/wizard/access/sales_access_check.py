from odoo import Command, api, fields, models
from odoo.fields import Domain


class SalesAccessCheck(models.TransientModel):
    """Two questions of the head: what does a manager see, and who sees a client; today or later."""

    _name = "sales.access.check"
    _description = "Who Sees What"

    kind = fields.Selection([("user", "Manager"), ("client", "Client")], required=True, default="user")
    user_id = fields.Many2one(
        "res.users",
        "Manager",
        domain=lambda self: self.env["sales.access.rule"]._domain_manager(),
        default=lambda self: self.env.user,
    )
    client_id = fields.Many2one("res.partner", domain=[("is_client", "=", True)])
    date = fields.Date(
        "On",
        required=True,
        default=lambda self: self.env["sales.access.rule"]._today(self.env.user),
        help="Rules with dates count as on this day.",
    )
    client_count = fields.Integer("Clients in All", compute="_compute_client_count")
    line_ids = fields.One2many(
        "sales.access.check.line", "check_id", "Why", compute="_compute_line_ids", store=True
    )

    unrestricted_note = fields.Char(compute="_compute_unrestricted_note")

    @api.depends("kind")
    def _compute_unrestricted_note(self):
        self.unrestricted_note = self.env["sales.access.rule"]._unrestricted_note()

    @api.depends("kind", "user_id", "date")
    def _compute_client_count(self):
        for check in self:
            check.client_count = check.env["res.partner"].search_count(check._clients_domain())

    @api.depends("kind", "user_id", "client_id", "date")
    def _compute_line_ids(self):
        for check in self:
            lines = check._prepare_user_lines() if check.kind == "user" else check._prepare_client_lines()
            check.line_ids = [Command.clear(), *(Command.create(line) for line in lines)]

    def _clients_domain(self):
        """:return: Domain of all clients that the manager sees on the day"""
        clients = Domain("is_client", "=", True)
        Access = self.env["sales.access.rule"]
        if not self.user_id or not self.date:
            return Domain.FALSE
        if not Access._is_restricted(self.user_id):
            return clients
        return clients & Access._granted_clients("read", self.user_id, self.date)

    def _prepare_user_lines(self):
        if not self.user_id or not self.date:
            return []
        Access = self.env["sales.access.rule"]
        if not Access._is_restricted(self.user_id):
            return [self._prepare_line(self.user_id, "head", self.client_count)]
        Client = self.env["res.partner"]
        return [
            self._prepare_line(
                self.user_id, why, Client.search_count(Domain("is_client", "=", True) & domain)
            )
            for why, domain in Access._grants_of(self.user_id, "read", self.date)
        ]

    def _prepare_client_lines(self):
        client = self.client_id.client_id
        if not client or not self.date:
            return []
        Access = self.env["sales.access.rule"]
        managers = self.env["res.users"].search(Access._domain_manager(), order="name")
        restricted = managers.filtered(Access._is_restricted)
        lines = [self._prepare_line(user, "own", 1) for user in client.user_id & restricted]
        if not client.user_id:
            lines += [
                self._prepare_line(user, "free", 1)
                for user in restricted
                if "read" in Access._free_modes(user.company_id)
            ]
        for rule in Access.search(Access._domain_in_force(self.date)):
            lines += [
                self._prepare_line(user, rule, 1)
                for user in rule._addressees() & restricted
                # sudo: the head sees who is let in to the client, and by which rule
                if client.sudo().filtered_domain(rule._granted_domain(user))
            ]
        return lines + [self._prepare_line(user, "head", 1) for user in managers - restricted]

    def _prepare_line(self, user, why, count):
        """:param why: a rule, or ``own``, ``free``, ``head``"""
        Access = self.env["sales.access.rule"]
        modes = ("write", "create", "unlink", "export")
        if isinstance(why, str):
            reason = {
                "own": self.env._("His own clients"),
                "free": self.env._("Free clients: a setting lets every manager see them"),
                "head": self.env._("Head of sales: sees every client"),
            }[why]
            allowed = {"own": Access._own_modes(), "free": set(), "head": set(modes)}[why]
            perms = {f"perm_{mode}": mode in allowed for mode in modes}
            return {"user_id": user.id, "why": reason, "client_count": count, **perms}
        perms = {f"perm_{mode}": why[f"perm_{mode}"] for mode in modes}
        return {
            "user_id": user.id,
            "rule_id": why.id,
            "why": why.reason,
            "date_to": why.date_to,
            "client_count": count,
            **perms,
        }

    def action_open_clients(self):
        """:return: the list of the clients that the manager sees on the day"""
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.res_partner_action_clients")
        action["display_name"] = self.env._("Clients that %s sees", self.user_id.name)
        action["domain"] = list(self._clients_domain())
        action["context"] = {}
        return action


class SalesAccessCheckLine(models.TransientModel):
    _name = "sales.access.check.line"
    _description = "One Reason Why Somebody Sees a Client"

    check_id = fields.Many2one("sales.access.check", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Manager", readonly=True)
    rule_id = fields.Many2one("sales.access.rule", readonly=True, ondelete="cascade")
    why = fields.Char("Seen By Virtue Of", readonly=True)
    client_count = fields.Integer("Clients", readonly=True)
    date_to = fields.Date("Until", readonly=True)
    perm_write = fields.Boolean("Change", readonly=True)
    perm_create = fields.Boolean("Add", readonly=True)
    perm_unlink = fields.Boolean("Delete", readonly=True)
    perm_export = fields.Boolean("Export", readonly=True)
