import heapq
from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

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
        return self.env["sales.plan.preview"]._open(self.env._("%s: the next 30 days", self.name), lines)

    def _preview_lines(self, count):
        """:return: list of dict, one for each manager and day with something new"""
        # sudo: calendars and loads of all managers concerned; only their numbers are shown
        cadence = self.sudo()
        turns = cadence._preview_turns()
        users = self.env["res.users"].sudo().browse(sorted({turn["user"] for turn in turns}))
        today = self.company_id._sales_today()
        reach = int(2 * max((turn["rhythm"].reach() for turn in turns), default=0))
        workdays = users._sales_workdays_between(today - timedelta(days=BACK), BACK + count + reach + 62)
        rooms = users._sales_rooms(today - timedelta(days=365))
        frozen = self._preview_frozen(users, today)
        stop = today + timedelta(days=count)
        lines = []
        for user in users:
            days = [day for day in workdays[user.id].days if today <= day < stop]
            days = [day for day in days if day != frozen.get(user.id)]
            of_user = [turn for turn in turns if turn["user"] == user.id]
            if user.id in frozen:
                # What is open today is today's work: it takes no room in the days that come
                rooms[user.id].loads = Counter(
                    {day: count for day, count in rooms[user.id].loads.items() if day > today}
                )
            lines += cadence._play(user, days, of_user, workdays[user.id], rooms[user.id])
        return lines

    def _preview_turns(self):
        """:return: list of dict of all turns that take part: the cadence's own, and those of the other
        running ones that need room in the same managers' days
        """
        Turn = self.env["sales.cadence.client"]
        own = Turn.search([("cadence_id", "=", self.id)])
        possible = Domain("client_id.active", "=", True) & Domain("client_id.is_client", "=", True)
        others = Turn.search(
            Domain("cadence_id", "!=", self.id)
            & Domain("cadence_id.state", "=", "running")
            & Domain("cadence_id.active", "=", True)
            & possible
        )
        opened = self.env["mail.activity"].search(Domain("cadence_id", "in", (own | others).cadence_id.ids))
        deadlines = {(activity.cadence_id.id, activity.client_id.id): activity for activity in opened}
        users = set()
        turns = []
        for turn in own.filtered_domain(possible) | others:
            cadence, client = turn.cadence_id, turn.client_id
            user = cadence.user_id if cadence.assign_to == "user" else client.user_id
            if cadence == self:
                users.add(user.id)
            if not user.active or user.id not in users:
                continue
            activity = deadlines.get((cadence.id, client.id))
            turns.append(
                {
                    "id": turn.id,
                    "own": cadence == self,
                    "user": user.id,
                    "rhythm": cadence._rhythm(),
                    "urgent": cadence.priority == "1",
                    "anchor": turn.date_anchor,
                    "due": turn.date_due,
                    "next": turn.date_next,
                    "opened": activity and activity.date_deadline,
                    "paused": cadence._pause_ends(),
                    "from": cadence.date_from,
                    "to": cadence.date_to,
                }
            )
        return turns

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
            if turn["opened"]:
                closed = workdays.on_or_after(max(turn["opened"], days[0]))
                turn["due"] = turn["next"] = turn["rhythm"].following(turn["anchor"], closed, workdays)
            heapq.heappush(queue, (turn["next"], turn["id"], turn))
        new, regular = Counter(), Counter()
        for day in days:
            due = []
            while queue and queue[0][0] <= day:
                due.append(heapq.heappop(queue)[2])
            for turn in sorted(due, key=lambda turn: (not turn["urgent"], turn["due"], turn["id"])):
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

    def _play_turn(self, turn, day, workdays, room):
        """:return: ``day`` if the activity is created on it, else the day on which it is asked again; None
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
        if room.has(day):
            return room.take(day)
        return workdays.after(day, 1)
