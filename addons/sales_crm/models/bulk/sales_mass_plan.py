from ast import literal_eval
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.filling import Filling

STATES = [
    ("draft", "What and for Whom"),
    ("preview", "Check"),
    ("running", "Running"),
    ("done", "Done"),
]


class SalesMassPlan(models.Model):
    """The same activity for many clients at once.

    The head says what and for whom, sees what comes into whose day, and lets it be planned. The lines,
    one for each client, are written with the check; the work, in ``sales_mass_plan_work.py``, makes an
    activity of each.
    """

    _name = "sales.mass.plan"
    _inherit = "sales.batch"
    _description = "Mass Planning"
    _order = "id desc"
    _rec_name = "summary"

    summary = fields.Char(required=True, help="What is written in the plan, for example: new price list.")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        required=True,
        domain="[('category', '!=', 'upload_file'), ('res_model', 'in', [False, 'res.partner'])]",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False),
        ondelete="restrict",
    )
    note = fields.Html()
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], required=True, default="0")
    scope = fields.Selection(
        [("clients", "Chosen clients"), ("domain", "Clients by class, tag, level …")],
        "Which Clients",
        required=True,
        default="clients",
    )
    client_ids = fields.Many2many("res.partner", string="Chosen Clients", domain=[("is_client", "=", True)])
    client_domain = fields.Char("Condition", default="[('is_client', '=', True)]")
    assign_to = fields.Selection(
        [("manager", "The client's manager"), ("user", "A named manager")],
        "For Whom",
        required=True,
        default="manager",
    )
    user_id = fields.Many2one(
        "res.users",
        "Manager",
        domain=lambda self: self.env["sales.access.rule"]._domain_manager(),
        ondelete="restrict",
        index="btree_not_null",
    )
    date_from = fields.Date("From", required=True, default=lambda self: self._next_workday())
    date_to = fields.Date(
        "Until",
        help="The activities are spread over the working days until then; empty: all on the first day.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many("sales.mass.plan.line", "mass_plan_id", "Clients")
    state = fields.Selection(STATES, required=True, default="draft", readonly=True, copy=False, index=True)
    run_user_id = fields.Many2one("res.users", "Planned by", readonly=True, copy=False)
    date_start = fields.Datetime("Started", readonly=True, copy=False)
    date_end = fields.Datetime("Finished", readonly=True, copy=False)
    client_count = fields.Integer("Chosen", compute="_compute_client_count")
    line_count = fields.Integer("To Plan", compute="_compute_figures")
    skipped_count = fields.Integer("Not Planned", compute="_compute_figures")
    manager_count = fields.Integer("Managers", compute="_compute_figures")
    over_count = fields.Integer("Too Many", compute="_compute_figures")
    hidden_warning = fields.Char("Please Note", compute="_compute_hidden_warning")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)", "The last day must not lie before the first one."
    )
    _user_named = models.Constraint(
        "CHECK (assign_to != 'user' OR user_id IS NOT NULL)", "Choose the manager who gets the activities."
    )

    @api.model
    def _next_workday(self):
        """:return: the company's first working day after today"""
        tomorrow = self.env.company._sales_today() + timedelta(days=1)
        workdays = self.env.company._sales_workdays(tomorrow, tomorrow + timedelta(days=31))
        return workdays[self.env.company].on_or_after(tomorrow)

    @api.depends("client_ids")
    def _compute_client_count(self):
        for record in self:
            record.client_count = len(record.client_ids)

    @api.depends("line_ids.state", "state")
    def _compute_figures(self):
        groups = self.env["sales.mass.plan.line"]._read_group(
            [("mass_plan_id", "in", self.ids)], ["mass_plan_id", "state"], ["__count"]
        )
        counts = {(plan.id, state): count for plan, state, count in groups}
        managers = dict(
            self.env["sales.mass.plan.line"]._read_group(
                [("mass_plan_id", "in", self.ids), ("state", "!=", "skipped")],
                ["mass_plan_id"],
                ["user_id:count_distinct"],
            )
        )
        for record in self:
            number = record._origin.id
            record.line_count = counts.get((number, "pending"), 0) + counts.get((number, "done"), 0)
            record.skipped_count = counts.get((number, "skipped"), 0)
            record.manager_count = managers.get(record._origin, 0)
            record.over_count = (
                sum(line["over"] for line in record._load_lines()) if record.state == "preview" else 0
            )

    # ------------------------------------------------------
    # Access
    # ------------------------------------------------------

    @api.model
    def _sales_server_fields(self):
        """The check writes the lines."""
        return super()._sales_server_fields() | {"line_ids"}

    @api.model
    def _sales_refusal_of_server_fields(self, labels):
        return self.env._("The steps of a mass planning are taken with its buttons.")

    def _check_head(self):
        """:raise AccessError: the user is no head of sales, or it is another company's"""
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only a head of sales may plan for many clients at once."))
        self.check_access("write")

    def _check_state(self, *states):
        """:raise UserError: the step is not possible now"""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        "“%(plan)s” is at the step “%(state)s”: this is not possible now.",
                        plan=record.summary,
                        state=labels[record.state],
                    )
                )

    def write(self, vals):
        # the sentence about the buttons comes before the one about the step
        self._sales_check_server_fields(vals)
        if not self.env.su:
            self._check_state("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_run(self):
        for record in self:
            if record.date_start:
                raise UserError(self.env._("“%s” has been planned: its record is kept.", record.summary))

    # ------------------------------------------------------
    # Steps
    # ------------------------------------------------------

    def action_preview(self):
        """Find who gets what and when. Nothing is planned yet."""
        self.ensure_one()
        self._check_head()
        self._check_state("draft")
        self._check_activity_type()
        if self.date_from < self.company_id._sales_today():
            raise UserError(self.env._("The first day lies in the past. Choose today or a later day."))
        if self.assign_to == "user":
            self.env["mail.activity"]._bulk_receiver(self.user_id.id)
        clients = self._find_clients()
        if not clients:
            raise UserError(
                self.env._("There are no clients to plan for: choose some, or another condition.")
            )
        self._write_lines(clients)
        self._step({"state": "preview", "failure": False})

    def action_back(self):
        """Go back to the choice."""
        self.ensure_one()
        self._check_head()
        self._check_state("preview")
        self._delete_lines()
        self._step({"state": "draft", "failure": False})

    def action_run(self):
        """Plan what the check has shown."""
        self.ensure_one()
        self._check_head()
        self._check_state("preview")
        self._check_activity_type()
        lines = self.env["sales.mass.plan.line"]
        total = lines.search_count([("mass_plan_id", "=", self.id), ("state", "=", "pending")])
        done = lines.search_count([("mass_plan_id", "=", self.id), ("state", "=", "done")])
        if not total + done:
            raise UserError(self.env._("None of these clients has a manager: give them one first."))
        self._step(
            {
                "state": "running",
                "failure": False,
                "run_user_id": self.env.uid,
                "date_start": self.date_start or fields.Datetime.now(),
                "progress_done": done,
                "progress_total": total + done,
            }
        )
        self._start()

    def action_stop(self):
        """Stop after the batch that is being worked on. What is planned stays so."""
        self.ensure_one()
        self._check_head()
        self._check_state("running")
        self._step({"state": self._batch_stopped_state()})

    def action_view_lines(self):
        """:return: the list of clients, with manager, day and result"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_mass_plan_line_action"),
            "domain": [("mass_plan_id", "=", self.id)],
        }

    @api.model
    def _action_of_clients(self, partners):
        """:param partners: clients or their contacts
        :return: the form of a new mass planning for them
        """
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only a head of sales may plan for many clients at once."))
        clients = partners.client_id
        if not clients:
            raise UserError(self.env._("None of the chosen contacts is a client."))
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_mass_plan_action_new"),
            "context": {"default_scope": "clients", "default_client_ids": [Command.set(clients.ids)]},
        }

    # ------------------------------------------------------
    # Lines
    # ------------------------------------------------------

    def _find_clients(self):
        """:return: the clients as far as the head may see them
        :raise UserError: the condition can't be understood
        """
        possible = Domain("is_client", "=", True) & Domain("company_id", "in", [False, self.company_id.id])
        if self.scope == "clients":
            return self.client_ids.filtered_domain(possible & Domain("active", "=", True))
        try:
            domain = Domain(literal_eval(self.client_domain or "[]"))
            return self.env["res.partner"].search(domain & possible)
        except (SyntaxError, TypeError, ValueError) as error:
            raise UserError(self.env._("The condition can't be understood: %s", error)) from error

    def _write_lines(self, clients):
        self._delete_lines()
        places = self._place(clients)
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_mass_plan_line (mass_plan_id, client_id, user_id, date, state, create_uid,
                                                  create_date, write_uid, write_date)
                SELECT %(plan)s, line.client_id, line.user_id, line.day,
                       CASE WHEN line.user_id IS NULL THEN 'skipped' ELSE 'pending' END,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(clients)s::int[], %(users)s::int[], %(days)s::date[])
                       AS line(client_id, user_id, day)
                RETURNING id
                """,
                plan=self.id,
                clients=[client for client, _user, _day in places],
                users=[user for _client, user, _day in places],
                days=[day for _client, _user, day in places],
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        Filling(self.env, "sales.mass.plan.line").add(len(places))
        self.invalidate_recordset(["line_ids"])

    def _delete_lines(self):
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "DELETE FROM sales_mass_plan_line WHERE mass_plan_id = %s AND state != 'done' RETURNING id",
                self.id,
            )
        )
        self.env.invalidate_all(flush=False)

    def _place(self, clients):
        """Spread the clients of each manager evenly over his working days; where a day is full, on the next
        one with room. Where all are full, it stays on its day, and the check shows that it is too much.

        :return: list of (client id, user id or None, day or None)
        """
        done = self.env["sales.mass.plan.line"].search(
            [("mass_plan_id", "=", self.id), ("state", "=", "done")]
        )
        clients -= done.client_id
        # sudo: who manages whom, and how much fits into his day, a head may know
        clients = clients.sudo()
        managers = self.env["sales.morning"].sudo()._managers()
        of_users = clients.grouped("user_id") if self.assign_to == "manager" else {self.user_id: clients}
        users = self.env["res.users"].sudo().union(*(user for user in of_users if user in managers))
        count = ((self.date_to or self.date_from) - self.date_from).days + 1
        workdays = users._sales_workdays_between(self.date_from, count + 31)
        rooms = self._place_rooms(users)
        last = self.date_to or self.date_from
        places = []
        for user, of_user in of_users.items():
            if user not in users:
                places += [(client.id, None, None) for client in of_user]
                continue
            days = [day for day in workdays[user.id].days if day <= last]
            days = days or [workdays[user.id].on_or_after(self.date_from)]
            for number, client in enumerate(of_user):
                first = number * len(days) // len(of_user)
                turns = days[first:] + days[:first]
                day = next((day for day in turns if rooms[user.id].has(day)), days[first])
                places.append((client.id, user.id, rooms[user.id].take(day)))
        return places
