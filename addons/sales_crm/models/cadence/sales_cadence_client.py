from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Days before today whose working days are known exactly
BACK = 31

INSERT_BATCH = 5000


class SalesCadenceClient(models.Model):
    """A client's turn in a cadence: when the next occurrence is due. Written by the server only."""

    _name = "sales.cadence.client"
    _description = "Client's Turn"
    _sales_guard_path = "client_id"
    _order = "date_next, id"
    _rec_name = "cadence_id"

    cadence_id = fields.Many2one(
        "sales.cadence", "Regular Work", required=True, readonly=True, index=True, ondelete="cascade"
    )
    client_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    active = fields.Boolean(default=True, readonly=True)
    manager_id = fields.Many2one(related="client_id.user_id", string="Manager")
    state = fields.Selection(related="cadence_id.state")
    date_anchor = fields.Date(
        "Rhythm from", readonly=True, help="Weeks and months are counted from this day."
    )
    date_due = fields.Date("Due", readonly=True, help="The day on which it would be the client's turn.")
    date_next = fields.Date(
        "Next",
        readonly=True,
        help="The day on which the next activity is created: when it is due, or later if the manager's day "
        "is full. While the last one is open, the earliest day possible.",
    )
    date_last = fields.Date("Last", readonly=True, help="The day on which the last activity was created.")
    activity_id = fields.Many2one(
        "mail.activity", "Last Activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    activity_state_final = fields.Selection(related="activity_id.activity_state_final", string="Result")
    is_open = fields.Boolean("Open", related="activity_id.active")

    _cadence_client_uniq = models.Constraint(
        "UNIQUE (cadence_id, client_id)", "This client is in this regular work already."
    )
    _due_idx = models.Index("(date_next) WHERE active IS TRUE")

    # ------------------------------------------------------
    # Who is in
    # ------------------------------------------------------

    @api.model
    def _set_members(self, cadence, clients):
        """Make ``clients`` those of ``cadence``; who comes back goes on where he was.

        :param clients: partners; only clients with a card of their own are taken
        """
        # sudo: written by the server only; whoever may change the cadence was asked before
        lines = self.sudo().with_context(active_test=False).search([("cadence_id", "=", cadence.id)])
        known = {line.client_id.id: line for line in lines}
        wanted = set(clients._origin.ids)
        lines.filtered(lambda line: line.active and line.client_id.id not in wanted).write({"active": False})
        back = lines.filtered(lambda line: not line.active and line.client_id.id in wanted)
        back.write({"active": True})
        new = clients._origin.browse([client for client in clients._origin.ids if client not in known]).sudo()
        self.sudo()._insert(cadence, new.filtered("is_client"))
        back.invalidate_recordset()
        cadence.invalidate_recordset(["line_ids", "client_ids", "client_count"])

    @api.model
    def _insert(self, cadence, clients):
        """Clients get their first turn, in one statement for many."""
        start = max(cadence.date_from, cadence.company_id._sales_today())
        rhythm = cadence._rhythm()
        workdays = self._workdays_of(cadence, clients)
        self.env.flush_all()
        for position in range(0, len(clients), INSERT_BATCH):
            batch = clients[position : position + INSERT_BATCH]
            turns = [rhythm.first(client.id, start, workdays(client)) for client in batch]
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO sales_cadence_client (cadence_id, client_id, active, date_anchor, date_due,
                                                      date_next, create_uid, create_date, write_uid,
                                                      write_date)
                    SELECT %(cadence)s, turn.client_id, TRUE, turn.anchor, turn.due, turn.due,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM unnest(%(clients)s::int[], %(anchors)s::date[], %(dues)s::date[])
                           AS turn(client_id, anchor, due)
                    ON CONFLICT (cadence_id, client_id) DO NOTHING
                    RETURNING id
                    """,
                    cadence=cadence.id,
                    clients=batch.ids,
                    anchors=[anchor for anchor, _due in turns],
                    dues=[due for _anchor, due in turns],
                    uid=self.env.uid,
                    now=fields.Datetime.now(),
                )
            )

    @api.model
    def _workdays_of(self, cadence, clients):
        """:return: function client -> working days of who does the work with him"""
        today = cadence.company_id._sales_today()
        start = today - timedelta(days=BACK)
        count = BACK + 62 + int(cadence._rhythm().reach() * 2) + max((cadence.date_from - today).days, 0)
        users = cadence.user_id if cadence.assign_to == "user" else clients.user_id
        found = users._sales_served_workdays(start, count)
        # Who has no manager yet: the company's days
        nobody = cadence.company_id._sales_workdays(start, start + timedelta(days=count - 1))
        nobody = nobody[cadence.company_id]
        if cadence.assign_to == "user":
            return lambda client: found.get(cadence.user_id.id, nobody)
        return lambda client: found.get(client.user_id.id, nobody)

    # ------------------------------------------------------
    # When
    # ------------------------------------------------------

    def _replan(self):
        """The rhythm has changed: the next turn is one new interval after the last, not before today."""
        # sudo: as in _set_members
        for cadence, lines in self.sudo().grouped("cadence_id").items():
            start = max(cadence.date_from, cadence.company_id._sales_today())
            rhythm = cadence._rhythm()
            workdays = self._workdays_of(cadence, lines.client_id)
            dates = []
            for line in lines:
                of_manager = workdays(line.client_id)
                anchor, due = rhythm.first(line.client_id.id, start, of_manager)
                if line.date_last:
                    following = rhythm.following(line.date_last, line.date_last, of_manager)
                    if following >= start:
                        anchor, due = line.date_last, following
                dates.append((line.id, anchor, due))
            self._write_dates(dates)

    @api.model
    def _write_dates(self, dates):
        """Write the next turns of many clients in one statement for thousands.

        :param dates: list of (id, anchor, due date)
        """
        self.env.flush_all()
        for position in range(0, len(dates), INSERT_BATCH):
            ids, anchors, dues = map(list, zip(*dates[position : position + INSERT_BATCH], strict=True))
            self.env.execute_query(
                SQL(
                    """
                    UPDATE sales_cadence_client turn
                       SET date_anchor = new.anchor, date_due = new.due, date_next = new.due,
                           write_uid = %s, write_date = %s
                      FROM unnest(%s::int[], %s::date[], %s::date[]) AS new(id, anchor, due)
                     WHERE turn.id = new.id
                    RETURNING turn.id
                    """,
                    self.env.uid,
                    fields.Datetime.now(),
                    ids,
                    anchors,
                    dues,
                )
            )
        self.browse([line for line, _anchor, _due in dates]).invalidate_recordset()

    def _begin(self):
        """The cadence starts: turns of days gone by begin anew."""
        # sudo: when a turn is due only the server writes
        for cadence, lines in self.sudo().grouped("cadence_id").items():
            today = cadence.company_id._sales_today()
            lines.filtered(lambda line, today=today: line.date_next < today)._replan()

    @api.model
    def _pull_forward(self, users):
        """Who stands in for ``users`` works while they are away: turns that waited for their return come
        earlier.
        """
        # sudo: when a turn is due only the server writes
        turns = (
            self.sudo()
            .search(
                Domain("cadence_id.assign_to", "=", "manager") & Domain("client_id.user_id", "in", users.ids)
                | Domain("cadence_id.user_id", "in", users.ids)
            )
            .filtered(lambda turn: not turn.is_open)
        )
        for cadence, lines in turns.grouped("cadence_id").items():
            start = max(cadence.date_from, cadence.company_id._sales_today())
            rhythm = cadence._rhythm()
            workdays = self._workdays_of(cadence, lines.client_id)
            dates = []
            for line in lines:
                of_manager = workdays(line.client_id)
                anchor, due = rhythm.first(line.client_id.id, start, of_manager)
                if line.date_last:
                    closed = line.activity_id.date_done or line.date_last
                    anchor, due = line.date_anchor, rhythm.following(line.date_anchor, closed, of_manager)
                if start <= due < line.date_due:
                    dates.append((line.id, anchor, due))
            self._write_dates(dates)
