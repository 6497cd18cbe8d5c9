from odoo import fields, models
from odoo.tools import SQL

from ...tools.cadence import Room


class ResUsers(models.Model):
    """How much fits into a manager's days, and what is in his days already."""

    _inherit = "res.users"

    sales_day_capacity = fields.Integer(
        "Activities a Day",
        help="So many activities fit into his day: regular work and mass planning put no more into it. "
        "0: as many as the company's settings say.",
    )

    _sales_day_capacity_positive = models.Constraint(
        "CHECK (sales_day_capacity IS NULL OR sales_day_capacity >= 0)",
        "A day can't hold less than no activities.",
    )

    def _sales_day_capacities(self):
        """:return: dict user id -> how many activities fit into his day; 0: no limit"""
        # sudo: the capacity of a colleague decides dates only
        return {
            user.id: user.sales_day_capacity or user.company_id.sales_day_capacity for user in self.sudo()
        }

    def _sales_rooms(self, first, last=None):
        """:param first: the first day that counts
        :param last: the last one; without, all days from the first
        :return: dict user id -> ``Room`` with the open activities of each day
        """
        self.env["mail.activity"].flush_model()
        until = SQL("AND activity.date_deadline <= %s", last) if last else SQL()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT activity.user_id, activity.date_deadline, COUNT(*)
                  FROM mail_activity activity
                 WHERE activity.user_id = ANY(%s) AND activity.active IS TRUE
                   AND activity.date_deadline >= %s %s
                 GROUP BY activity.user_id, activity.date_deadline
                """,
                self.ids,
                first,
                until,
            )
        )
        loads = {}
        for user, day, count in rows:
            loads.setdefault(user, {})[day] = count
        return {
            user: Room(capacity, loads.get(user)) for user, capacity in self._sales_day_capacities().items()
        }
