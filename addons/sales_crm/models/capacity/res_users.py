from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.cadence import Room, Workdays


class ResUsers(models.Model):
    """How much fits into a manager's days, and which days these are."""

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

    def _sales_workdays_between(self, start, count):
        """The working days of many, asked for once per calendar, time zone and company, and again only for
        those who have days off of their own.

        :return: dict user id -> ``Workdays`` of the ``count`` days from ``start`` on
        """
        groups = {}
        # sudo: working hours and time zones of users are no secret, the users' records are
        for user in self.sudo():
            key = (user._sales_calendar(), user._sales_timezone(), user.company_id)
            groups.setdefault(key, []).append(user)
        found = {}
        for (calendar, timezone, company), users in groups.items():
            if not calendar:
                days = [start + timedelta(days=number) for number in range(count)]
                found.update((user.id, Workdays(days, start)) for user in users)
                continue
            first, last = (
                timezone.localize(datetime.combine(day, time.min))
                for day in (start, start + timedelta(days=count))
            )
            resources = self.env["resource.resource"].union(*(user._sales_resource() for user in users))
            absent = self._sales_with_leaves(resources, first, last)
            leaves = [("time_type", "=", "leave"), ("company_id", "in", [False, company.id])]
            intervals = calendar._work_intervals_batch(
                first, last, resources=absent, domain=leaves, tz=timezone
            )
            days = {
                resource: Workdays(sorted({begin.date() for begin, end, _meta in work if end > begin}), start)
                for resource, work in intervals.items()
            }
            for user in users:
                found[user.id] = days.get(user._sales_resource().id) or days[False]
        return found

    @api.model
    def _sales_with_leaves(self, resources, start, stop):
        """:return: those of ``resources`` that have days off of their own in that time"""
        # sudo: days off of a colleague decide dates only
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "in", resources.ids),
                    ("date_from", "<", stop.replace(tzinfo=None) + timedelta(days=1)),
                    ("date_to", ">", start.replace(tzinfo=None) - timedelta(days=1)),
                ]
            )
        )
        return leaves.resource_id

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
