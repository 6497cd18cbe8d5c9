"""Clients of a running server: a web session as the browser has it, XML-RPC, and JSON-2 with a key."""

import copy
import xmlrpc.client
from typing import Any

import requests

TIMEOUT = 300


class RpcError(Exception):
    """What the server answered instead of a result: the exception's name and its message for the user."""

    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class Session:
    """A logged-in web session: calls methods of models as the web client does.

    >>> session = node.session("manager1")
    >>> session.call("res.partner", "search_count", [("is_client", "=", True)])
    30
    """

    def __init__(self, base_url: str, database: str, login: str, password: str | None = None):
        self.base_url = base_url
        self.http = requests.Session()
        answer = self.post(
            "/web/session/authenticate",
            db=database,
            login=login,
            password=login if password is None else password,
        )
        self.uid = answer["uid"]
        self.context = answer["user_context"]

    def post(self, path: str, **params) -> Any:
        """Send a JSON-RPC request and return its result."""
        answer = self.http.post(
            f"{self.base_url}{path}",
            json={"jsonrpc": "2.0", "method": "call", "params": params, "id": 1},
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
        body = answer.json()
        if "error" in body:
            data = body["error"].get("data", {})
            raise RpcError(data.get("name", ""), data.get("message", body["error"].get("message", "")))
        return body.get("result")

    def call(self, model: str, method: str, *args, **kwargs) -> Any:
        """Call a public method of a model."""
        kwargs.setdefault("context", self.context)
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    def search_read(self, model: str, domain: list, fields: list[str], **options) -> list[dict]:
        """Return records as dictionaries."""
        return self.call(model, "search_read", domain, fields, **options)

    def twin(self) -> "Session":
        """Return another window of the same login, for use in another thread."""
        twin = copy.copy(self)
        twin.http = requests.Session()
        twin.http.cookies.update(self.http.cookies)
        return twin

    @property
    def cookie(self) -> str:
        """Return the session's cookie, for a browser that need not fill in the login form."""
        return self.http.cookies["session_id"]


class XmlRpc:
    """The API for other programs, with a password at each call."""

    def __init__(self, base_url: str, database: str, login: str, password: str | None = None):
        self.database = database
        self.password = login if password is None else password
        common = xmlrpc.client.ServerProxy(f"{base_url}/xmlrpc/2/common")
        self.uid = common.authenticate(database, login, self.password, {})
        self.models = xmlrpc.client.ServerProxy(f"{base_url}/xmlrpc/2/object", allow_none=True)

    def call(self, model: str, method: str, *args, **kwargs) -> Any:
        """Call a public method of a model."""
        return self.models.execute_kw(
            self.database, self.uid, self.password, model, method, list(args), kwargs
        )


class Json2:
    """The API of Odoo 19, ``/json/2/<model>/<method>``, with a key instead of a password."""

    def __init__(self, base_url: str, key: str):
        self.base_url = base_url
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {key}"

    def call(self, model: str, method: str, **arguments) -> Any:
        """Call a public method of a model; ``ids`` among the arguments are the records."""
        answer = self.http.post(f"{self.base_url}/json/2/{model}/{method}", json=arguments, timeout=TIMEOUT)
        body = answer.json()
        if not answer.ok:
            raise RpcError(body.get("name", str(answer.status_code)), body.get("message", ""))
        return body
