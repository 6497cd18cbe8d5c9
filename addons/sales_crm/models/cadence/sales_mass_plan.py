from odoo import api, models
from odoo.tools import SQL


class SalesMassPlan(models.Model):
    """Mass planning leaves regular work its place in the days."""

    _inherit = "sales.mass.plan"

    def _place_rooms(self, users):
        rooms = super()._place_rooms(users)
        last = self.date_to or self.date_from
        for (user, day), count in self._regular_loads(users, self.date_from, last).items():
            rooms[user].loads[day] += count
        return rooms

    @api.model
    def _regular_loads(self, users, first, last):
        """The next turns of the running cadences; the ones after them are not known yet."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT planned.user_id, planned.date_next, COUNT(*)
                  FROM (SELECT CASE WHEN cadence.assign_to = 'user' THEN cadence.user_id
                                    ELSE client.user_id END AS user_id, turn.date_next
                          FROM sales_cadence_client turn
                          JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
                          JOIN res_partner client ON client.id = turn.client_id
                         WHERE turn.active IS TRUE AND turn.date_next BETWEEN %s AND %s
                           AND cadence.state = 'running' AND cadence.active IS TRUE
                           AND (cadence.paused_until IS NULL OR cadence.paused_until < turn.date_next)
                           AND (cadence.date_to IS NULL OR cadence.date_to >= turn.date_next)
                           AND client.active IS TRUE AND client.is_client IS TRUE
                           AND NOT EXISTS (SELECT FROM mail_activity opened
                                            WHERE opened.cadence_id = turn.cadence_id
                                              AND opened.client_id = turn.client_id
                                              AND opened.active IS TRUE)) planned
                 WHERE planned.user_id = ANY(%s)
                 GROUP BY planned.user_id, planned.date_next
                """,
                first,
                last,
                users.ids,
            )
        )
        loads = super()._regular_loads(users, first, last)
        for user, day, count in rows:
            loads[user, day] = loads.get((user, day), 0) + count
        return loads
