from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.funnel import LEVELS, rank, rank_sql

OUTCOMES = [
    ("created", "Created"),
    ("moved", "Moved"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("reopened", "Reopened"),
    ("merged", "Merged into another"),
    ("deleted", "Deleted"),
]


class SalesStageMove(models.Model):
    """One row per event in the life of a deal: what moved, when, by whom, from where to where.

    Rows are written by the server only, where the ORM writes deals, so no route passes by. They
    outlive the deal and the stage. ``rank_before`` and ``rank_after`` say how far the deal had ever
    been before and after the move, as places in the order of levels: a deal reaches a level for the
    first time by the one move with ``rank_before < rank <= rank_after``. A new deal is in the cold base,
    a won one has reached the deal, whatever level their stages have.
    """

    _name = "sales.stage.move"
    _description = "Move of a Deal"
    _sales_guard_path = "client_id"
    _order = "date desc, id desc"
    _rec_name = "lead_name"

    lead_id = fields.Many2one("crm.lead", "Deal", readonly=True, ondelete="set null")
    lead_key = fields.Integer(
        "Deal Number", required=True, readonly=True, help="Stays when the deal is deleted.", aggregator=False
    )
    lead_name = fields.Char("Deal's Name", readonly=True)
    client_id = fields.Many2one(
        "res.partner",
        compute="_compute_client_id",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    user_id = fields.Many2one(
        "res.users", "Manager", readonly=True, ondelete="restrict", help="Whose deal it was at that time."
    )
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    stage_from_id = fields.Many2one("crm.stage", "From Stage", readonly=True, ondelete="set null")
    stage_to_id = fields.Many2one("crm.stage", "To Stage", readonly=True, ondelete="set null")
    stage_from_name = fields.Char("From Deleted Stage", readonly=True)
    stage_to_name = fields.Char("To Deleted Stage", readonly=True)
    level_from = fields.Selection(LEVELS, "From Level", readonly=True)
    level_to = fields.Selection(LEVELS, "To Level", readonly=True)
    rank_before = fields.Integer(readonly=True, aggregator=False)
    rank_after = fields.Integer(readonly=True, aggregator=False)
    outcome = fields.Selection(OUTCOMES, "Event", required=True, readonly=True)
    date = fields.Datetime("When", required=True, readonly=True)
    days_in_stage = fields.Float(
        "Days on the Stage",
        readonly=True,
        digits=(16, 2),
        aggregator="avg",
        help="Calendar days since the deal's previous event; 0 for a deal that is opened again.",
    )
    amount = fields.Monetary(
        readonly=True, help="What the deal was expected to bring at that time, in the company's currency."
    )
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True, ondelete="restrict")
    rebuilt = fields.Boolean(
        readonly=True, help="Taken from Odoo's own record of changes, when this history began to be kept."
    )

    _lead_idx = models.Index("(lead_id, id) WHERE lead_id IS NOT NULL")
    _lead_key_idx = models.Index("(lead_key, rank_after, rank_before, date)")
    _date_idx = models.Index("(date)")
    _user_date_idx = models.Index("(user_id, date)")
    _team_date_idx = models.Index("(team_id, date)")
    _stage_from_idx = models.Index("(stage_from_id) WHERE stage_from_id IS NOT NULL")
    _stage_to_idx = models.Index("(stage_to_id) WHERE stage_to_id IS NOT NULL")
    _lost_idx = models.Index("(date, lost_reason_id) WHERE outcome = 'lost'")

    @api.depends("lead_id.partner_id.client_id")
    def _compute_client_id(self):
        """The history follows the deal's client, and stays with him when the deal is deleted, or has none."""
        for move in self:
            move.client_id = move.lead_id.partner_id.client_id or move.client_id

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("client_id", "user_id", mode)

    # ------------------------------------------------------
    # Writing it down
    # ------------------------------------------------------

    @api.model
    def _record_created(self, leads):
        """Write down new deals. One that is closed from the beginning has also been won or lost then:
        nobody knows on which stage a won one began.

        :param leads: crm.lead, flushed, as the clients of their partners
        """
        known = self._query_status(leads)
        won = [lead for lead, (_stage, status) in known.items() if status == "won"]
        lost = [lead for lead, (_stage, status) in known.items() if status == "lost"]
        self._insert(
            SQL(
                """
                SELECT lead.id AS lead_id, NULL::int AS stage_from_id,
                       CASE WHEN lead.won_status = 'won' THEN NULL ELSE lead.stage_id END AS stage_to_id,
                       'created' AS outcome, lead.create_date AS date
                  FROM crm_lead lead WHERE lead.id = ANY(%s)
                """,
                list(known),
            )
        )
        if won or lost:
            self._insert(
                SQL(
                    """
                    SELECT lead.id AS lead_id,
                           CASE WHEN lead.won_status = 'lost' THEN lead.stage_id END AS stage_from_id,
                           lead.stage_id AS stage_to_id, lead.won_status AS outcome,
                           COALESCE(lead.date_closed, lead.create_date) AS date
                      FROM crm_lead lead WHERE lead.id = ANY(%s)
                    """,
                    won + lost,
                )
            )

    @api.model
    def _query_status(self, leads):
        """:return: dict deal id -> (stage id, won, lost or pending) as they are in the database"""
        rows = self.env.execute_query(
            SQL("SELECT id, stage_id, won_status FROM crm_lead WHERE id = ANY(%s)", list(leads._ids))
        )
        return {lead: (stage, status) for lead, stage, status in rows}

    @api.model
    def _record_changes(self, before):
        """Write down what has changed since ``before``. A deal that is just being created has no
        history yet, and is left to :meth:`_record_created`.

        :param dict before: deal id -> (stage id, won, lost or pending), as of :meth:`_query_status`
        """
        self._insert(
            SQL(
                """
                SELECT lead.id AS lead_id, old.stage_id AS stage_from_id, lead.stage_id AS stage_to_id,
                       CASE WHEN lead.won_status = old.status THEN 'moved'
                            WHEN lead.won_status IN ('won', 'lost') THEN lead.won_status
                            WHEN old.status IN ('won', 'lost') THEN 'reopened'
                            ELSE 'moved' END AS outcome,
                       %s::timestamp AS date
                  FROM unnest(%s::int[], %s::int[], %s::varchar[]) AS old(id, stage_id, status)
                  JOIN LATERAL (
                        SELECT * FROM crm_lead deal WHERE deal.id = old.id LIMIT 1) lead ON TRUE
                 WHERE lead.stage_id IS DISTINCT FROM old.stage_id
                    OR lead.won_status IS DISTINCT FROM old.status
                """,
                fields.Datetime.now(),
                list(before),
                [stage for stage, _status in before.values()],
                [status for _stage, status in before.values()],
            ),
            begun=True,
        )

    @api.model
    def _record_end(self, leads, outcome):
        """Write down that deals go: merged into another, or deleted. Deleted ones that were merged
        before have their row already.

        :param leads: crm.lead, flushed
        """
        if not leads:
            return
        self._insert(
            SQL(
                """
                SELECT lead.id AS lead_id, lead.stage_id AS stage_from_id, NULL::int AS stage_to_id,
                       %(outcome)s AS outcome, %(now)s::timestamp AS date
                  FROM crm_lead lead
                 WHERE lead.id = ANY(%(leads)s)
                   AND NOT (%(outcome)s = 'deleted' AND EXISTS (
                            SELECT FROM sales_stage_move merged
                             WHERE merged.lead_id = lead.id AND merged.outcome = 'merged'))
                """,
                outcome=outcome,
                now=fields.Datetime.now(),
                leads=list(leads._ids),
            )
        )

    @api.model
    def _insert(self, events, begun=False):
        """One INSERT for any number of deals; then the clients' places are counted again, where the
        events may have changed them.

        What stands in other tables is looked up by subqueries, not joined: PostgreSQL takes longer to
        find the best order of eight joins than to run them. So are the deals, each by its id: in a table
        that it believes to be empty, while the first import fills it, PostgreSQL joins by reading all of it
        for each deal.

        :param SQL events: query that gives ``lead_id``, ``stage_from_id``, ``stage_to_id``,
            ``outcome``, ``date``
        :param bool begun: leave out deals without any history
        """
        level = SQL("(SELECT stage.funnel_level FROM crm_stage stage WHERE stage.id = event.stage_to_id)")
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_stage_move (
                    lead_id, lead_key, lead_name, client_id, user_id, team_id, company_id, currency_id,
                    stage_from_id, stage_to_id, level_from, level_to, rank_before, rank_after, outcome,
                    date, days_in_stage, amount, lost_reason_id, rebuilt,
                    create_uid, create_date, write_uid, write_date)
                SELECT lead.id, lead.id, lead.name,
                       COALESCE((SELECT partner.client_id FROM res_partner partner
                                  WHERE partner.id = lead.partner_id), last.client_id),
                       lead.user_id, lead.team_id, COALESCE(lead.company_id, %(company)s),
                       (SELECT company.currency_id FROM res_company company
                         WHERE company.id = COALESCE(lead.company_id, %(company)s)),
                       event.stage_from_id, event.stage_to_id,
                       (SELECT stage.funnel_level FROM crm_stage stage WHERE stage.id = event.stage_from_id),
                       %(level)s,
                       COALESCE(last.rank_after, -1),
                       GREATEST(last.rank_after, 0, %(rank)s,
                                CASE event.outcome WHEN 'won' THEN %(deal)s END),
                       event.outcome, event.date,
                       CASE WHEN event.outcome = 'reopened' THEN 0 ELSE
                       COALESCE(EXTRACT(EPOCH FROM event.date - last.date) / 86400, 0) END,
                       COALESCE(lead.expected_revenue, 0),
                       CASE WHEN event.outcome = 'lost' THEN lead.lost_reason_id END, FALSE,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(events)s) event
                  JOIN LATERAL (
                        SELECT * FROM crm_lead deal WHERE deal.id = event.lead_id LIMIT 1) lead ON TRUE
                  LEFT JOIN LATERAL (
                        SELECT move.date, move.rank_after, move.client_id FROM sales_stage_move move
                         WHERE move.lead_id = lead.id ORDER BY move.id DESC LIMIT 1) last ON TRUE
                 WHERE %(begun)s
                 ORDER BY lead.id
                RETURNING client_id, outcome, level_from, level_to,
                          (SELECT client.funnel_level FROM res_partner client
                            WHERE client.id = sales_stage_move.client_id)
                """,
                level=level,
                rank=rank_sql(level),
                deal=rank("deal"),
                events=events,
                begun=SQL("last.rank_after IS NOT NULL") if begun else SQL("TRUE"),
                company=self.env.company.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        if rows:
            # new rows only: what is cached of the others, or waits to be written, stays right
            self.env["crm.lead"].invalidate_model(["stage_move_ids", "funnel_report_ids"], flush=False)
            self.env["res.partner"]._refresh_funnel_levels(
                {client for client, *event in rows if client and self._may_change_place(*event)}
            )

    @api.model
    def _may_change_place(self, outcome, level_from, level_to, place):
        """:return: whether an event of one deal may give its client another place than ``place``"""
        if outcome not in ("created", "moved") or not place:
            return True
        before, after = (rank(level) or 0 for level in (level_from, level_to))
        if outcome == "created":
            return after > rank(place)
        return before != after and max(before, after) >= rank(place)

    @api.model
    def _follow_lost_reason(self, leads):
        """The reason of a lost deal was told, or changed, afterwards."""
        leads.flush_recordset(["lost_reason_id", "won_status"])
        self.env.execute_query(
            SQL(
                """
                UPDATE sales_stage_move move SET lost_reason_id = lead.lost_reason_id
                  FROM crm_lead lead
                 WHERE lead.id = ANY(%s) AND lead.won_status = 'lost'
                   AND move.id = (SELECT MAX(last.id) FROM sales_stage_move last
                                   WHERE last.lead_id = lead.id AND last.outcome = 'lost')
                   AND move.lost_reason_id IS DISTINCT FROM lead.lost_reason_id
                RETURNING move.id
                """,
                list(leads._ids),
            )
        )
        self.invalidate_model(["lost_reason_id"], flush=False)

    @api.model
    def _follow_creation(self, leads):
        """Imported deals began on the day that their file says, not on the day of the import.

        :param leads: crm.lead, with ``create_date`` in the database
        """
        self.env.execute_query(
            SQL(
                """
                UPDATE sales_stage_move move
                   SET date = CASE WHEN move.outcome = 'created' THEN lead.create_date ELSE move.date END,
                       days_in_stage = CASE WHEN move.outcome = 'created' THEN 0 ELSE
                           GREATEST(EXTRACT(EPOCH FROM move.date - lead.create_date) / 86400, 0) END
                  FROM crm_lead lead
                 WHERE move.lead_id = lead.id AND lead.id = ANY(%s)
                   AND NOT EXISTS (SELECT FROM sales_stage_move other
                                    WHERE other.lead_id = lead.id AND other.id < move.id
                                      AND other.outcome != 'created')
                RETURNING move.id
                """,
                list(leads._ids),
            )
        )
        self.invalidate_model(["date", "days_in_stage"], flush=False)

    # ------------------------------------------------------
    # Stages change under the history
    # ------------------------------------------------------

    @api.model
    def _keep_stage_names(self, stages):
        """Stages are deleted: their moves keep the name; the level stands in the move anyway."""
        for end in ("from", "to"):
            self.env.execute_query(
                SQL(
                    """
                    UPDATE sales_stage_move move SET %(name)s = stage.name
                      FROM unnest(%(stages)s::int[], %(names)s::varchar[]) AS stage(id, name)
                     WHERE move.%(field)s = stage.id
                    RETURNING move.id
                    """,
                    name=SQL.identifier(f"stage_{end}_name"),
                    field=SQL.identifier(f"stage_{end}_id"),
                    stages=stages.ids,
                    names=stages.mapped("name"),
                )
            )
        self.invalidate_model(["stage_from_name", "stage_to_name"], flush=False)

    @api.model
    def _follow_levels(self, stages):
        """The levels of stages were set or changed: their history is read with the new ones."""
        for end in ("from", "to"):
            self.env.execute_query(
                SQL(
                    """
                    UPDATE sales_stage_move move SET %(level)s = stage.funnel_level
                      FROM crm_stage stage
                     WHERE stage.id = ANY(%(stages)s) AND move.%(field)s = stage.id
                       AND move.%(level)s IS DISTINCT FROM stage.funnel_level
                    RETURNING move.id
                    """,
                    level=SQL.identifier(f"level_{end}"),
                    field=SQL.identifier(f"stage_{end}_id"),
                    stages=stages.ids,
                )
            )
        self._count_ranks(
            SQL(
                """
                lead_key IN (SELECT touched.lead_key FROM sales_stage_move touched
                              WHERE touched.stage_to_id = ANY(%s))
                """,
                stages.ids,
            )
        )

    @api.model
    def _count_ranks(self, which):
        """Count again how far deals had been before and after each of their moves.

        :param SQL which: condition on ``sales_stage_move`` that takes whole deals
        """
        self.env.execute_query(
            SQL(
                """
                WITH reached AS (
                    SELECT id, GREATEST(0, MAX(%(rank)s) OVER life) AS rank,
                           ROW_NUMBER() OVER life AS number,
                           MAX(%(rank)s) OVER (life ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                               AS earlier
                      FROM sales_stage_move
                     WHERE %(which)s
                    WINDOW life AS (PARTITION BY lead_key ORDER BY id)
                ), counted AS (
                    SELECT id, rank AS after,
                           CASE WHEN number = 1 THEN -1 ELSE GREATEST(0, earlier) END AS before
                      FROM reached
                )
                UPDATE sales_stage_move move SET rank_before = counted.before, rank_after = counted.after
                  FROM counted
                 WHERE move.id = counted.id
                   AND (move.rank_before IS DISTINCT FROM counted.before
                        OR move.rank_after IS DISTINCT FROM counted.after)
                RETURNING move.id
                """,
                rank=SQL(
                    "GREATEST(%s, CASE outcome WHEN 'won' THEN %s END)",
                    rank_sql(SQL("level_to")),
                    rank("deal"),
                ),
                which=which,
            )
        )
        self.invalidate_model(["level_from", "level_to", "rank_before", "rank_after"], flush=False)
