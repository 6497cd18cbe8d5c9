"""What ./crm is made of, where it can be tested without starting anything."""

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from crmtool import addons, changed, clock, databases, odootests, po_files, postgres, selection, testrun
from crmtool.console import CrmError
from crmtool.plan import Plan

TIME = "2026-01-02 03:04:05,678 9"
LOG = f"""\
{TIME} INFO db odoo.addons.sales_crm.tests.test_a: Starting TestA.test_good ...
{TIME} INFO db odoo.addons.sales_crm.tests.test_a: Starting TestA.test_bad ...
{TIME} ERROR db odoo.addons.sales_crm.tests.test_a: FAIL: TestA.test_bad
Traceback (most recent call last):
AssertionError: 1 != 2
{TIME} INFO db odoo.addons.sales_crm.tests.test_a: Starting TestA.test_parts ...
{TIME} ERROR db odoo.addons.sales_crm.tests.test_a: ERROR: Subtest TestA.test_parts (part=1)
{TIME} ERROR db odoo.addons.sales_crm.tests.test_a: ERROR: Subtest TestA.test_parts (part=2)
{TIME} INFO db odoo.addons.sales_crm.tests.test_a: Starting TestA.test_tour ...
{TIME} INFO db odoo.addons.sales_crm.tests.test_a: skipped TestA.test_tour : no browser
{TIME} INFO db crmtool.addon_worker: 5 tests chosen
{TIME} INFO db crmtool.addon_worker: 2.50 s: sales_crm:TestA.setUpClass
{TIME} INFO db crmtool.addon_worker: 0.25 s: sales_crm:TestA.test_good
{TIME} ERROR db crmtool.addon_worker: sales_crm.test_b.TestB.test_early: tag it
{TIME} ERROR db odoo.sql_db: bad query: SELECT
{TIME} ERROR db odoo.tests.result: 1 failed, 1 error(s) of 4 tests when loading database 'db'
"""


def test_log_reader_counts_tests_and_errors_beside_them():
    reader = odootests.LogReader()
    for line in LOG.splitlines():
        reader.read(line)
    tally = reader.tally()
    assert (tally.passed, tally.skipped) == (1, 1)
    assert tally.failures == [
        "sales_crm:TestA.test_bad",
        "sales_crm:TestA.test_parts",
        "crmtool.addon_worker: sales_crm.test_b.TestB.test_early: tag it",
        "odoo.sql_db: bad query: SELECT",
    ]
    assert "AssertionError: 1 != 2" in reader.failed["sales_crm:TestA.test_bad"]
    assert reader.chosen == 5
    assert tally.slowest(1) == [("sales_crm:TestA.setUpClass", 2.5)]


def test_logs_of_several_processes_count_together():
    lines = LOG.splitlines()
    readers = [odootests.LogReader(), odootests.LogReader()]
    for number, line in enumerate(lines):
        readers[number >= len(lines) // 2].read(line)
    together = odootests.LogReader()
    for reader in readers:
        together.add(reader)
    assert together.tally().line() == "1 passed, 4 failed, 1 skipped"


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        (None, True),
        ("carry", True),
        ("CARRY and morning", True),
        ("carry and not morning", False),
        ("not (import or credit)", True),
        ("credit", False),
    ],
)
def test_expression_chooses_by_name(expression, chosen):
    assert selection.matches(expression, ("test_morning", "TestMorning", "test_carry_twice")) is chosen


@pytest.mark.parametrize("expression", ["carry and", "(carry", "carry or or"])
def test_expression_that_is_none_is_said(expression):
    with pytest.raises(CrmError, match="no expression"):
        selection.matches(expression, ("test_carry",))


def test_expression_may_choose_tests_of_odoo(tmp_path, monkeypatch):
    tests = tmp_path / "sales_crm" / "tests" / "activity"
    tests.mkdir(parents=True)
    (tests / "test_carry.py").write_text(
        "class TestCarry:\n def test_twice(self): pass\n def helper(self): pass\n"
        "class TestOther(TestCarry):\n def test_once(self): pass\n"
    )
    monkeypatch.setattr(selection, "ADDONS", tmp_path)
    for expression in (None, "TestCarry and not once", "other and twice", "not twice"):
        assert selection.may_choose(expression, ["sales_crm"])
    for expression in ("helper", "carry and not test", "stock"):
        assert not selection.may_choose(expression, ["sales_crm"])


def test_tests_are_chosen_one_by_one(tmp_path):
    plan = Plan(str(tmp_path / "turns"), 1, "TestCarry and not twice")
    assert plan.chooses("sales_crm", "test_carry", "TestCarry", "test_once")
    assert not plan.chooses("sales_crm", "test_carry", "TestCarry", "test_twice")


def test_each_class_is_taken_by_one_process(tmp_path):
    classes = [f"sales_crm.test_a.Test{number}" for number in range(40)]
    turns = str(tmp_path / "turns")
    first, second = (Plan(turns, 7).take(classes) for _process in range(2))
    taken = [next(first), next(second), *first, *second]
    assert sorted(taken) == sorted(classes)
    assert taken == list(Plan(str(tmp_path / "again"), 7).take(reversed(classes)))
    assert taken != list(Plan(str(tmp_path / "other"), 8).take(classes))


def test_another_clock_is_the_machines_by_default(monkeypatch):
    monkeypatch.delenv(clock.AT_VARIABLE, raising=False)
    monkeypatch.delenv(clock.SHIFT_VARIABLE, raising=False)
    assert (clock.environment(), clock.script(), clock.browser("/bin/true")) == ({}, "", "/bin/true")


def test_another_clock_is_ahead_by_the_same_for_all(monkeypatch, tmp_path):
    monkeypatch.setattr(clock, "_library", lambda: Path("/lib/faketime.so"))
    monkeypatch.setattr(clock, "FOLDER", tmp_path / "browser")
    for name in (clock.AT_VARIABLE, clock.SHIFT_VARIABLE):
        monkeypatch.setenv(name, "")
    moment = datetime(2031, 1, 1, 0, 10, tzinfo=ZoneInfo("Europe/Moscow"))
    clock.set_to("2031-01-01 00:10 Europe/Moscow")
    assert abs(time.time() + clock.shift() - moment.timestamp()) < 60
    assert clock.environment()["FAKETIME"] == f"+{clock.shift()}"
    assert f"+ {clock.shift()} * 1000" in clock.script()
    starter = Path(clock.browser("/usr/bin/env"))
    environment = {**os.environ, "FAKETIME": "+1"}
    assert "FAKETIME=" not in subprocess.check_output([starter], env=environment, text=True)


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30 10:00", "2026-02-20 10:00 Moscow"])
def test_time_that_is_none_is_said(text):
    with pytest.raises(CrmError, match="is no time"):
        clock.parse(text)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with an add-on, a helper and three test files; tells which are chosen after a change."""
    tests = tmp_path / "addons" / "sales_crm" / "tests"
    black_box = tmp_path / "tests"
    for folder in (tests / "visit", black_box):
        folder.mkdir(parents=True)
    files = {
        tests.parent / "sales_visit.py": 'class SalesVisit:\n    _name = "sales.visit"\n    place = 1\n',
        tests / "common_visit.py": "class VisitCase: pass\n",
        tests / "visit" / "test_visit.py": "from ..common_visit import VisitCase\nenv['sales.visit']\n",
        tests / "test_other.py": "env['sales.promise']\n",
        black_box / "test_server.py": "call('sales.visit', 'read')\n",
    }
    for path, text in files.items():
        path.write_text(text)
    monkeypatch.setattr(changed, "ROOT", tmp_path)
    monkeypatch.setattr(changed, "ADDONS", tmp_path / "addons")
    monkeypatch.setattr(changed, "TESTS", black_box)
    git = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *command], check=True)

    def chosen(name, text):
        subprocess.run([*git, "checkout", "-q", "."], check=True)
        path = next(path for path in files if path.name == name)
        path.write_text(path.read_text() + text)
        return [path.name for path in changed.test_files("HEAD")]

    return chosen


def test_changes_choose_the_tests_that_name_them(checkout):
    assert checkout("sales_visit.py", "\n") == ["test_visit.py", "test_server.py"]
    assert checkout("common_visit.py", "\n") == ["test_visit.py"]
    assert checkout("test_other.py", "\n") == ["test_other.py"]


def test_source_hash_ignores_what_needs_no_update(tmp_path, monkeypatch):
    addon = tmp_path / "sales_crm"
    for folder in ("models", "static", "tests"):
        (addon / folder).mkdir(parents=True)
    monkeypatch.setattr(addons, "ADDONS", tmp_path)
    before = addons.source_hash(["sales_crm"])
    (addon / "static" / "style.css").write_text("a {}")
    (addon / "tests" / "test_a.py").write_text("")
    assert addons.source_hash(["sales_crm"]) == before
    (addon / "models" / "a.py").write_text("")
    assert addons.source_hash(["sales_crm"]) != before


def test_database_url_becomes_settings_of_libpq():
    assert postgres.settings_of("postgresql://ann:p%40ss@db.example:5433/crm?sslmode=require") == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "ann",
        "PGPASSWORD": "p@ss",
        "PGSSLMODE": "require",
    }


@pytest.mark.parametrize("name", ["", "-db", "a/b", 'a"b', "x" * 64])
def test_bad_database_names_are_refused(name):
    with pytest.raises(CrmError):
        databases.check_name(name)


PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#. module: sales_crm
#: model:ir.model.fields,name:sales_crm.field_a
msgid "Client"
msgstr "{client}"

#. module: sales_crm
#: model:ir.model.fields,name:sales_crm.field_b
msgid "{second}"
msgstr "{translation}"
"""


def test_translations_are_checked_and_merged(tmp_path):
    folder = tmp_path / "sales_crm" / "i18n"
    folder.mkdir(parents=True)
    terms = tmp_path / "terms.pot"
    terms.write_text(PO.format(client="", second="Visit", translation=""), "utf-8")
    russian = folder / "ru.po"
    russian.write_text(PO.format(client="Клиент", second="Gone", translation="Было"), "utf-8")
    mine = po_files.terms_of(po_files.polib.pofile(str(terms)), "sales_crm")

    found = list(po_files.check("sales_crm", mine, folder, "ru"))
    assert len(found) == 2
    assert "no translation of 'Visit'" in found[0]
    assert "no longer there: 'Gone'" in found[1]

    list(po_files.merge("sales_crm", mine, folder, "ru"))
    merged = {entry.msgid: entry.msgstr for entry in po_files.polib.pofile(str(russian))}
    assert merged == {"Client": "Клиент", "Visit": ""}
    assert "Клиент" not in (folder / "sales_crm.pot").read_text("utf-8")


def test_run_that_was_killed_is_cleaned_up_by_the_next(stack):
    leader = subprocess.Popen([sys.executable, "-c", "pass"])
    leader.wait()
    run = testrun.TestRun(leader.pid)
    run.folder.mkdir(parents=True)
    orphan = subprocess.Popen(["sleep", "600"], start_new_session=True)
    run.register(orphan.pid)
    stack.query("postgres", f'CREATE DATABASE "{run.database("left")}"')

    testrun.clean_stale(stack)

    assert orphan.wait(5) != 0
    assert not databases.exists(stack, run.database("left"))
    assert not run.folder.exists()
    assert testrun.TestRun.current().folder.exists(), (
        f"the run of {os.environ['CRM_TEST_RUN']} is still at it"
    )
