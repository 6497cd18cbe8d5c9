from odoo import api, fields, models
from odoo.tools import SQL


class SalesMorning(models.AbstractModel):
    _inherit = "sales.morning"

    @api.model
    def _workdays(self):
        """A day that has begun lasts to its end in the time zone in which it began."""
        workdays = super()._workdays()
        days = {user.id: day for user, day in workdays.items()}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT plan.user_id
                  FROM %(plan)s JOIN sales_plan_day begun ON begun.user_id = plan.user_id
                 WHERE begun.date BETWEEN plan.day - 2 AND plan.day - 1
                   AND (%(now)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE begun.tz)::date <= begun.date
                """,
                plan=self._plan_sql(days),
                now=fields.Datetime.now(),
            )
        )
        lasting = {user for (user,) in rows}
        return {user: day for user, day in workdays.items() if user.id not in lasting}
