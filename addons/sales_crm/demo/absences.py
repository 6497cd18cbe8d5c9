"""Who is on leave, and who stands in for him: one leave is over, the next one begins in a week."""

from datetime import timedelta

from odoo.fields import Command

from .part import Part

OVER = (3, 2, 40, 5)  # indices of who was away and who covered, first day, days: working days ago
COMING = (4, 0, 7, 11)  # the same for the leave ahead: days from today, both ends


class Absences(Part):
    """Written before the history: who is away does nothing."""

    def load(self):
        managers = self.company.managers
        away, covers, ago, length = OVER
        days = self.days.past[-ago : length - ago]
        self.company.away[managers[away]] = set(days)
        over = self._cover(managers[away], managers[covers], days[0], days[-1], 0)
        away, covers, first, length = COMING
        begin = self.days.today + timedelta(days=first)
        coming = self._cover(managers[away], managers[covers], begin, begin + timedelta(days=length), 1)
        # A rule of the administrator's, which is over: nobody sees more today than his own clients
        rule = self.env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(managers[1].ids)],
                "scope": "clients",
                "client_ids": [Command.set([c.partner.id for c in self.company.clients[:3]])],
                "date_from": self.days.past[-70],
                "date_to": self.days.past[-56],
                "reason": self.book["access_reason"],
            }
        )
        rules = over | coming | rule
        moments = [self.days.moment(self.days.past[number], 90) for number in (-ago - 8, -3, -71)]
        self.company.backdate(rules, moments, [self.company.head] * len(rules))

    def _cover(self, away, covers, first, last, number):
        """:return: the cover, with the leave that it is for"""
        cover = self.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "user_ids": [Command.set(covers.ids)],
                "manager_ids": [Command.set(away.ids)],
                "date_from": first,
                "date_to": last,
                "reason": self.book["absences"][number],
            }
        )
        cover.with_user(self.company.head).action_record_leave()
        return cover
