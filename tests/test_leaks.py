"""A manager's view from outside: the API for programs, addresses of the browser, the live notices."""

import json
import time

import pytest
import websocket
from support.clients import Json2

PATIENCE = 20


@pytest.fixture(scope="module")
def node(start_node, make_database):
    """A server of these tests' own: they write messages."""
    return start_node(make_database("leaks"))


@pytest.fixture(scope="module")
def clients(node):
    """Two clients as the head sees them, the first of manager1, the second of another manager."""
    head, manager = node.session("head"), node.session("manager1")
    domain = [("is_client", "=", True)]
    everybody = head.search_read("res.partner", domain, ["name"])
    own = set(manager.call("res.partner", "search", domain))
    orders = head.call("sale.order", "search_read", [], ["partner_id"])
    with_orders = {order["partner_id"][0] for order in orders}
    return (
        next(client for client in everybody if client["id"] in own),
        next(client for client in everybody if client["id"] not in own and client["id"] in with_orders),
    )


def answers_of(api, client):
    """Return what the API says about a client, as text, by every way that a program would try."""
    domain = {"domain": [["id", "=", client["id"]]]}
    calls = [
        ("res.partner", "search_read", {**domain, "fields": ["name", "email", "phone"]}),
        ("res.partner", "name_search", {"name": client["name"]}),
        ("res.partner", "web_search_read", {**domain, "specification": {"display_name": {}}}),
        ("res.partner", "web_name_search", {"name": client["name"], "specification": {"display_name": {}}}),
        ("res.partner", "get_mention_suggestions", {"search": client["name"]}),
        ("sale.order", "search_read", {"domain": [], "fields": ["partner_id"]}),
        (
            "sale.report",
            "formatted_read_group",
            {"domain": [], "groupby": ["partner_id"], "aggregates": ["__count"]},
        ),
    ]
    said = []
    for model, method, arguments in calls:
        said.append(api.call(model, method, **arguments))
    try:
        said.append(read(api, client))
    except Exception as error:  # each protocol has an error of its own
        said.append(str(error))
    return json.dumps(said, ensure_ascii=False, default=str)


def read(api, client):
    """Read by the id alone: JSON-2 takes the ids by name."""
    if isinstance(api, Json2):
        return api.call("res.partner", "read", ids=[client["id"]], fields=["name"])
    return api.call("res.partner", "read", [client["id"]], ["name"])


@pytest.mark.parametrize("protocol", ["session", "xmlrpc", "json2"])
def test_the_api_is_silent_about_others_clients(node, clients, protocol):
    own, hidden = clients
    said = answers_of(getattr(node, protocol)("manager1"), hidden)
    assert hidden["name"] not in said
    assert own["name"] in answers_of(getattr(node, protocol)("manager1"), own)
    assert hidden["name"] in answers_of(getattr(node, protocol)("head"), hidden)


def test_addresses_of_the_browser(node, clients):
    _own, hidden = clients
    head, manager = node.session("head"), node.session("manager1")
    [order] = head.call("sale.order", "search", [["partner_id", "=", hidden["id"]]], limit=1)
    for path in (
        f"/report/html/sale.report_saleorder/{order}",
        f"/report/pdf/sale.report_saleorder/{order}",
        f"/my/orders/{order}",
        f"/web/partner/vcard?partner_ids={hidden['id']}",
        f"/mail/view?model=res.partner&res_id={hidden['id']}",
    ):
        assert hidden["name"] not in manager.http.get(f"{node.base_url}{path}").text, path
    picture = f"{node.base_url}/web/image/res.partner/%s/avatar_128"
    seen = manager.http.get(picture % hidden["id"]).content
    assert seen == manager.http.get(picture % 999_999_999).content
    assert seen != head.http.get(picture % hidden["id"]).content
    preview = manager.http.post(
        f"{node.base_url}/html_editor/link_preview_internal",
        json={"params": {"preview_url": f"/odoo/res.partner/{hidden['id']}"}},
    )
    assert hidden["name"] not in preview.text


def test_live_notices(node, clients):
    """The manager follows both; of the client that isn't his the server sends nothing."""
    own, hidden = clients
    admin, head, manager = (node.session(login) for login in ("admin", "head", "manager1"))
    admin.call("res.users", "write", [manager.uid], {"notification_type": "inbox"})
    [user] = admin.search_read("res.users", [("id", "=", manager.uid)], ["partner_id"])
    version = manager.post("/web/session/get_session_info")["websocket_worker_version"]
    socket = websocket.create_connection(
        f"{node.base_url.replace('http', 'ws')}/websocket?version={version}",
        cookie=f"session_id={manager.cookie}",
        origin=node.base_url,
        timeout=PATIENCE,
    )
    named = [
        f"{model}_{hidden['id']}" for model in ("res.partner", "mail.thread", "odoo-presence-res.partner")
    ]
    socket.send(json.dumps({"event_name": "subscribe", "data": {"channels": named, "last": 0}}))
    for client in (hidden, own):
        head.call("res.partner", "message_subscribe", [client["id"]], [user["partner_id"][0]])
        head.call(
            "res.partner",
            "message_post",
            [client["id"]],
            body=f"About {client['name']}",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
    heard = ""
    deadline = time.monotonic() + PATIENCE
    while own["name"] not in heard and time.monotonic() < deadline:
        heard += json.dumps(json.loads(socket.recv()), ensure_ascii=False)
    socket.close()
    assert own["name"] in heard
    assert hidden["name"] not in heard
