"""Regular work and mass planning with real commits: two servers at once, and a kill."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.nodes import odoo_shell

MORNING = "type(env['sales.morning'])._batch_size = 7\nenv['sales.morning']._run()\nenv.cr.commit()\n"
MASS = (
    "import odoo.addons.sales_crm.models.bulk.sales_mass_plan_work as work\n"
    "work.BATCH = 7\n"
    "env['sales.mass.plan']._cron_work()\n"
    "env.cr.commit()\n"
)
# Each batch takes its time before it is committed, so that a kill or another server meets it open
SLOW = (
    "import time\n"
    "def slow(model, name):\n"
    "    Model = type(env[model])\n"
    "    batch = getattr(Model, name)\n"
    "    def slowly(self, *args):\n"
    "        done = batch(self, *args)\n"
    "        time.sleep(0.3)\n"
    "        return done\n"
    "    setattr(Model, name, slowly)\n"
    "slow('sales.morning', '_regular_batch')\n"
    "slow('sales.mass.plan', '_plan_batch')\n"
)
MAKE_CADENCE = (
    "clients = env['res.partner'].search("
    "[('is_client', '=', True), ('user_id.active', '=', True)], limit=60)\n"
    "cadence = env['sales.cadence'].create({'name': 'Black box', 'is_spread': False, 'interval_number': 1,"
    " 'client_ids': [(6, 0, clients.ids)]})\n"
    "cadence.action_start()\n"
    "env.cr.commit()\n"
)
MAKE_MASS_PLAN = (
    "head = env['res.users'].search([('login', '=', 'head')])\n"
    "clients = env['res.partner'].search("
    "[('is_client', '=', True), ('user_id.active', '=', True)], limit=60)\n"
    "type(env['sales.mass.plan'])._batch_foreground = 0\n"
    "plan = env['sales.mass.plan'].with_user(head).create({'summary': 'Black box',"
    " 'client_ids': [(6, 0, clients.ids)]})\n"
    "plan.action_preview()\n"
    "plan.action_run()\n"
    "env.cr.commit()\n"
)
CADENCED = "SELECT COUNT(*) FROM mail_activity WHERE cadence_id IS NOT NULL"
MASSED = "SELECT COUNT(*) FROM mail_activity WHERE summary = 'Black box'"


class Department:
    def __init__(self, stack, database):
        self.stack = stack
        self.db = database
        self.query(
            "UPDATE res_company SET resource_calendar_id = NULL, sales_day_capacity = 0;"
            "UPDATE resource_resource SET calendar_id = NULL;"
            "UPDATE ir_cron SET active = FALSE;"
            "UPDATE res_partner SET tz = 'UTC' WHERE id IN (SELECT partner_id FROM res_users);"
            "DELETE FROM sales_plan_line; DELETE FROM sales_plan_day; DELETE FROM sales_cadence"
        )

    def query(self, sql):
        return self.stack.query(self.db, sql)

    def shell(self, code):
        return odoo_shell(self.stack, self.db, code)

    def kill_when(self, code, count_sql):
        """Run ``code`` in a server of its own and kill it once some of its batches are committed."""
        process = subprocess.Popen(
            [str(part) for part in self.stack.command("shell", "-d", self.db, "--no-http")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.stack.environment(),
            start_new_session=True,
        )
        process.stdin.write(code.encode())
        process.stdin.close()
        deadline = time.monotonic() + 120
        while self.query(count_sql) == "0" and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return int(self.query(count_sql))

    def assert_each_created_once(self):
        turns = "SELECT COUNT(*), COUNT(DISTINCT activity_id) FROM sales_cadence_client"
        assert self.query(turns) == "60|60"
        assert self.query(CADENCED) == "60"
        lines = "SELECT COUNT(*), COUNT(DISTINCT activity_id) FROM sales_plan_line WHERE origin = 'cadence'"
        assert self.query(lines) == "60|60", "no plan was frozen without its regular work"

    def assert_each_planned_once(self):
        assert self.query(MASSED) == "60"
        assert self.query("SELECT state FROM sales_mass_plan") == "done"
        told = (
            "SELECT COUNT(*) = COUNT(DISTINCT partner.res_partner_id) AND COUNT(*) > 0"
            " FROM mail_notification partner"
            " JOIN mail_message message ON message.id = partner.mail_message_id"
            " WHERE message.subject LIKE '%Black box'"
        )
        assert self.query(told) == "t", "one message for each manager"


@pytest.fixture(scope="module")
def shared(stack, make_database):
    return Department(stack, make_database("regular"))


@pytest.fixture
def department(shared):
    shared.query(
        "DELETE FROM sales_plan_line; DELETE FROM sales_plan_day; DELETE FROM sales_mass_plan;"
        "DELETE FROM mail_activity WHERE cadence_id IS NOT NULL OR summary = 'Black box';"
        "DELETE FROM mail_message WHERE subject LIKE '%Black box'; DELETE FROM sales_cadence"
    )
    return shared


def test_two_servers_create_regular_work(department):
    department.shell(MAKE_CADENCE)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(department.shell, [SLOW + MORNING, SLOW + MORNING]))
    # What one server passed by because the other was at it, is done now or in the next run
    department.shell(MORNING)
    department.assert_each_created_once()


def test_kill_during_regular_work(department):
    department.shell(MAKE_CADENCE)
    survived = department.kill_when(SLOW + MORNING, CADENCED)
    assert 0 < survived < 60, "the kill came too late to prove anything"
    department.shell(MORNING)
    department.assert_each_created_once()


def test_two_servers_plan_for_many(department):
    department.shell(MAKE_MASS_PLAN)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(department.shell, [SLOW + MASS, SLOW + MASS]))
    department.shell(MASS)
    department.assert_each_planned_once()


def test_kill_during_mass_planning(department):
    department.shell(MAKE_MASS_PLAN)
    survived = department.kill_when(SLOW + MASS, MASSED)
    assert 0 < survived < 60, "the kill came too late to prove anything"
    department.shell(MASS)
    department.assert_each_planned_once()
