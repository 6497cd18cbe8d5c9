from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.columns import add_column


class SalesPlanDay(models.Model):
    """The plan of one manager for one day has been frozen. The row is the proof and the lock.

    The time zone of a day is that in which it began: whoever changes his own later moves no figure.
    """

    _name = "sales.plan.day"
    _description = "Frozen Plan of a Day"
    _order = "date desc, user_id"
    _rec_name = "date"

    user_id = fields.Many2one("res.users", "Manager", required=True, readonly=True, ondelete="restrict")
    date = fields.Date(required=True, readonly=True)
    as_manager = fields.Boolean(
        readonly=True, help="Whether this was the plan of a manager, and not of a head of sales."
    )

    _user_date_uniq = models.UniqueIndex("(user_id, date)")

    tz = fields.Char("Time Zone", readonly=True)

    def _auto_init(self):
        """Days that were frozen before keep the time zone that their managers have now."""
        add_column(self.env.cr, self._table, "tz", "varchar", self._fill_tz_sql)
        return super()._auto_init()

    @api.model
    def _fill_tz_sql(self):
        return SQL(
            "UPDATE sales_plan_day day SET tz = zone.tz FROM %s WHERE zone.user_id = day.user_id",
            self.env["res.users"]._sales_zones_sql(),
        )
