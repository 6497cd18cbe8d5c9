import heapq
from collections import Counter
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .sales_cadence_client import BACK

PREVIEW_DAYS = 30


class SalesCadence(models.Model):
    """What the cadence will create: the coming mornings are played through, with the same arithmetic."""

    _inherit = "sales.cadence"

    def action_preview(self):
        """:return: the chart of what is created in the next 30 days, per manager and day, if everything is
        done on its day; together with what is open already and with the other cadences
        :raise UserError: the cadence is for nobody
        """
        self.ensure_one()
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only a head of sales plans regular work."))
        lines = self._preview_of_days()
        return self.env["sales.plan.preview"]._open(self.env._("%s: the next 30 days", self.name), lines)

    def _preview_of_days(self):
        """:return: see :meth:`_preview_lines`
        :raise UserError: there is nothing to show
        """
        self._refresh_members()
        lines = self._preview_lines(PREVIEW_DAYS)
        if not lines:
            raise UserError(
                self.env._(
                    "“%s” creates nothing in the next 30 days: check the clients, their managers and the "
                    "dates.",
                    self.name,
                )
            )
        return lines

    def _preview_lines(self, count):
        """:return: list of dict, one for each manager and day with something new"""
        # sudo: calendars and loads of all managers concerned; only their numbers are shown
        cadence = self.sudo()
        turns = cadence._preview_turns()
        by_user = {}
        for turn in turns:
            by_user.setdefault(turn["user"], []).append(turn)
        users = self.env["res.users"].sudo().browse(sorted(by_user))
        today = self.company_id._sales_today()
        reach = int(2 * max((turn["rhythm"].reach() for turn in turns), default=0))
        workdays = users._sales_served_workdays(today - timedelta(days=BACK), BACK + count + reach + 62)
        rooms = users._sales_rooms(today - timedelta(days=365))
        frozen = self._preview_frozen(users, today)
        stop = today + timedelta(days=count)
        lines = []
        for user in users:
            days = [day for day in workdays[user.id].days if today <= day < stop]
            days = [day for day in days if day != frozen.get(user.id)]
            if user.id in frozen:
                # What is open today is today's work: it takes no room in the days that come
                rooms[user.id].loads = Counter(
                    {day: count for day, count in rooms[user.id].loads.items() if day > today}
                )
            lines += cadence._play(user, days, by_user[user.id], workdays[user.id], rooms[user.id])
        return lines

    def _preview_turns(self):
        """:return: list of dict of all turns that take part: the cadence's own, and those of the other
        running ones that need room in the same managers' days
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH concerned AS MATERIALIZED (
                    SELECT receiver.id AS user_id
                      FROM (SELECT DISTINCT CASE WHEN cadence.assign_to = 'user' THEN cadence.user_id
                                                 ELSE client.user_id END AS user_id
                              FROM %(turns)s AND turn.cadence_id = %(own)s) found
                      JOIN res_users receiver ON receiver.id = found.user_id AND receiver.active IS TRUE
                ), turn AS MATERIALIZED (
                    SELECT turn.*, client.user_id FROM %(turns)s AND %(working)s
                       AND cadence.assign_to = 'manager'
                       AND client.user_id IN (SELECT user_id FROM concerned)
                     UNION ALL
                    SELECT turn.*, cadence.user_id FROM %(turns)s AND %(working)s
                       AND cadence.assign_to = 'user'
                       AND cadence.user_id IN (SELECT user_id FROM concerned)
                )
                SELECT turn.id, turn.cadence_id, turn.user_id,
                       turn.date_anchor, turn.date_due, turn.date_next,
                       (SELECT opened.date_deadline FROM mail_activity opened
                         WHERE opened.cadence_id = turn.cadence_id AND opened.client_id = turn.client_id
                           AND opened.active IS TRUE
                         LIMIT 1),
                       (SELECT COALESCE(%(done_day)s, done.date_done)
                          FROM mail_activity done
                          JOIN %(zones)s ON zone.user_id = turn.user_id
                         WHERE done.id = turn.activity_id AND done.active IS NOT TRUE),
                       %(anyway)s
                  FROM turn JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
                 ORDER BY turn.user_id, turn.id
                """,
                turns=SQL(
                    """
                    sales_cadence_client turn
                      JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
                      JOIN res_partner client ON client.id = turn.client_id
                     WHERE turn.active IS TRUE AND client.active IS TRUE AND client.is_client IS TRUE
                    """
                ),
                working=SQL(
                    "(turn.cadence_id = %s"
                    " OR cadence.state IN ('running', 'paused') AND cadence.active IS TRUE)",
                    self.id,
                ),
                own=self.id,
                done_day=self.env["res.users"]._sales_day_sql(SQL("done.datetime_done")),
                zones=self.env["res.users"]._sales_zones_sql(),
                anyway=self._done_anyway_sql(),
            )
        )
        cadences = {row[1] for row in rows}
        common = {cadence.id: cadence._preview_common(self) for cadence in self.browse(cadences)}
        return [
            {
                **common[cadence],
                "id": turn,
                "user": user,
                "anchor": anchor,
                "due": due,
                "next": following,
                "opened": opened,
                "closed": closed,
                "anyway": anyway,
            }
            for turn, cadence, user, anchor, due, following, opened, closed, anyway in rows
        ]

    def _preview_common(self, own):
        """:return: dict of what all turns of this cadence have in common; ``own`` is the one looked at"""
        return {
            "own": self == own,
            "rhythm": self._rhythm(),
            "urgent": self.priority == "1",
            "paused": self._pause_ends(),
            "from": self.date_from,
            "to": self.date_to,
        }

    def _pause_ends(self):
        """:return: the last day of the pause; None without one; the end of time if nobody knows it"""
        if self.state == "paused":
            return self.paused_until or fields.Date.to_date("9999-01-01")
        return self.paused_until or None

    def _preview_frozen(self, users, today):
        """:return: dict user id -> today, for those whose plan of today is frozen: nothing comes into it"""
        days = self.env["sales.plan.day"].search([("user_id", "in", users.ids), ("date", "=", today)])
        return {day.user_id.id: day.date for day in days}

    def _play(self, user, days, turns, workdays, room):
        """Play the mornings of one manager through.

        :return: list of dict, one for each day with something new
        """
        if not days:
            return []
        opened = Counter(room.loads)
        late = sum(count for day, count in opened.items() if day < days[0])
        for day in [day for day in opened if day < days[0]]:
            del room.loads[day]
        room.loads[days[0]] += late
        opened = Counter(room.loads)
        queue = []
        for turn in turns:
            self._look_at_last(turn, days[0], workdays)
            heapq.heappush(queue, (turn["next"], turn["id"], turn))
        new, regular = Counter(), Counter()
        waiting = []
        for day in days:
            due, waiting = waiting, []
            while queue and queue[0][0] <= day:
                due.append(heapq.heappop(queue)[2])
            due.sort(key=lambda turn: (not turn["urgent"], turn["due"], turn["id"]))
            for position, turn in enumerate(due):
                if not room.has(day):
                    waiting = due[position:]
                    break
                following = self._play_turn(turn, day, workdays, room)
                if following == day:
                    (new if turn["own"] else regular)[day] += 1
                    turn["due"] = following = turn["rhythm"].following(turn["anchor"], day, workdays)
                if following:
                    heapq.heappush(queue, (following, turn["id"], turn))
        return [
            {
                "user_id": user.id,
                "date": day,
                "new_count": new[day],
                "open_count": opened[day],
                "regular_count": regular[day],
                "capacity": room.capacity,
            }
            for day in days
            if new[day]
        ]

    @api.model
    def _look_at_last(self, turn, first, workdays):
        """Put into ``turn`` what its last occurrence says about the next, like the morning does.

        :param first: the first day that is played; what is open is done then, or on its own day
        """
        rhythm, anchor = turn["rhythm"], turn["anchor"]
        if turn["opened"]:
            closed = workdays.on_or_after(max(turn["opened"], first))
            turn["due"] = turn["next"] = rhythm.following(anchor, closed, workdays)
            return
        due = rhythm.following(anchor, turn["closed"], workdays) if turn["closed"] else turn["due"]
        if turn["anyway"] and turn["anyway"] > (turn["closed"] or date.min):
            due = rhythm.done_early(anchor, due, turn["anyway"], workdays)
        turn["due"], turn["next"] = due, max(turn["next"], due)

    def _play_turn(self, turn, day, workdays, room):
        """:param room: with room on ``day``
        :return: ``day`` if the activity is created on it, else the day on which it is asked again; None
        if it never is
        """
        if turn["to"] and turn["to"] < day:
            return None
        if turn["from"] > day:
            return turn["from"]
        if turn["paused"] and turn["due"] <= turn["paused"]:
            if turn["paused"].year == 9999:
                return None
            turn["due"] = turn["rhythm"].resumed(turn["anchor"], turn["due"], turn["paused"], workdays)
            if turn["due"] > day:
                return turn["due"]
        return room.take(day)
