"""The morning run with real commits: two servers at once, a kill, a user who edits meanwhile."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.nodes import odoo_shell

RUN = "type(env['sales.morning'])._batch_size = 7\nenv['sales.morning']._run()\nenv.cr.commit()\n"
# Each batch takes its time before it is committed, so that a kill or another server meets it open
SLOW = (
    "import time\n"
    "Morning = type(env['sales.morning'])\n"
    "carry = Morning._carry_batch\n"
    "def slow(self, days):\n"
    "    done = carry(self, days)\n"
    "    time.sleep(0.3)\n"
    "    return done\n"
    "Morning._carry_batch = slow\n"
)
OVERDUE = "active IS TRUE AND date_deadline < CURRENT_DATE"


class Department:
    """The demo company's managers, with everything that they have open left undone three days ago."""

    def __init__(self, stack, database):
        self.stack = stack
        self.db = database
        # Every day is a working day and begins at midnight, whenever the tests run
        self.query(
            "UPDATE res_company SET resource_calendar_id = NULL;"
            "UPDATE resource_resource SET calendar_id = NULL;"
            "UPDATE ir_cron SET active = FALSE;"
            "UPDATE res_partner SET tz = 'UTC' WHERE id IN (SELECT partner_id FROM res_users);"
            "UPDATE res_company SET sales_carry_escalation = 1;"
            "UPDATE mail_activity SET active = FALSE WHERE active IS TRUE AND (user_id IS NULL OR user_id"
            " NOT IN (SELECT id FROM res_users WHERE login LIKE 'manager_'))"
        )
        self.undo()

    def query(self, sql):
        return self.stack.query(self.db, sql)

    def undo(self):
        self.query(
            "DELETE FROM sales_carry_log; DELETE FROM sales_plan_line; DELETE FROM sales_plan_day;"
            "UPDATE mail_activity SET carry_count = 0;"
            "UPDATE mail_activity SET date_deadline = CURRENT_DATE - 3 WHERE active IS TRUE;"
            "UPDATE res_partner client SET next_step_date = (SELECT MIN(date_deadline)"
            " FROM mail_activity WHERE client_id = client.id AND active IS TRUE)"
        )
        self.total = int(self.query(f"SELECT COUNT(*) FROM mail_activity WHERE {OVERDUE}"))
        assert self.total > 100

    def shell(self, code):
        return odoo_shell(self.stack, self.db, code)

    def carried(self):
        return int(self.query("SELECT COUNT(*) FROM sales_carry_log"))

    def assert_each_carried_once(self):
        assert self.carried() == self.total
        assert self.query("SELECT COUNT(*) FROM mail_activity WHERE carry_count > 1") == "0"
        assert int(self.query("SELECT COUNT(*) FROM mail_activity WHERE carry_count = 1")) == self.total
        assert self.query(f"SELECT COUNT(*) FROM mail_activity WHERE {OVERDUE}") == "0"
        frozen = "SELECT COUNT(*), COUNT(DISTINCT activity_id) FROM sales_plan_line WHERE origin = 'carried'"
        assert self.query(frozen) == f"{self.total}|{self.total}"
        wrong = (
            "SELECT COUNT(*) FROM res_partner client WHERE next_step_date IS DISTINCT FROM"
            " (SELECT MIN(date_deadline) FROM mail_activity WHERE client_id = client.id AND active)"
        )
        assert self.query(wrong) == "0"


@pytest.fixture(scope="module")
def shared_department(stack, make_database):
    return Department(stack, make_database("carry"))


@pytest.fixture
def department(shared_department):
    shared_department.undo()
    return shared_department


def test_two_servers_at_once(department):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(department.shell, [SLOW + RUN, SLOW + RUN]))
    # What one server passed by because the other was at it, is done now or in the next run
    department.shell(RUN)
    department.assert_each_carried_once()


def test_kill_in_the_middle(department):
    before = department.query("SELECT MAX(id) FROM mail_message")
    process = subprocess.Popen(
        [str(part) for part in department.stack.command("shell", "-d", department.db, "--no-http")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=department.stack.environment(),
        start_new_session=True,
    )
    process.stdin.write((SLOW + RUN).encode())
    process.stdin.close()
    deadline = time.monotonic() + 120
    while not department.carried() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    survived = department.carried()
    assert 0 < survived < department.total, "the kill came too late to prove anything"
    department.shell(RUN)
    department.assert_each_carried_once()
    told = (
        "SELECT COUNT(*) FROM mail_message WHERE message_type = 'user_notification'"
        f" AND subject LIKE '%carried over%' AND id > {before}"
    )
    assert int(department.query(told)) >= 1
    department.shell(RUN)
    department.assert_each_carried_once()


def test_user_edits_meanwhile(department, start_node):
    """Somebody reschedules and closes while the run is at it: nobody's change is lost."""
    node = start_node(department.db, "--max-cron-threads=0")
    manager = node.session("manager1")
    ids = manager.call("mail.activity", "search", [("user_id", "=", manager.uid)], limit=12)
    with ThreadPoolExecutor(2) as pool:
        run = pool.submit(department.shell, SLOW + RUN)
        for activity in ids[:6]:
            manager.call("mail.activity", "write", [activity], {"date_deadline": "2999-01-01"})
            time.sleep(0.2)
        for activity in ids[6:]:
            manager.call("mail.activity", "action_feedback", [activity])
        run.result()
    moved = manager.call("mail.activity", "read", ids[:6], ["date_deadline"])
    assert {row["date_deadline"] for row in moved} == {"2999-01-01"}
    closed = manager.call("mail.activity", "read", ids[6:], ["activity_state_final"])
    assert {row["activity_state_final"] for row in closed} == {"done"}
    assert department.query("SELECT COUNT(*) FROM mail_activity WHERE carry_count > 1") == "0"


def test_the_cron_runs_by_itself(department, start_node):
    """No shell, no button: a server that is started does the morning's work."""
    department.query(
        "UPDATE ir_cron SET active = TRUE, nextcall = now() AT TIME ZONE 'UTC' - interval '1 minute'"
        " WHERE id = (SELECT res_id FROM ir_model_data"
        " WHERE module = 'sales_crm' AND name = 'ir_cron_morning')"
    )
    start_node(department.db)
    deadline = time.monotonic() + 150
    while department.carried() < department.total and time.monotonic() < deadline:
        time.sleep(1)
    department.assert_each_carried_once()
