from ast import literal_eval

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.any_language import in_any_language
from ...tools.granted import GrantedClients


class SalesAccessRule(models.Model):
    """What a manager may see and do beyond his own clients.

    A manager without any rule sees his own clients only. Rules add up. A rule has dates, in the
    company's time zone, the last day included; it begins and ends by itself.

    This model only answers which *clients* are granted. Which documents hang on them is each
    document's own answer, ``_sales_guard_domain``, and ``ir.rule`` asks it.

    Work with a client that is given to who may not see the client would be lost to him.
    """

    _name = "sales.access.rule"
    _description = "Access Rule"
    _inherit = "mail.thread"
    _order = "date_to DESC, id DESC"
    _rec_name = "reason"

    user_ids = fields.Many2many(
        "res.users",
        "sales_access_rule_user_rel",
        "rule_id",
        "user_id",
        "Managers",
        domain=lambda self: self._domain_manager(),
        tracking=True,
        help="Who gets the access.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        "sales_access_rule_team_rel",
        "rule_id",
        "team_id",
        "Teams",
        tracking=True,
        help="Every member and the leader of these teams gets the access.",
    )
    scope = fields.Selection(
        [
            ("own", "Own clients"),
            ("team", "Clients of the own team"),
            ("managers", "Clients of named managers"),
            ("domain", "Clients by region, class, tag …"),
            ("clients", "Chosen clients"),
            ("all", "All clients"),
        ],
        "Which Clients",
        required=True,
        default="managers",
        tracking=True,
    )
    manager_ids = fields.Many2many(
        "res.users",
        "sales_access_rule_manager_rel",
        "rule_id",
        "user_id",
        "Clients of",
        tracking=True,
    )
    client_domain = fields.Char("Condition", default="[]", tracking=True)
    client_ids = fields.Many2many(
        "res.partner",
        "sales_access_rule_client_rel",
        "rule_id",
        "client_id",
        "Clients",
        domain=[("is_client", "=", True)],
    )
    perm_read = fields.Boolean("See", default=True, tracking=True)
    perm_write = fields.Boolean("Change", tracking=True)
    perm_create = fields.Boolean(
        "Add", tracking=True, help="Add deals, orders, contacts … for these clients."
    )
    perm_unlink = fields.Boolean("Delete", tracking=True)
    perm_export = fields.Boolean("Export", tracking=True, help="Take the data out as a file.")
    date_from = fields.Date("From", index=True, tracking=True)
    date_to = fields.Date("Until", index=True, tracking=True, help="The last day of the access.")
    reason = fields.Char(required=True, tracking=True)
    is_cover = fields.Boolean(
        "Cover during Leave",
        readonly=True,
        index="btree_not_null",
        help="The managers stand in for those who are away: the day plan of these is theirs too.",
    )
    active = fields.Boolean(default=True, tracking=True)
    state = fields.Selection(
        [("coming", "Coming"), ("running", "In force"), ("over", "Over")],
        compute="_compute_state",
        search="_search_state",
    )

    effect = fields.Html(compute="_compute_effect")

    _dates_in_order = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The last day of the access must not lie before the first one.",
    )
    _something_granted = models.Constraint(
        "CHECK (perm_read)", "A rule that does not even let see the clients grants nothing."
    )
    _cover_is_dated = models.Constraint(
        "CHECK (NOT is_cover OR scope = 'managers' AND date_from IS NOT NULL AND date_to IS NOT NULL)",
        "A cover needs the first and the last day of the leave.",
    )

    @api.model
    def _domain_manager(self):
        group = self.env.ref("sales_crm.group_manager", raise_if_not_found=False)
        return [("all_group_ids", "in", group.ids)] if group else []

    # ------------------------------------------------------
    # Dates
    # ------------------------------------------------------

    @api.model
    def _today(self, user):
        """:return: the day it is for ``user``'s company"""
        # sudo: everybody may know what day it is
        return user.sudo().company_id._sales_today()

    @api.depends("date_from", "date_to")
    @api.depends_context("uid")
    def _compute_state(self):
        today = self._today(self.env.user)
        for rule in self:
            if rule.date_from and rule.date_from > today:
                rule.state = "coming"
            elif rule.date_to and rule.date_to < today:
                rule.state = "over"
            else:
                rule.state = "running"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self._today(self.env.user)
        states = {
            "coming": Domain("date_from", ">", today),
            "over": Domain("date_to", "<", today),
            "running": self._domain_in_force(today),
        }
        return Domain.OR(states[state] for state in value if state in states)

    @api.model
    def _domain_in_force(self, day):
        return (Domain("date_from", "=", False) | Domain("date_from", "<=", day)) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )

    # ------------------------------------------------------
    # Whom the rules concern
    # ------------------------------------------------------

    @api.model
    def _is_restricted(self, user=None):
        """:return: whether the access rules apply to ``user`` (the current one if not given): he is
        a manager and not a head
        """
        user = user or self.env.user
        return bool(
            user
            and user._has_group("sales_crm.group_manager")
            and not user._has_group("sales_crm.group_head")
        )

    @api.model
    def _rules_of(self, user, day):
        """:return: the rules in force for ``user`` on ``day``, sudo-ed"""
        # sudo: a manager is subject to rules that he may not read
        Rule = self._sales_plain().sudo()
        teams = Rule._teams_of(user)
        return Rule.search(
            (Domain("user_ids", "in", user.ids) | Domain("team_ids", "in", teams.ids))
            & self._domain_in_force(day),
            order="id",
        )

    @api.model
    def _teams_of(self, user):
        """:return: teams that the user is a member or the leader of"""
        # sudo: rules count with teams of any company
        return (
            self.env["crm.team"]
            ._sales_plain()
            .sudo()
            .search(
                Domain("crm_team_member_ids", "any", [("user_id", "=", user.id), ("active", "=", True)])
                | Domain("user_id", "=", user.id)
            )
        )

    # ------------------------------------------------------
    # What is granted
    # ------------------------------------------------------

    @api.model
    def _own_modes(self):
        """:return: what a manager may do with his own clients without any rule"""
        return {"read", "write", "create"}

    @api.model
    def _free_modes(self, company):
        """:return: what a manager may do with clients and deals that nobody has"""
        return {"read"} if company.sales_free_visible else set()

    def _grants(self, mode):
        return self[f"perm_{mode}"]

    @api.model
    def _grants_of(self, user, mode, day=None):
        """Everything that lets ``user`` do ``mode`` on ``day``, today if not given.

        :return: list of pairs (why, Domain on clients); *why* is a rule, or ``own`` or ``free``
        """
        # sudo: what a user may see doesn't depend on who asks
        user = user._sales_plain().sudo()
        grants = []
        if mode in self._own_modes():
            grants.append(("own", Domain("user_id", "=", user.id)))
        if mode in self._free_modes(user.company_id):
            grants.append(("free", Domain("user_id", "=", False)))
        grants += [
            (rule, rule._granted_domain(user))
            for rule in self._rules_of(user, day or self._today(user))
            if rule._grants(mode)
        ]
        return grants

    def _granted_domain(self, user):
        """:return: Domain of the clients that this rule gives to ``user``, for ``res.partner``"""
        self.ensure_one()
        return getattr(self, f"_granted_domain_{self.scope}")(user)

    def _granted_domain_own(self, user):
        return Domain("user_id", "=", user.id)

    def _granted_domain_team(self, user):
        return Domain("user_id", "in", self._teammates_of(user).ids)

    def _granted_domain_managers(self, user):
        return Domain("user_id", "in", self.manager_ids._origin.ids)

    def _granted_domain_domain(self, user):
        # sudo: of what kind the fields are that the condition names
        return in_any_language(self._parse_client_domain(), self.env["res.partner"].sudo())

    def _granted_domain_clients(self, user):
        if not self._origin:
            return Domain("id", "in", self.client_ids._origin.ids)
        return Domain("sales_access_rule_ids", "in", self.ids)

    def _granted_domain_all(self, user):
        return Domain.TRUE

    @api.model
    def _teammates_of(self, user):
        teams = self._teams_of(user)
        return teams.crm_team_member_ids.user_id | teams.user_id | user

    def _parse_client_domain(self):
        return Domain(literal_eval(self.client_domain or "[]"))

    @api.model
    def _granted_clients(self, mode, user=None, day=None):
        """:return: Domain on ``res.partner``: the clients that ``user`` may ``mode``"""
        user = (user or self.env.user)._origin
        return self._granted_clients_on(user.id, mode, day or self._today(user))

    @api.model
    @tools.ormcache("user_id", "mode", "day")
    def _granted_clients_on(self, user_id, mode, day):
        """:return: Domain, as :meth:`_granted_clients`; forgotten when the access changes, as the record
        rules are
        """
        grants = self._grants_of(self.env["res.users"].browse(user_id), mode, day)
        return Domain.OR(domain for _why, domain in grants)

    @api.model
    def _kept_context(self):
        """:return: dict of the context in which conditions become what is kept for all requests of the user:
        in no language (a text is compared in each, see ``in_any_language``), and at the hour of his company,
        whose day it is kept for
        """
        return {"lang": None, "tz": self.env["res.company"]._sales_timezone_name(self.env.user.company_id.id)}

    @api.model
    def _granted_by_client(self, field_name, mode, lone=False):
        """:return: Domain of the records whose client, in ``field_name``, is granted

        :param bool lone: and of those without a client
        """
        clients = self._granted_clients(mode)
        if clients.is_true():
            return clients
        return GrantedClients(field_name, clients, lone)

    @api.model
    def _granted_owners(self, mode, field_name="user_id"):
        """Documents without a client follow their own manager.

        :return: Domain of the documents whose manager, in ``field_name``, has granted clients
        """
        user = self.env.user
        return self._granted_owners_on(user.id, mode, self._today(user), field_name)

    @api.model
    @tools.ormcache("user_id", "mode", "day", "field_name")
    def _granted_owners_on(self, user_id, mode, day, field_name):
        """:return: Domain, as :meth:`_granted_owners`; forgotten when the access changes"""
        domains = []
        for why, domain in self._grants_of(self.env["res.users"].browse(user_id), mode, day):
            scope = why if isinstance(why, str) else why.scope
            if scope in ("own", "free", "team", "managers"):
                domains += [
                    Domain(field_name, condition.operator, condition.value)
                    for condition in domain.iter_conditions()
                ]
            elif scope == "all":
                return Domain.TRUE
        return Domain.OR(domains)

    # ------------------------------------------------------
    # What a rule brings, before it is saved
    # ------------------------------------------------------

    @api.depends(
        "user_ids", "team_ids", "scope", "manager_ids", "client_ids", "client_domain", "date_from", "active"
    )
    def _compute_effect(self):
        """For each manager: how many clients he sees without and with the rule, on its first day."""
        for rule in self:
            try:
                gains = rule._gains()
            except (SyntaxError, TypeError, ValueError):
                gains = []  # a condition that is still being typed
            rows = [
                Markup("<tr><td>%s</td><td class='text-end'>%s → %s</td><td class='text-end'>+%s</td></tr>")
                % (user.name, before, after, after - before)
                for user, before, after in gains
            ]
            rule.effect = (
                self._effect_table(rows)
                if rows
                else self.env._("Choose managers and clients to see what the rule brings.")
            )

    def _effect_table(self, rows):
        head = Markup("<tr><th>%s</th><th class='text-end'>%s</th><th></th></tr>") % (
            self.env._("Manager"),
            self.env._("Clients"),
        )
        return Markup("<table class='table table-sm'>%s%s</table>") % (head, Markup("").join(rows))

    def _gains(self):
        """:return: list of (user, number of clients without, number with the rule)"""
        self.ensure_one()
        # sudo: counts clients for whoever sets the rule, and he sees them all
        Client = self.env["res.partner"].sudo()
        clients = Domain("is_client", "=", True)
        day = max(filter(None, [self.date_from, self._today(self.env.user)]))
        gains = []
        for user in self._addressees().filtered(self._is_restricted):
            others = [domain for why, domain in self._grants_of(user, "read", day) if why != self._origin]
            before = Domain.OR(others)
            after = before | self._granted_domain(user)
            gains.append((user, Client.search_count(clients & before), Client.search_count(clients & after)))
        return gains

    def _addressees(self):
        """:return: the users whom the rule concerns"""
        teams = self.team_ids._origin
        return self.user_ids._origin | teams.crm_team_member_ids.user_id | teams.user_id

    # ------------------------------------------------------
    # Checks and caches
    # ------------------------------------------------------

    @api.constrains("user_ids", "team_ids")
    def _check_addressee(self):
        for rule in self:
            if not rule.user_ids and not rule.team_ids:
                raise ValidationError(
                    self.env._("“%s”: choose the managers or the team to give it to.", rule.reason)
                )

    @api.constrains("scope", "manager_ids", "client_ids", "client_domain")
    def _check_scope(self):
        for rule in self:
            if rule.scope == "managers" and not rule.manager_ids:
                raise ValidationError(self.env._("“%s”: choose whose clients these are.", rule.reason))
            if rule.scope == "domain":
                rule._check_client_domain()

    def _check_client_domain(self):
        """:raise ValidationError: the condition can't be understood, or is no condition at all"""
        try:
            domain = self._parse_client_domain()
            # sudo: whether the condition can be understood, of no client anything is read
            domain.validate(self.env["res.partner"].sudo())
        except (SyntaxError, TypeError, ValueError) as error:
            raise ValidationError(
                self.env._(
                    "“%(rule)s”: the condition can't be understood: %(error)s", rule=self.reason, error=error
                )
            ) from error
        if domain.is_true():
            raise ValidationError(
                self.env._(
                    "“%s”: the condition is empty. For all clients, choose “All clients”.", self.reason
                )
            )

    @api.constrains("is_cover", "manager_ids", "user_ids")
    def _check_cover(self):
        for rule in self.filtered("is_cover"):
            if rule.manager_ids & rule.user_ids:
                raise ValidationError(self.env._("“%s”: nobody stands in for himself.", rule.reason))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._access_changed()
        return rules

    def write(self, vals):
        res = super().write(vals)
        self._access_changed()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_been_in_force(self):
        running = self.filtered(lambda rule: rule.state != "coming")
        if running:
            raise UserError(
                self.env._(
                    "“%s” has been in force: end or archive it instead, so that it stays known who had "
                    "access to what.",
                    running[0].reason,
                )
            )

    def unlink(self):
        res = super().unlink()
        self._access_changed()
        return res

    @api.model
    def _access_changed(self):
        """With its next request, every process works out the access anew."""
        self.env.flush_all()
        self.env.registry.clear_cache()

    @api.model
    def _hidden_from(self, user, clients):
        """:return: those of ``clients`` that ``user`` may not see today"""
        # sudo: somebody else's access is what is asked for
        user, clients = user.sudo(), clients.sudo()
        others = clients.filtered(lambda client: client.client_id and client.user_id != user)
        if not user or not others or not self._is_restricted(user):
            return clients.browse().sudo(False)
        return (others - others.filtered_domain(self._granted_clients("read", user))).sudo(False)

    @api.model
    def _hidden_warning(self, user, client):
        """:return: the warning of an onchange, empty if ``user`` sees the client"""
        if not self._hidden_from(user, client):
            return {}
        return {
            "warning": {
                "title": self.env._("He doesn't see this client"),
                "message": self.env._(
                    "%(user)s may not see %(client)s, and what is assigned to him there neither. "
                    "Assign it to the client's manager, or let %(user)s see the client first: "
                    "by a cover or an access rule.",
                    user=user.name,
                    client=client.display_name,
                ),
            }
        }
