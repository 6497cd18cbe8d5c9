from ast import literal_eval
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.cadence import Rhythm

STATES = [("draft", "Draft"), ("running", "Running"), ("paused", "Paused"), ("ended", "Finished")]

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class SalesCadence(models.Model):
    """Regular work: this type of activity with these clients, every so many working days, weeks or months.

    Who is in it, and when each client's turn is, stands in ``sales.cadence.client``. Each morning the
    occurrences that are due are created, see ``sales_morning_cadence.py``; what is shown before, in
    ``sales_cadence_preview.py``.

    * The next occurrence of a client waits until the last one is done or cancelled. Every N *working days*
      is counted from that day; *weeks* and *months* keep their weekday or day of the month.
    * What is open stays in its manager's plan whatever becomes of the cadence: paused, ended or changed, it
      decides about new occurrences only. After a pause nothing is made up for.
    * The client's manager of the day gets the next occurrence; a client who is archived, or has none, gets
      no occurrence until that changes.
    """

    _name = "sales.cadence"
    _description = "Regular Work"
    _inherit = ["mail.thread", "sales.handover.part"]
    _order = "name, id"

    _handover_sequence = 48

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, index=True, tracking=True
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        required=True,
        domain="[('category', '!=', 'upload_file'), ('res_model', 'in', [False, 'res.partner'])]",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False),
        ondelete="restrict",
        tracking=True,
    )
    summary = fields.Char(tracking=True, help="What is written in the plan, for example: price list.")
    note = fields.Html()
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], required=True, default="0", tracking=True)
    interval_number = fields.Integer("Every", required=True, default=5, tracking=True)
    interval_unit = fields.Selection(
        [("workday", "working days"), ("week", "weeks"), ("month", "months")],
        "Unit",
        required=True,
        default="workday",
        tracking=True,
    )
    weekday = fields.Selection(
        WEEKDAYS,
        "Preferred Weekday",
        tracking=True,
        help="What is due waits for this day of the week; if the manager does not work on it, for his next "
        "working day.",
    )
    hour = fields.Selection(
        "_selection_hour",
        "Preferred Hour",
        tracking=True,
        help="The exact time of each activity, where its manager is; it reminds him then. Empty: any time of "
        "the day.",
    )
    is_spread = fields.Boolean(
        "Spread the Clients",
        default=True,
        tracking=True,
        help="The first turns are spread over the interval, the same day for the same client always. "
        "Otherwise all clients begin on the first day.",
    )
    scope = fields.Selection(
        [("clients", "Chosen clients"), ("domain", "Clients by class, tag, level …")],
        "Which Clients",
        required=True,
        default="clients",
        tracking=True,
    )
    client_domain = fields.Char("Condition", default="[('is_client', '=', True)]", tracking=True)
    client_ids = fields.Many2many(
        "res.partner",
        string="Chosen",
        compute="_compute_client_ids",
        inverse="_inverse_client_ids",
        domain=[("is_client", "=", True)],
    )
    line_ids = fields.One2many(
        "sales.cadence.client", "cadence_id", "Clients", domain=[("active", "=", True)], copy=False
    )
    # For the record rule alone: it reads this with all rights, and what it has read stays in the cache
    rule_line_ids = fields.One2many(
        "sales.cadence.client",
        "cadence_id",
        domain=[("active", "=", True)],
        copy=False,
        groups="base.group_system",
    )
    client_count = fields.Integer("Number of Clients", compute="_compute_counts")
    open_count = fields.Integer("Open Activities", compute="_compute_counts")
    assign_to = fields.Selection(
        [("manager", "The client's manager"), ("user", "A named manager")],
        "For Whom",
        required=True,
        default="manager",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Manager",
        domain=lambda self: self.env["sales.access.rule"]._domain_manager(),
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    hidden_warning = fields.Char("Please Note", compute="_compute_hidden_warning")
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._sales_today(), tracking=True
    )
    date_to = fields.Date("Until", tracking=True, help="The last day on which something is created.")
    paused_until = fields.Date(
        copy=False, tracking=True, help="The last day of the pause; empty: until you resume it."
    )

    _interval_positive = models.Constraint(
        "CHECK (interval_number > 0)", "The interval must be one working day, week or month at least."
    )
    _interval_sane = models.Constraint(
        "CHECK (interval_number <= 260)",
        "The interval is too long: 260 working days, weeks or months at most.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)", "The last day must not lie before the first one."
    )
    _user_named = models.Constraint(
        "CHECK (assign_to != 'user' OR user_id IS NOT NULL)", "Choose the manager who does this regular work."
    )

    @api.model
    def _selection_hour(self):
        hours = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]
        return [(hour, hour) for hour in hours]

    # ------------------------------------------------------
    # Computed
    # ------------------------------------------------------

    @api.depends("line_ids.client_id", "line_ids.active")
    def _compute_client_ids(self):
        for cadence in self:
            cadence.client_ids = cadence.line_ids.client_id

    def _inverse_client_ids(self):
        for cadence in self:
            if cadence.scope == "clients":
                cadence.line_ids._set_members(cadence, cadence.client_ids)

    def _compute_counts(self):
        clients = dict(
            self.env["sales.cadence.client"]._read_group(
                [("cadence_id", "in", self.ids)], ["cadence_id"], ["__count"]
            )
        )
        opened = dict(
            self.env["mail.activity"]._read_group(
                [("cadence_id", "in", self.ids)], ["cadence_id"], ["__count"]
            )
        )
        for cadence in self:
            cadence.client_count = clients.get(cadence._origin, 0)
            cadence.open_count = opened.get(cadence._origin, 0)

    @api.depends("assign_to", "user_id", "line_ids.client_id")
    def _compute_hidden_warning(self):
        for cadence in self:
            user = cadence.user_id if cadence.assign_to == "user" else self.env["res.users"]
            hidden = self.env["sales.access.rule"]._hidden_from(user, cadence.line_ids.client_id._origin)
            cadence.hidden_warning = bool(hidden) and self.env._(
                "%(user)s may not see %(count)s of these clients: what is planned there goes to the clients' "
                "managers. Let him see them first, by an access rule or a cover.",
                user=user.name,
                count=len(hidden),
            )

    # ------------------------------------------------------
    # Checks
    # ------------------------------------------------------

    @api.constrains("scope", "client_domain")
    def _check_client_domain(self):
        for cadence in self.filtered(lambda cadence: cadence.scope == "domain"):
            try:
                domain = cadence._parse_client_domain()
                # sudo: whether the condition can be understood, of no client anything is read
                domain.validate(self.env["res.partner"].sudo())
            except (SyntaxError, TypeError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "“%(cadence)s”: the condition can't be understood: %(error)s",
                        cadence=cadence.name,
                        error=error,
                    )
                ) from error

    @api.constrains("assign_to", "user_id", "company_id")
    def _check_user(self):
        # sudo: who is in the group is no secret, the groups themselves are
        managers = self.env["sales.morning"].sudo()._managers()
        for cadence in self.filtered(lambda cadence: cadence.assign_to == "user"):
            user = cadence.user_id.sudo()
            if user not in managers or cadence.company_id not in user.company_ids:
                raise ValidationError(
                    self.env._(
                        "“%(cadence)s”: %(user)s is not a manager of %(company)s.",
                        cadence=cadence.name,
                        user=user.name,
                        company=cadence.company_id.name,
                    )
                )

    def _parse_client_domain(self):
        return self._domain_of_text(self.client_domain)

    @api.model
    def _domain_of_text(self, condition):
        """:raise SyntaxError, TypeError, ValueError: it can't be understood"""
        return Domain(literal_eval(condition or "[]"))

    @api.onchange("assign_to")
    def _onchange_assign_to(self):
        if self.assign_to == "manager":
            self.user_id = False

    # ------------------------------------------------------
    # Changes
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        cadences = super().create(vals_list)
        cadences._refresh_members()
        return cadences

    def write(self, vals):
        res = super().write(vals)
        if {"scope", "client_domain", "company_id"} & vals.keys():
            self._refresh_members()
        if self._replanning_fields() & vals.keys():
            self.line_ids._replan()
        return res

    @api.model
    def _replanning_fields(self):
        """:return: names of the fields that decide when whose turn is"""
        return {"interval_number", "interval_unit", "weekday", "is_spread", "date_from"}

    def copy_data(self, default=None):
        """The copy is for the same clients."""
        return [
            {**vals, "client_ids": [Command.set(cadence.client_ids.ids)]}
            if cadence.scope == "clients"
            else vals
            for cadence, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_work(self):
        # sudo: also activities that the user doesn't see are history
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        worked = Activity.search([("cadence_id", "in", self.ids)], limit=1).cadence_id
        if worked:
            raise UserError(
                self.env._("“%s” has created activities already: end it instead of deleting.", worked.name)
            )

    def _rhythm(self):
        """:return: how often, as a value for the arithmetic"""
        self.ensure_one()
        weekday = int(self.weekday) if self.weekday else None
        return Rhythm(self.interval_unit, self.interval_number, weekday, self.is_spread)

    def _refresh_members(self):
        """Whoever fulfils the condition is in, who does not any more is out; chosen clients stay."""
        for cadence in self.filtered(lambda cadence: cadence.scope == "domain"):
            # sudo: the condition decides, not who asks; the company's clients only
            Partner = self.env["res.partner"].sudo()
            found = Partner.search(cadence._parse_client_domain() & cadence._domain_possible())
            cadence.line_ids._set_members(cadence, found)

    def _domain_possible(self):
        """:return: Domain of the clients that the cadence may be for"""
        return Domain("is_client", "=", True) & Domain("company_id", "in", [False, self.company_id.id])

    # ------------------------------------------------------
    # Buttons
    # ------------------------------------------------------

    def action_pause(self):
        """Nothing is created until the last day of the pause, or until somebody resumes it."""
        for cadence in self:
            if cadence.state != "running":
                raise UserError(self.env._("“%s” is not running.", cadence.name))
            past = cadence.paused_until and cadence.paused_until < cadence.company_id._sales_today()
            cadence._step({"state": "paused", **({"paused_until": False} if past else {})})

    def action_resume(self):
        """Go on in the old rhythm: what the pause has swallowed is not made up for."""
        for cadence in self:
            if cadence.state not in ("paused", "ended"):
                raise UserError(self.env._("“%s” is running already.", cadence.name))
            today = cadence.company_id._sales_today()
            values = {"state": "running", "paused_until": today - timedelta(days=1)}
            if cadence.date_to and cadence.date_to < today:
                values["date_to"] = False
            cadence._step(values)
            cadence._refresh_members()

    def action_end(self):
        """Nothing is created any more; what is open stays in the plan."""
        self._step({"state": "ended"})

    def _step(self, vals):
        """Write what only the buttons write."""
        self.check_access("write")
        # sudo: whether he may was asked; by hand nobody writes these
        self.sudo().write(vals)

    def action_view_activities(self):
        """:return: the list of the cadence's activities, open and closed"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.mail_activity_action_sales"),
            "domain": [("cadence_id", "=", self.id)],
            "context": {"active_test": False},
        }

    # ------------------------------------------------------
    # Hand-over
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        """What is over stays with the name of who did it."""
        return (
            super()._handover_domain(user)
            & Domain("assign_to", "=", "user")
            & Domain("state", "!=", "ended")
            & Domain("active", "=", True)
        )
