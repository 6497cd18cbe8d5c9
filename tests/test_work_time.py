"""Working days, time zones and "today" are asked of one room, ``work_time``: nobody else works them out.

A day that is counted elsewhere is the server's or the caller's, and another one for who lives far away.
"""

import re

import pytest
from crmtool.layout import ADDONS

LEFT_OUT = {"tests", "migrations", "demo", "work_time"}
OWN = re.compile(
    r"\bpytz\b|\bZoneInfo\b|\bcontext_today\b|\bDate\.today\(|\bdate\.today\(|\bdatetime\.(now|utcnow|today)\("
    r"|\.weekday\(\)|\bisoweekday\(|\buser\.tz\b|\bCURRENT_DATE\b|_work_intervals|_get_unusual_days"
    r"|\bplan_days\(|\bplan_hours\(|_leave_intervals|_attendance_intervals",
)
# file -> why it may: line by line as many as are named
ALLOWED = {
    "sales_crm/models/access/account_journal.py": (1, "the bars of core's own picture, which core dates so"),
    "sales_crm/models/country/res_company.py": (1, "gives users without a time zone one; asks for no day"),
    "sales_crm/models/evidence/mail_message.py": (1, "how long ago a row was written, by the server's clock"),
    "sales_crm/models/intake/sales_import_role_agent.py": (1, "a new user lives where who imports him lives"),
    "sales_crm/models/plan/mail_activity_reassigned.py": (1, "two days wider than any time zone"),
    "sales_crm/models/production_calendar/sales_calendar_day.py": (
        1,
        "which weekday a working Saturday is as",
    ),
    "sales_crm/models/reminder/mail_activity.py": (1, "a day wider than any time zone"),
    "sales_crm/models/team_day/sales_team_day_week.py": (1, "the Monday of a week: arithmetic of dates"),
    "sales_crm/tools/cadence.py": (1, "the next Tuesday: arithmetic of dates"),
    "sales_crm/tools/moment.py": (1, "a moment in UTC, of which no day is asked"),
    "sales_crm/tools/work_time.py": (1, "the room's own arithmetic"),
}


def found() -> dict[str, list[str]]:
    """Return the lines of each file that work out days by themselves."""
    lines = {}
    for path in sorted(ADDONS.rglob("*.py")):
        name = path.relative_to(ADDONS)
        if not LEFT_OUT & set(name.parts):
            own = [line.strip() for line in path.read_text("utf-8").splitlines() if OWN.search(line)]
            if own:
                lines[str(name)] = own
    return lines


FOUND = found()


@pytest.mark.parametrize("name", sorted(FOUND.keys() | ALLOWED.keys()))
def test_days_are_asked_of_one_room(name):
    allowed, _why = ALLOWED.get(name, (0, ""))
    lines = FOUND.get(name, [])
    assert len(lines) == allowed, f"Ask `_sales_today` and its like of models/work_time: {lines}"
