from odoo import api, fields, models
from odoo.tools import SQL


class SalesCadence(models.Model):
    """What was done with a client without having been asked for takes the place of his next turn."""

    _inherit = "sales.cadence"

    is_early_counted = fields.Boolean(
        "What Was Done Anyway Counts",
        compute="_compute_is_early_counted",
        store=True,
        readonly=False,
        tracking=True,
        help="An activity of the same kind that was done with the client without this regular work, shortly "
        "before his turn, takes its place.",
    )

    @api.depends("activity_type_id")
    def _compute_is_early_counted(self):
        """Who was there, was there; whoever called may have called about something else."""
        for cadence in self:
            cadence.is_early_counted = cadence.activity_type_id.is_visit

    @api.model
    def _done_anyway_sql(self):
        """:return: SQL over ``cadence`` and ``turn``: the day on which the same was last done with the
        client, since his last turn and not by regular work
        """
        Users = self.env["res.users"]
        return SQL(
            """
            CASE WHEN cadence.is_early_counted IS TRUE THEN (
                SELECT %s
                  FROM mail_activity anyway
                  JOIN %s ON zone.user_id = COALESCE(anyway.done_user_id, anyway.user_id)
                 WHERE anyway.client_id = turn.client_id AND anyway.active IS NOT TRUE
                   AND anyway.activity_type_id = cadence.activity_type_id
                   AND anyway.activity_state_final = 'done' AND anyway.cadence_id IS NULL
                   AND anyway.datetime_done > COALESCE(turn.date_last, turn.create_date)
                 ORDER BY anyway.datetime_done DESC
                 LIMIT 1) END
            """,
            Users._sales_day_sql(SQL("anyway.datetime_done")),
            Users._sales_zones_sql(),
        )
