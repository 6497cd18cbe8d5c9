from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SalesMassPlan(models.Model):
    """What the check says: how full the managers' days become, and what stands in the way."""

    _inherit = "sales.mass.plan"

    def _check_activity_type(self):
        """:raise UserError: the type was archived"""
        if not self.activity_type_id.active:
            raise UserError(
                self.env._(
                    "“%(plan)s”: the activity “%(type)s” is archived. Choose another one.",
                    plan=self.summary,
                    type=self.activity_type_id.name,
                )
            )

    @api.depends("assign_to", "user_id", "client_ids", "state")
    def _compute_hidden_warning(self):
        for record in self:
            record.hidden_warning = record.state in ("draft", "preview") and record._get_hidden_warning()

    def _get_hidden_warning(self):
        """:return: the sentence about clients that the named manager may not see, False without any"""
        if self.assign_to != "user" or not self.user_id:
            return False
        clients = self.client_ids._origin if self.state == "draft" else self.line_ids.client_id
        hidden = self.env["sales.access.rule"]._hidden_from(self.user_id, clients)
        return bool(hidden) and self.env._(
            "%(user)s may not see %(count)s of these clients: what is planned there goes to the clients' "
            "managers. Let him see them first, by an access rule or a cover.",
            user=self.user_id.name,
            count=len(hidden),
        )

    def _place_rooms(self, users):
        """:return: dict user id -> ``Room`` of the days from the first one on, what will come included"""
        rooms = users._sales_rooms(self.date_from)
        for (user, day), count in self._late_loads(users).items():
            rooms[user].loads[day] += count
        return rooms

    @api.model
    def _late_loads(self, users):
        """:return: dict (user id, day) -> number of open activities of days gone by, which the next
        working day gets
        """
        today = self.env.company._sales_today()
        workdays = users._sales_workdays_between(today, 62)
        self.env["mail.activity"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT activity.user_id, COUNT(*)
                  FROM mail_activity activity
                  LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
                 WHERE activity.user_id = ANY(%s) AND activity.active IS TRUE
                   AND activity.date_deadline < %s AND activity.calendar_event_id IS NULL
                   AND COALESCE(type.carry_policy, 'carry') = 'carry'
                 GROUP BY activity.user_id
                """,
                users.ids,
                today,
            )
        )
        return {(user, workdays[user].on_or_after(today)): count for user, count in rows}

    @api.model
    def _regular_loads(self, users, first, last):
        """:return: dict (user id, day) -> number of activities that will come into it by themselves"""
        return {}

    def action_view_load(self):
        """:return: the chart of the managers' days, with what is planned here and what is open already"""
        self.ensure_one()
        self._check_head()
        lines = [
            {
                "user_id": line["user"],
                "date": line["day"],
                "new_count": line["new"],
                "open_count": line["opened"],
                "regular_count": line["regular"],
                "capacity": line["capacity"],
            }
            for line in self._load_lines()
        ]
        return self.env["sales.plan.preview"]._open(self.env._("%s: load of the days", self.summary), lines)

    def _load_lines(self):
        """:return: list of dict ``user``, ``day``, ``new``, ``opened``, ``regular``, ``capacity``, ``over``
        of the days for which something is planned here
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.user_id, line.date, COUNT(*) FILTER (WHERE line.state = 'pending'),
                       (SELECT COUNT(*) FROM mail_activity activity
                         WHERE activity.user_id = line.user_id AND activity.date_deadline = line.date
                           AND activity.active IS TRUE)
                  FROM sales_mass_plan_line line
                 WHERE line.mass_plan_id = %s AND line.state != 'skipped'
                 GROUP BY line.user_id, line.date
                 ORDER BY line.date, line.user_id
                """,
                self.id,
            )
        )
        users = self.env["res.users"].browse({row[0] for row in rows})
        capacities = users._sales_day_capacities()
        days = [row[1] for row in rows]
        regular = self._regular_loads(users, min(days), max(days)) if rows else {}
        late = self._late_loads(users)
        rows = [(user, day, new, opened + late.get((user, day), 0)) for user, day, new, opened in rows]
        return [
            {
                "user": user,
                "day": day,
                "new": new,
                "opened": opened,
                "regular": regular.get((user, day), 0),
                "capacity": capacities[user],
                "over": self._over(new + opened + regular.get((user, day), 0), capacities[user]),
            }
            for user, day, new, opened in rows
        ]

    @api.model
    def _over(self, count, capacity):
        return max(count - capacity, 0) if capacity else 0
