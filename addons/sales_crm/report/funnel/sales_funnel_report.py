from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.funnel import CODES, LEVELS

STATUSES = [
    ("open", "Open"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("merged", "Merged into another"),
    ("deleted", "Deleted"),
]


class SalesFunnelReport(models.Model):
    """One row for each level that a deal has ever reached, on the day when it got there first.

    A deal that skips levels reaches those between at the same moment; a new deal is in the cold base
    at least. So the rows of one level are everybody who entered it or came past it, each once, and no
    level has more deals than the one before. ``to_…`` and ``days_to_…`` say whether and after how
    many calendar days (24 hours) the same deal reached a further level: with ``level`` and ``date``
    fixed, their averages are the conversion of that cohort.

    Manager, team and amount are those at that time; approach, source and the client's class those of
    today.
    """

    _name = "sales.funnel.report"
    _description = "Funnel"
    _auto = False
    _sales_guard_path = "client_id"
    _order = "date desc, id desc"
    _rec_name = "lead_name"

    lead_id = fields.Many2one("crm.lead", "Deal", readonly=True)
    lead_key = fields.Integer("Deal Number", readonly=True, aggregator=False)
    lead_name = fields.Char("Deal's Name", readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", "Manager", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    approach = fields.Selection([("active", "Active"), ("passive", "Passive")], readonly=True)
    client_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Client's Class", readonly=True)
    level = fields.Selection(LEVELS, "Level Reached", readonly=True)
    rank = fields.Integer(readonly=True, aggregator=False)
    date = fields.Datetime("Reached on", readonly=True)
    amount = fields.Monetary(readonly=True)
    tag_ids = fields.Many2many(
        "crm.tag",
        related="lead_id.tag_ids",
        string="Product or Tag",
        help="Imported deals have their product as a tag.",
    )
    status = fields.Selection(STATUSES, "Now", readonly=True)
    win_rate = fields.Float(
        readonly=True, aggregator="avg", help="Won deals among those that are won or lost by now."
    )
    rebuilt = fields.Boolean(readonly=True)
    to_informed = fields.Float("Share: Informed", readonly=True, aggregator="avg")
    to_interest = fields.Float("Share: Interest", readonly=True, aggregator="avg")
    to_offer = fields.Float("Share: Offer", readonly=True, aggregator="avg")
    to_negotiation = fields.Float("Share: Negotiation", readonly=True, aggregator="avg")
    to_deal = fields.Float("Share: Deal", readonly=True, aggregator="avg")
    to_repeat = fields.Float("Share: Repeat", readonly=True, aggregator="avg")
    days_to_informed = fields.Float("Days to Informed", readonly=True, aggregator="avg")
    days_to_interest = fields.Float("Days to Interest", readonly=True, aggregator="avg")
    days_to_offer = fields.Float("Days to Offer", readonly=True, aggregator="avg")
    days_to_negotiation = fields.Float("Days to Negotiation", readonly=True, aggregator="avg")
    days_to_deal = fields.Float("Days to Deal", readonly=True, aggregator="avg")
    days_to_repeat = fields.Float("Days to Repeat", readonly=True, aggregator="avg")

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("client_id", "user_id", mode)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row.*, CASE row.status WHEN 'won' THEN 1.0 WHEN 'lost' THEN 0.0 END AS win_rate FROM (
            SELECT move.id * %(levels)s + level.rank AS id, move.lead_id, move.lead_key, move.lead_name,
                   move.client_id, move.user_id, move.team_id, move.company_id, move.currency_id,
                   lead.source_id, lead.approach, client.client_class,
                   level.code AS level, level.rank, move.date, move.amount, move.rebuilt,
                   COALESCE((
                       SELECT CASE ending.outcome WHEN 'reopened' THEN 'open' ELSE ending.outcome END
                         FROM sales_stage_move ending
                        WHERE ending.lead_key = move.lead_key
                          AND ending.outcome NOT IN ('created', 'moved')
                        ORDER BY ending.id DESC LIMIT 1), 'open') AS status,
                   %(further)s
              FROM sales_stage_move move
              JOIN unnest(%(codes)s::varchar[], %(ranks)s::int[]) AS level(code, rank)
                ON move.rank_before < level.rank AND level.rank <= move.rank_after
              LEFT JOIN crm_lead lead ON lead.id = move.lead_id
              LEFT JOIN res_partner client ON client.id = move.client_id
              LEFT JOIN LATERAL (
                    SELECT %(paths)s FROM sales_stage_move later
                     WHERE later.lead_key = move.lead_key) path ON TRUE
            ) row
            """,
            levels=len(CODES),
            codes=CODES,
            ranks=list(range(len(CODES))),
            further=SQL(", ").join(
                SQL(
                    """
                    CASE WHEN level.rank < %(rank)s THEN (%(path)s IS NOT NULL)::int END AS %(to)s,
                    CASE WHEN level.rank < %(rank)s
                         THEN date_part('epoch', %(path)s - move.date) / 86400 END AS %(days)s
                    """,
                    rank=rank,
                    path=SQL.identifier("path", code),
                    to=SQL.identifier(f"to_{code}"),
                    days=SQL.identifier(f"days_to_{code}"),
                )
                for rank, code in enumerate(CODES)
                if rank
            ),
            paths=SQL(", ").join(
                SQL(
                    """
                    MIN(later.date) FILTER (
                        WHERE later.rank_before < %(rank)s AND later.rank_after >= %(rank)s) AS %(code)s
                    """,
                    rank=rank,
                    code=SQL.identifier(code),
                )
                for rank, code in enumerate(CODES)
                if rank
            ),
        )

    def action_open_deal(self):
        """:return: the deal's form"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id.id,
            "views": [(False, "form")],
        }
