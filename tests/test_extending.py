"""The papers for those who come after: the add-on that they show is built and tried, the names are there."""

import base64
import re
from datetime import date, timedelta

import pytest
from crmtool.layout import ADDONS, ROOT
from support.clients import RpcError

EXTENDING = ROOT / "docs" / "EXTENDING.md"
PUBLIC_NAMES = ROOT / "docs" / "PUBLIC_NAMES.md"
ADDON = "sales_crm_example"
LOAN = "sales.example.loan"
RECALL = "sales.example.recall"
FILES = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)
ROWS = re.compile(r"^\| `([\w.]+)` \| (`.+`) \|$", re.M)
# Every day is a working day of everybody, and has begun
ALWAYS_AT_WORK = (
    "UPDATE res_company SET resource_calendar_id = NULL, sales_day_capacity = 0;"
    "UPDATE resource_resource SET calendar_id = NULL;"
    "UPDATE res_partner SET tz = 'UTC' WHERE id IN (SELECT partner_id FROM res_users)"
)


# -- the add-on of docs/EXTENDING.md -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def example(stack, run, make_database, start_node, tmp_path_factory):
    """A server with the add-on that stands in the paper."""
    folder = tmp_path_factory.mktemp("addons")
    for name, text in FILES.findall(EXTENDING.read_text("utf-8")):
        path = folder / ADDON / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    database = make_database("extending")
    paths = f"--addons-path={ADDONS},{folder}"
    stack.batch("installing the example", run.folder / f"{ADDON}.log", "-d", database, "-i", ADDON, paths)
    stack.query(database, ALWAYS_AT_WORK)
    return start_node(database, paths, "--max-cron-threads=0")


@pytest.fixture(scope="module")
def admin(example):
    return example.session("admin")


@pytest.fixture(scope="module")
def head(example):
    return example.session("head")


@pytest.fixture(scope="module")
def manager(example):
    return example.session("manager1")


@pytest.fixture(scope="module")
def colleague(example):
    return example.session("manager2")


def make_client(admin, name: str, manager) -> int:
    values = {"name": name, "is_company": True, "is_client": True, "user_id": manager.uid}
    return admin.call("res.partner", "create", [values])[0]


def make_loan(session, client: int, **values) -> int:
    return session.call(LOAN, "create", [{"name": "Shelf", "borrower_id": client, "amount": 10, **values}])[0]


def test_every_block_of_the_paper_is_run():
    text = EXTENDING.read_text("utf-8")
    assert len(FILES.findall(text)) == text.count("\n```") / 2 > 8


def test_a_document_follows_its_client(admin, manager, colleague):
    client = make_client(admin, "Follows", manager)
    loan = make_loan(manager, client)
    assert manager.search_read(LOAN, [("id", "=", loan)], ["name"]) == [{"id": loan, "name": "Shelf"}]
    assert colleague.search_read(LOAN, [("id", "=", loan)], ["name"]) == []
    for refused in (
        lambda: colleague.call(LOAN, "read", [loan], ["name"]),
        lambda: colleague.call(LOAN, "write", [loan], {"name": "Mine"}),
        lambda: make_loan(colleague, client),
    ):
        with pytest.raises(RpcError, match=r"AccessError"):
            refused()


def test_an_activity_of_a_document_is_the_clients(admin, manager):
    client = make_client(admin, "Activity", manager)
    loan = make_loan(manager, client)
    values = {"summary": "Look at it", "res_model": LOAN, "res_id": loan, "user_id": manager.uid}
    model = admin.search_read("ir.model", [("model", "=", LOAN)], ["id"])[0]["id"]
    manager.call("mail.activity", "create", [{**values, "res_model_id": model}])
    found = manager.search_read("mail.activity", [("client_id", "=", client)], ["summary"])
    assert [activity["summary"] for activity in found] == ["Look at it"]


def test_a_document_is_handed_over(admin, head, colleague):
    group = admin.search_read(
        "ir.model.data", [("module", "=", "sales_crm"), ("name", "=", "group_manager")], ["res_id"]
    )[0]["res_id"]
    values = {"name": "Leaver", "login": "leaver", "group_ids": [(4, group)]}
    leaver = admin.call("res.users", "create", [values])[0]
    client = admin.call("res.partner", "create", [{"name": "Left", "is_client": True, "user_id": leaver}])[0]
    loan = make_loan(admin, client, user_id=leaver)
    returned = make_loan(admin, client, user_id=leaver, state="returned")
    handover = head.call("sales.handover", "create", [{"from_user_id": leaver}])
    head.call("sales.handover", "action_collect", handover)
    head.call("sales.handover", "write", handover, {"distribution": "one", "receiver_id": colleague.uid})
    for action in ("action_distribute", "action_preview", "action_run"):
        head.call("sales.handover", action, handover)
    found = admin.call(LOAN, "read", [loan, returned], ["user_id"])
    assert [row["user_id"][0] for row in found] == [colleague.uid, leaver]
    assert colleague.search_read(LOAN, [("id", "=", loan)], ["name"])


def test_a_document_stands_in_the_history(admin, manager, colleague):
    client = make_client(admin, "History", manager)
    loan = make_loan(manager, client, name="Fridge", amount=250)
    of_client = [("client_id", "=", client), ("kind", "=", "loan")]
    assert manager.search_read("sales.client.history", of_client, ["summary"]) == []
    manager.call(LOAN, "action_lend", [loan])
    manager.call(LOAN, "message_post", [loan], body="He likes it", message_type="comment")
    row = manager.search_read(
        "sales.client.history", of_client, ["summary", "amount", "res_model", "res_id"]
    )[0]
    assert (row["summary"], row["amount"], row["res_model"], row["res_id"]) == ("Fridge", 250, LOAN, loan)
    assert manager.call("sales.client.history", "read", [row["id"]], ["summary"])[0]["summary"] == "Fridge"
    said = [("client_id", "=", client), ("summary", "=", "He likes it")]
    assert manager.call("sales.client.history", "search_count", said) == 1
    assert colleague.search_read("sales.client.history", [("client_id", "=", client)], ["summary"]) == []


def test_the_gate_counts_and_stops_a_document(admin, head, manager):
    client = make_client(admin, "Gate", manager)
    term = admin.call("account.payment.term", "create", [{"name": "30 days"}])[0]
    values = {"name": "G-1", "client_id": client, "credit_limit": 1000, "payment_term_id": term}
    contract = head.call("sales.contract", "create", [values])
    head.call("sales.contract", "action_activate", contract)
    first = make_loan(manager, client, amount=600)
    manager.call(LOAN, "action_lend", [first])
    assert head.call("res.partner", "read", [client], ["credit_available"])[0]["credit_available"] == 400

    second = make_loan(manager, client, amount=500)
    assert "exceeded" in manager.call(LOAN, "read", [second], ["credit_reason"])[0]["credit_reason"]
    for refused in (
        lambda: manager.call(LOAN, "action_lend", [second]),
        lambda: manager.call(LOAN, "write", [second], {"state": "lent"}),
        lambda: manager.call(LOAN, "write", [first], {"amount": 1100}),
        lambda: make_loan(manager, client, amount=500, state="lent"),
    ):
        with pytest.raises(RpcError, match=r"(?s)UserError.*exceeded"):
            refused()

    asked = {"res_model": LOAN, "res_id": second, "reason": "An old friend"}
    wizard = manager.call("sales.credit.ask", "create", [asked])
    manager.call("sales.credit.ask", "action_ask", wizard)
    release = head.search_read("sales.credit.release", [("loan_id", "=", second)], ["amount"])
    assert [row["amount"] for row in release] == [500]
    head.call("sales.credit.release", "action_approve", [release[0]["id"]])
    manager.call(LOAN, "action_lend", [second])
    assert head.call("res.partner", "read", [client], ["credit_available"])[0]["credit_available"] == -100


def test_a_column_lands_in_its_field(head):
    content = "Клиент,Город,Шоурум\nООО Выставочная проба,Тверь,На Советской\n"
    assert [row["result"] for row in imported(head, content)] == ["created"]
    found = head.search_read("res.partner", [("name", "=", "ООО Выставочная проба")], ["showroom", "city"])
    assert [(row["showroom"], row["city"]) for row in found] == [("На Советской", "Тверь")]
    # said in another way, so that it is not the row that was imported before
    again = content.replace("Клиент,", "Комментарий,Клиент,").replace("\nООО", "\n,ООО")
    assert [row["action"] for row in imported(head, again, duplicates="update")] == ["unchanged"]
    changed = content.replace("На Советской", "На Тверской")
    assert [row["result"] for row in imported(head, changed, duplicates="update")] == ["updated"]
    found = head.search_read("res.partner", [("name", "=", "ООО Выставочная проба")], ["showroom"])
    assert [row["showroom"] for row in found] == ["На Тверской"]


def imported(session, content: str, duplicates: str = "skip") -> list[dict]:
    """Import a file, and return what became of its rows."""
    datas = base64.b64encode(content.encode()).decode()
    attachment = session.call("ir.attachment", "create", [{"name": "base.csv", "datas": datas}])
    record = session.call("sales.import", "create", [{"attachment_ids": [(6, 0, attachment)]}])
    for action in ("action_read", "action_analyse"):
        session.call("sales.import", action, record)
    session.call("sales.import", "write", record, {"duplicate_decision": duplicates})
    session.call("sales.import", "action_import", record)
    return session.search_read("sales.import.row", [("import_id", "in", record)], ["action", "result"])


def test_a_step_of_the_morning_runs_and_stands_in_the_plan(admin, manager):
    client = make_client(admin, "Morning", manager)
    week_ago = str(date.today() - timedelta(days=7))
    loan = make_loan(manager, client, date_back=week_ago, state="lent")
    for _twice in range(2):
        run_cron(admin, "sales_crm", "ir_cron_morning")
    of_loan = [("res_model", "=", LOAN), ("res_id", "=", loan)]
    asked = manager.search_read("mail.activity", of_loan, ["summary", "client_id"])
    assert [(row["summary"], row["client_id"][0]) for row in asked] == [("Ask for the goods", client)]
    planned = [("activity_id", "=", asked[0]["id"])]
    assert manager.call("sales.plan.line", "search_count", planned) == 1


def run_cron(admin, module: str, name: str) -> None:
    named = [("module", "=", module), ("name", "=", name)]
    cron = admin.search_read("ir.model.data", named, ["res_id"])[0]["res_id"]
    admin.call("ir.cron", "method_direct_trigger", [cron])


def recalled(head) -> tuple[int, dict]:
    """Run a recall; return its id and how far it is."""
    [recall] = head.call(RECALL, "create", [{}])
    head.call(RECALL, "action_run", [recall])
    return recall, state_of(head, recall)


def state_of(head, recall: int) -> dict:
    fields = ["state", "failure", "progress_done", "progress_total"]
    [row] = head.call(RECALL, "read", [recall], fields)
    return {name: row[name] for name in fields}


def test_work_in_batches_is_done_at_once_or_by_the_cron(admin, head, manager):
    recalled(head)
    run_cron(admin, ADDON, "ir_cron_recall")  # what other tests have lent
    client = make_client(admin, "Recall", manager)
    few = [make_loan(manager, client, state="lent") for _loan in range(2)]
    _recall, done = recalled(head)
    assert done == {"state": "done", "failure": False, "progress_done": 2, "progress_total": 2}

    many = [make_loan(manager, client, state="lent") for _loan in range(5)]
    recall, begun = recalled(head)
    assert begun == {"state": "running", "failure": False, "progress_done": 0, "progress_total": 5}
    for _twice in range(2):
        run_cron(admin, ADDON, "ir_cron_recall")
    assert state_of(head, recall) == {**begun, "state": "done", "progress_done": 5}
    of_loans = [("res_model", "=", LOAN), ("res_id", "in", few + many)]
    asked = manager.search_read("mail.activity", of_loans, ["res_id", "user_id", "summary"])
    assert sorted(row["res_id"] for row in asked) == few + many
    assert {(row["user_id"][0], row["summary"]) for row in asked} == {(manager.uid, "The season ends")}


# -- the names of docs/PUBLIC_NAMES.md ---------------------------------------------------------------------

MISSING = """
for name, parts in {models!r}:
    if name not in env:
        print("MISSING", name)
        continue
    for part in parts:
        if part not in env[name]._fields and not hasattr(type(env[name]), part):
            print("MISSING", name, part)
for name, values in {values!r}:
    model, field = name.rsplit(".", 1)
    for value in set(values) - set(env[model]._fields[field].get_values(env)):
        print("MISSING", name, value)
for name in {groups!r}:
    if not env.ref(name, raise_if_not_found=False):
        print("MISSING", name)
for name in {to_come!r}:
    if name in env:
        print("CAME", name)
"""


def chapters() -> dict[str, str]:
    """Return the text of each chapter of the paper."""
    parts = re.split(r"^## (.+)$", PUBLIC_NAMES.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(chapter: str) -> list[tuple[str, list[str]]]:
    """Return the tables of a chapter: what stands in the first column, the names in the second."""
    return [(name, re.findall(r"`(\w+)`", names)) for name, names in ROWS.findall(chapter)]


def test_every_name_that_others_rely_on_is_there(stack, server):
    told = chapters()
    models = [*rows(told["Models and fields"]), *rows(told["Methods"]), *rows(told["Hooks"])]
    values = rows(told["Values"])
    groups = re.findall(r"^\| `(sales_crm\.\w+)` \|", told["Groups"], re.M)
    to_come = re.findall(r"`([\w.]+)`", told["To come"])
    assert len(models) > 35 and len(values) > 10 and len(groups) == 4
    code = MISSING.format(models=models, values=values, groups=groups, to_come=to_come)
    assert stack.shell(server.db, code) == ""


def test_the_paper_on_extending_uses_hooks_that_stay():
    """Whatever the example overrides is named as a hook, or is Odoo's own."""
    hooks = {name for _model, names in rows(chapters()["Hooks"]) for name in names}
    own = {"create", "write", "action_lend", "_arm_loans", "_ask_loans_back", "_ask_loans_back_of"}
    own |= {"action_run", "_not_asked"}
    used = set(re.findall(r"^    def (\w+)\(", EXTENDING.read_text("utf-8"), re.M))
    assert len(used) > 10
    assert used - own <= hooks
