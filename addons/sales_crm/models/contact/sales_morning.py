from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.birthday import birthday_keys
from ...tools.picked import EVERY

WINDOW = 75  # days in which 30 working days are looked for


class SalesMorning(models.AbstractModel):
    """Birthdays of clients and their contacts come into the manager's plan, some working days ahead."""

    _inherit = "sales.morning"

    _birthday_batch = 500

    @api.model
    def _steps(self):
        steps = super()._steps()
        at = steps.index(self._freeze_plans)
        return [*steps[:at], self._plan_birthdays, *steps[at:]]

    @api.model
    def _plan_birthdays(self, workdays):
        """Plan an activity for each birthday that is near, one a year.

        A birthday is near if no more than N of the manager's working days are left until it, today counted.
        So what falls on his days off is planned before they begin.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        near = self._near_birthdays(workdays)
        time_left = float("inf")
        while near and time_left:
            planned = self._retry(self._birthday_batch_step, near)
            time_left = self._commit(planned, 0)
            if planned < self._birthday_batch:
                break
        return bool(time_left)

    @api.model
    def _near_birthdays(self, workdays):
        """:return: list of (user id, his day, month * 100 + day of birth, day of the birthday)"""
        near = []
        for users, day, last in self._birthday_horizons(workdays):
            days = [day + timedelta(days=number) for number in range((last - day).days + 1)]
            keys = [(key, birthday) for birthday in days for key in birthday_keys(birthday)]
            near += [(user.id, day, key, birthday) for user in users for key, birthday in keys]
        return near

    @api.model
    def _birthday_horizons(self, workdays):
        """:return: list of (users with the same, day, the last day on which a birthday is near)"""
        ahead = {user: user.company_id.sales_birthday_days for user in workdays}
        users = self.env["res.users"].union(*(user for user in workdays if ahead[user] > 0))
        if not users:
            return []
        days = [workdays[user] for user in users]
        known = users._sales_workdays(min(days), max(days) + timedelta(days=WINDOW))
        found = {}
        for user in users:
            day, beyond = workdays[user], workdays[user] + timedelta(days=WINDOW)
            later = [one for one in known[user].days if day < one <= beyond]
            last = later[ahead[user] - 1] if len(later) >= ahead[user] else beyond
            found.setdefault((day, last), []).append(user)
        return [(users, day, last) for (day, last), users in found.items()]

    @api.model
    def _birthday_batch_step(self, near, picked=EVERY):
        """:param Picked picked: which of the contacts
        :return: how many birthdays got their activity
        """
        self.env.flush_all()
        users, days, keys, birthdays = (list(column) for column in zip(*near, strict=True))
        # Locked until the end: a second server waits, and then finds the year
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.id, near.user_id, near.day, near.birthday
                  FROM unnest(%(users)s::int[], %(days)s::date[], %(keys)s::int[], %(birthdays)s::date[])
                       AS near(user_id, day, key, birthday)
                  JOIN res_partner contact
                    ON EXTRACT(MONTH FROM contact.birthdate_date) * 100
                       + EXTRACT(DAY FROM contact.birthdate_date) = near.key
                   AND contact.birthdate_date IS NOT NULL
                   AND contact.birthdate_date <= near.birthday
                  JOIN res_partner client ON client.id = contact.client_id AND client.user_id = near.user_id
                 WHERE contact.active IS TRUE AND client.active IS TRUE
                   AND COALESCE(contact.birthday_activity_year, 0) < EXTRACT(YEAR FROM near.birthday)
                   AND %(picked)s
                 ORDER BY contact.id
                 LIMIT %(limit)s
                   FOR UPDATE OF contact
                """,
                users=users,
                days=days,
                keys=keys,
                birthdays=birthdays,
                picked=picked.sql(SQL("contact.id")),
                limit=self._birthday_batch,
            )
        )
        if not rows:
            return 0
        # sudo: the server's own work
        Partner, User = self.env["res.partner"].sudo(), self.env["res.users"].sudo()
        Activity = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        Activity.create(
            [
                Partner.browse(contact)._prepare_birthday_activity(User.browse(user), day, birthday)
                for contact, user, day, birthday in rows
            ]
        )
        by_year = {}
        for contact, _user, _day, birthday in rows:
            by_year.setdefault(birthday.year, []).append(contact)
        for year, contacts in by_year.items():
            Partner.browse(contacts).birthday_activity_year = year
        return len(rows)
