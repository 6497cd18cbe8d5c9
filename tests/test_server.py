"""The floor: a server answers, its demo users get in, nobody else does, a second node can stand beside it."""

import psutil
import pytest
import requests
from support.clients import RpcError

LOGINS = (
    "manager1",
    "manager2",
    "manager3",
    "manager4",
    "manager5",
    "head",
    "accountant",
    "controller",
    "rules",
    "admin",
)


def test_answers(server):
    assert requests.get(f"{server.base_url}/web/health", timeout=60).json() == {"status": "pass"}


def test_listens_on_the_loopback_address_only(server):
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(server.process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


@pytest.mark.parametrize("login", LOGINS)
def test_demo_login(server, login):
    session = server.session(login)
    assert session.call("res.users", "read", [session.uid], ["login"])[0]["login"] == login


def test_wrong_password_is_refused(server):
    with pytest.raises(RpcError):
        server.session("manager1", "manager2")


def test_database_manager_is_off(server):
    answer = requests.post(
        f"{server.base_url}/web/database/backup",
        data={"master_pwd": "admin", "name": server.db, "backup_format": "zip"},
        timeout=60,
    )
    assert not answer.content.startswith(b"PK")
    assert server.db not in requests.get(f"{server.base_url}/web/database/manager", timeout=60).text


def test_login_form_leads_into_the_web_client(server, open_desk):
    page = open_desk(server).page
    page.goto("/web/login")
    page.fill("input[name=login]", "manager1")
    page.fill("input[name=password]", "manager1")
    page.click("form.oe_login_form button[type=submit]")
    page.locator(".o_main_navbar").wait_for()
    assert "/odoo" in page.url


def test_apis_for_other_programs(server):
    assert server.xmlrpc("manager1").call("res.users", "search_count", [("login", "=", "manager1")]) == 1
    users = server.json2("manager1").call(
        "res.users", "search_read", domain=[("login", "=", "manager1")], fields=["login"]
    )
    assert [user["login"] for user in users] == ["manager1"]


def test_a_second_node_goes_on_when_the_first_is_killed(make_database, start_node):
    database = make_database("two_nodes")
    first = start_node(database, "--max-cron-threads=0")
    second = start_node(database, "--max-cron-threads=0")
    first.session("manager1")
    first.kill()
    with pytest.raises(requests.ConnectionError):
        first.session("manager1")
    second.session("manager1")
    first.start().session("manager1")
