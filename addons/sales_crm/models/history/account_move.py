from odoo import fields, models
from odoo.tools import SQL

from ...tools.columns import add_column
from ...tools.moment import exact_now


class AccountMove(models.Model):
    """When an entry was posted: the history shows money in that order."""

    # Beside the client's document
    _inherit = "account.move"

    # To the fraction of a second: several are posted at once
    datetime_posted = fields.Datetime(
        "Posted at",
        readonly=True,
        copy=False,
        help="When it was posted, the last time if it was taken back meanwhile.",
    )

    def _auto_init(self):
        """Invoices that are there already get it from their chatter; of others only their making is known."""
        add_column(self.env.cr, self._table, "datetime_posted", "timestamp", self._fill_posted_sql)
        return super()._auto_init()

    def _fill_posted_sql(self):
        return SQL(
            """
            UPDATE account_move move SET datetime_posted = posted.date
              FROM (SELECT message.res_id, MAX(message.date) AS date
                      FROM mail_message message
                      JOIN ir_model_data data
                        ON data.module = 'account' AND data.name = 'mt_invoice_validated'
                       AND data.res_id = message.subtype_id
                     WHERE message.model = 'account.move'
                     GROUP BY message.res_id) posted
             WHERE posted.res_id = move.id AND move.state = 'posted'
            """
        )

    def _sales_prepare_recorded(self, vals):
        vals = super()._sales_prepare_recorded(vals)
        if vals.get("state") != "posted":
            return vals
        return {**vals, "datetime_posted": exact_now()}
