import json

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common_dossier import SECRET, DossierCommon


@tagged("post_install", "-at_install")
class TestAccessHttp(DossierCommon, HttpCase):
    """What a browser can ask for: each address tells the owner of the client, and not who lost him."""

    def _open(self, user, route, **params):
        """:return: the whole answer as text, in small letters"""
        self.authenticate(user.login, user.login)
        self.env.flush_all()
        self.env.registry.clear_cache()
        with mute_logger("odoo.http"):
            if route.startswith("GET "):
                response = self.url_open(route[4:])
            else:
                response = self.url_open(route, json={"jsonrpc": "2.0", "id": 0, "params": params})
        return f"{response.status_code} {response.headers.get('Content-Disposition')} {response.text}".lower()

    def _assert_silent_routes(self, routes):
        for route, params in routes:
            with self.subTest(route=route, params=params):
                self.assertIn(SECRET, self._open(self.colleague, route, **params), "tells nobody anything")
                self.assertNotIn(SECRET, self._open(self.manager, route, **params))

    def test_chatter(self):
        threads = [
            {"thread_model": record._name, "thread_id": record.id} for record in (self.hidden, self.lead)
        ]
        lists = ["activities", "attachments", "followers", "display_name", "suggestedRecipients"]
        for thread in threads:
            fetch = [["mail.thread", {**thread, "request_list": lists}]]
            self._assert_silent_routes(
                [
                    ("/mail/thread/messages", thread),
                    ("/mail/thread/recipients/get_suggested_recipients", thread),
                    ("/mail/data", {"fetch_params": fetch}),
                ]
            )
            subscribe = {"res_model": thread["thread_model"], "res_id": thread["thread_id"]}
            for route in ("/mail/thread/subscribe", "/mail/thread/unsubscribe"):
                told = self._open(self.manager, route, **subscribe, partner_ids=self.manager.partner_id.ids)
                self.assertNotIn(SECRET, told)
            post = self._open(self.manager, "/mail/message/post", **thread, post_data={"body": "x"})
            self.assertNotIn(SECRET, post)
        self.assertFalse(self.env["mail.message"].search([("body", "=", "<p>x</p>")]))
        card = [["avatar_card", {"id": self.contact.id, "model": "res.partner"}]]
        self._assert_silent_routes([("/mail/data", {"fetch_params": card})])

    def test_own_traces(self):
        """What he wrote, got and starred himself is of the client, and gone with him."""
        self.message.starred_partner_ids = (self.manager | self.colleague).partner_id
        for route, params in (
            ("/mail/inbox/messages", {}),
            ("/mail/history/messages", {}),
            ("/mail/starred/messages", {}),
            ("/mail/data", {"fetch_params": ["init_messaging", "failures", "systray_get_activities"]}),
            ("/mail/message/reaction", {"message_id": self.message.id, "content": "👍", "action": "add"}),
            (
                "/mail/message/update_content",
                {"message_id": self.message.id, "update_data": {"body": "x", "attachment_ids": []}},
            ),
            ("/mail/thread/recipients", {"thread_model": "res.partner", "thread_id": self.hidden.id}),
            ("/calendar/notify", {}),
        ):
            with self.subTest(route=route):
                self.assertNotIn(SECRET, self._open(self.manager, route, **params))
        self._assert_silent_routes([("/mail/starred/messages", {})])

    def test_files_and_pictures(self):
        self.hidden.image_1920 = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        self._assert_silent_routes(
            [
                (f"GET /web/content/{self.attachment.id}?download=1", {}),
                (f"GET /web/partner/vcard?partner_ids={self.hidden.id}", {}),
                (f"GET /report/html/sale.report_saleorder/{self.order.id}", {}),
                (f"GET /my/orders/{self.order.id}?report_type=html", {}),
            ]
        )
        picture = f"GET /web/image/res.partner/{self.hidden.id}/avatar_128"
        self.assertNotEqual(self._open(self.manager, picture), self._open(self.colleague, picture))
        nobody = f"GET /web/image/res.partner/{self.hidden.id + 10_000}/avatar_128"
        self.assertEqual(self._open(self.manager, picture), self._open(self.manager, nobody))

    def test_links_and_breadcrumbs(self):
        self._assert_silent_routes(
            [
                (
                    "/web/action/load_breadcrumbs",
                    {"actions": [{"model": "res.partner", "resId": self.hidden.id}]},
                ),
                (
                    "/html_editor/link_preview_internal",
                    {"preview_url": f"/odoo/res.partner/{self.hidden.id}"},
                ),
            ]
        )

    def test_reports_of_several(self):
        ids = f"{self.order.id},{self.order.copy({'partner_id': self.client.id}).id}"
        for user in self.manager | self.colleague:
            self.assertNotIn(SECRET, self._open(user, f"GET /report/html/sale.report_saleorder/{ids}"))

    def test_list_export(self):
        data = {
            "model": "res.partner",
            "fields": [{"name": "name", "label": "Name", "type": "char"}],
            "ids": self.hidden.ids,
            "domain": [],
            "import_compat": False,
        }
        self._let_see(self.manager, self.client, perm_export=True)
        self.authenticate(self.manager.login, self.manager.login)
        for kind in ("csv", "xlsx"):
            values = {"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
            with mute_logger("odoo.addons.web.controllers.export"):
                response = self.url_open(f"/web/export/{kind}", data=values)
            self.assertNotIn("Content-Disposition", response.headers)
            self.assertNotIn(SECRET, response.text.lower())
