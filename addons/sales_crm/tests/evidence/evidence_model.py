"""What was planned and what was done, told from the raw facts without the add-on's own counting."""

from collections import Counter

import pytz

STORY = ("activity_state_final", "datetime_done", "done_user_id", "cancel_reason")
TEXTS = ("summary", "feedback", "outcome_id", "note")
PLACE = ("date_deadline", "user_id", "calendar_event_id")
KEPT = ("active", "client_id", "date_planned", "carry_count", "unplanned_date", "is_evidence")
LINE = ("date", "user_id", "activity_id", "activity_type_id", "summary", "priority", "origin", "display_name")
# What may become of a row of a day that is over, without an undo
BECOMES = {
    "open": {"carried", "moved", "cancelled", "done_late"},
    "carried": {"done_late"},
    "moved": {"done_late"},
    "reassigned": {"done_late"},
}


class Facts:
    """All that is known at one moment, as plain values.

    :param env: of the superuser
    :param datetime now: in UTC
    """

    def __init__(self, env, now):
        self.now = now
        env.flush_all()
        env.invalidate_all()
        env = env(su=True, context={"active_test": False, "lang": "en_US"})
        self.activities = self._rows(env["mail.activity"], *STORY, *TEXTS, *PLACE, *KEPT)
        self.lines = self._rows(env["sales.plan.line"], *LINE, "client_id", "result")
        self.logs = self._rows(
            env["sales.carry.log"],
            *("activity_id", "client_id", "counted", "date_from", "date_to", "user_id"),
        )
        self.changes = self._rows(env["sales.activity.change"], "kind", "activity_id", "user_id")
        self.days = {
            (user.id, day) for user, day in env["sales.plan.day"]._read_group([], ["user_id", "date:day"])
        }

    def _rows(self, model, *names):
        rows = model.search([]).read(list(names), load=None)
        return {row["id"]: row for row in rows}

    def logs_of(self, activity):
        return [log for log in self.logs.values() if log["activity_id"] == activity]

    def fell_on_a_working_day(self, log):
        """:return: whether a day of the manager's that was frozen went by with it undone"""
        return any(
            user == log["user_id"] and log["date_from"] <= day < log["date_to"] for user, day in self.days
        )

    def traced(self, before, *kinds):
        """:return: Counter of the activities about which the trace has more of ``kinds`` than ``before``"""
        return Counter(
            row["activity_id"]
            for key, row in self.changes.items()
            if key not in before.changes and row["kind"] in kinds
        )


class Book:
    """Whose day was in which time zone, and what the facts make of a day."""

    def __init__(self):
        self.zones = {}  # (user, day) -> time zone in which the day began
        self.of_clients = {}  # (activity, moment of closing) -> whether it was a client's then

    def local(self, moment, zone):
        return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()

    def is_over(self, user, day, now):
        return self.local(now, self.zones[user, day]) > day

    def result(self, facts, line, was=None):
        """:param was: what had become of it before
        :return: what became of a planned activity, as seen from its day
        """
        activity = facts.activities[line["activity_id"]]
        day, final = line["date"], activity["activity_state_final"]
        closed = activity["datetime_done"]
        in_time = closed and self.local(closed, self.zones[line["user_id"], day]) <= day
        if final == "done" and in_time and was == "done":
            return "done"
        if final != "done" or activity["done_user_id"] != line["user_id"]:
            over = self.is_over(line["user_id"], day, facts.now)
            if was == "reassigned" if over else activity["user_id"] != line["user_id"]:
                return "reassigned"
        if final == "done":
            return "done" if in_time else "done_late"
        if final == "cancelled" and in_time:
            return "cancelled"
        if was == "moved" and self.is_over(line["user_id"], day, facts.now):
            return "moved"
        if any(log["date_from"] <= day < log["date_to"] for log in facts.logs_of(line["activity_id"])):
            return "carried"
        if activity["date_deadline"] > day:
            return "moved"
        return "cancelled" if final else "open"

    def beside(self, facts, activity):
        """:return: the day on which this was done beside the plan"""
        user, closed = activity["done_user_id"], activity["datetime_done"]
        was_of_client = self.of_clients.setdefault((activity["id"], closed), bool(activity["client_id"]))
        if activity["activity_state_final"] != "done" or not was_of_client:
            return False
        for owner, day in sorted(self.zones):
            if owner == user and self.local(closed, self.zones[owner, day]) == day:
                planned = any(
                    (line["user_id"], line["date"], line["activity_id"]) == (user, day, activity["id"])
                    for line in facts.lines.values()
                )
                return not planned and day
        return False
