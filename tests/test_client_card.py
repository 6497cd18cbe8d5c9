"""The client's card as its manager reads it."""

from datetime import datetime, timezone

import pytest
from crmtool import clock


@pytest.fixture(scope="module")
def node(start_node, make_database):
    return start_node(make_database("card"), "--max-cron-threads=0")


@pytest.fixture
def card(node, open_desk):
    """Open the card of a client whose next step is on a day, with a clock of the browser's own."""

    def open_card(next_step: str, now: datetime):
        manager = node.session("manager1")
        [client] = manager.call(
            "res.partner",
            "create",
            [{"name": f"Next step {next_step}", "is_client": True, "user_id": manager.uid}],
        )
        model = node.query("SELECT id FROM ir_model WHERE model = 'res.partner'")
        values = {"res_model_id": int(model), "res_id": client, "date_deadline": next_step, "summary": "Call"}
        manager.call("mail.activity", "create", [{**values, "user_id": manager.uid}])
        desk = open_desk(node, "manager1", timezone_id="UTC")
        ahead = (now - datetime.now(timezone.utc)).total_seconds()
        desk.context.add_init_script(clock.SCRIPT.replace("SHIFT", f"({ahead:.0f})"))
        return desk.open(f"/odoo/clients/{client}")

    return open_card


@pytest.mark.parametrize(
    ("today", "next_step"),
    [((2029, 12, 31), "2030-01-01"), ((2029, 11, 30), "2029-12-01")],
    ids=["year", "month"],
)
def test_tomorrow_is_no_next_year_or_month(card, today, next_step):
    page = card(next_step, datetime(*today, 12, tzinfo=timezone.utc))
    assert page.locator("[name=next_step_date]").inner_text().strip() == "Tomorrow"
