"""A reminder in two tabs of one browser: once in each, and gone from both when it was answered in one."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

SUMMARY = "Ring about the terms"


@pytest.fixture(scope="module")
def node(start_node, make_database):
    return start_node(make_database("reminder"), "--max-cron-threads=0")


@pytest.fixture
def reminder(node):
    """What reminds manager1 now: an ordinary call in five minutes."""
    manager = node.session("manager1")
    [user] = manager.call("res.users", "read", [manager.uid], ["tz"])
    [client] = manager.search_read("res.partner", [["user_id", "=", manager.uid]], ["name"], limit=1)
    moment = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=5)
    values = {
        "date_deadline": str(moment.astimezone(ZoneInfo(user["tz"] or "UTC")).date()),
        "datetime_planned": moment.strftime("%Y-%m-%d %H:%M:%S"),
        "summary": SUMMARY,
        "user_id": manager.uid,
    }
    manager.call("res.partner", "activity_schedule", [client["id"]], "mail.mail_activity_data_call", **values)
    return manager


def test_two_tabs(node, reminder, open_desk):
    desk = open_desk(node, "manager1")
    tabs = [desk.open("/odoo/my-day"), desk.context.new_page()]
    tabs[1].goto("/odoo/clients")
    shown = [tab.locator(".o_sales_reminder", has_text=SUMMARY) for tab in tabs]
    for one in shown:
        one.wait_for()
    tabs[0].reload()
    shown[0].wait_for()
    assert [one.count() for one in shown] == [1, 1]
    shown[1].get_by_role("button", name="+1 h").click()
    for one in shown:
        one.wait_for(state="detached")
    tabs[0].reload()
    tabs[0].locator(".o_sales_my_day").wait_for()
    told = reminder.call("sales.reminder", "get_reminders")["reminders"]
    [again] = [one["at"] for one in told if one["title"] == SUMMARY]
    ahead = datetime.fromisoformat(again).replace(tzinfo=timezone.utc) - datetime.now(timezone.utc)
    assert timedelta(minutes=55) < ahead <= timedelta(minutes=60)
    assert shown[0].count() == 0
    assert not desk.console_errors
