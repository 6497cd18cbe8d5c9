from functools import partial

from odoo import Command
from odoo.fields import Domain
from odoo.tests import tagged

from ...tools.granted import named_values
from ..common_dossier import SECRET, DossierCommon

NAMED = "sales_document_models"


@tagged("post_install", "-at_install")
class TestNamedDocuments(DossierCommon):
    """A search that names the model of its documents is asked about that model only.

    Whatever the context says, nobody sees more by it.
    """

    def test_named_values(self):
        model = Domain("model", "=", "res.partner")
        for domain, expected in (
            (model, ["res.partner"]),
            (model & Domain("res_id", "=", 1), ["res.partner"]),
            (Domain("model", "in", ["crm.lead"]) & Domain("res_id", "=", 1), ["crm.lead"]),
            (model | Domain("res_id", "=", 1), None),
            (~model, None),
            (Domain("res_id", "=", 1), None),
            (Domain("model", "=", False), None),
            (Domain.TRUE, None),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(named_values(domain, "model"), expected)

    def _read_bodies(self, domain, context, env):
        return env["mail.message"].with_context(**context).search_read(domain, ["body"])

    def test_messages(self):
        domains = {
            "client": [("model", "=", "res.partner"), ("res_id", "=", self.hidden.id)],
            "clients": [("model", "in", ["res.partner"]), ("res_id", "in", self.hidden.ids)],
            "deal": [("model", "=", "crm.lead"), ("res_id", "=", self.lead.id)],
            "one of them": ["|", ("model", "=", "res.partner"), ("model", "=", "crm.lead")],
            "all": [],
        }
        contexts = [None, [], ["mail.message"], ["mail.message", "res.partner"], "mail.message", [5], 5]
        routes = {}
        for name, domain in domains.items():
            for named in contexts:
                context = {} if named is None else {NAMED: named}
                routes[f"{name}, {named}"] = partial(self._read_bodies, domain, context)
        for name, route in routes.items():
            with self.subTest(route=name):
                self.assertNotIn(SECRET, self._told(self.manager, route))
        # What the domain names counts, not the context
        named = ("client", "deal")
        self._assert_silent({name: route for name, route in routes.items() if name.startswith(named)})

    def test_meeting_about_a_deal(self):
        """The messages of a meeting hang on the meeting, which hangs on the deal."""
        meeting = self.env["calendar.event"].create(
            {
                "name": f"{SECRET} about a deal",
                "start": "2026-12-03 10:00:00",
                "stop": "2026-12-03 11:00:00",
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": self.lead.id,
                "partner_ids": [Command.set(self.contact.ids)],
                "privacy": "public",
            }
        )
        meeting.message_post(body=f"{SECRET} said", message_type="comment")
        self._assert_silent(
            {
                "its messages": lambda env: env["mail.message"].search_read(
                    [("model", "=", "calendar.event"), ("res_id", "=", meeting.id)], ["body"]
                )
            }
        )
        counted = self.hidden.with_user(self.colleague)._compute_meeting()
        self.assertIn(meeting.id, counted[self.hidden.id])

    def test_meetings_counted_for_whom_they_are(self):
        """A meeting with a client of mine about the deal of a client who isn't is not counted."""
        mine = self._create_client("Mine", self.manager)
        values = {
            "start": "2026-12-03 10:00:00",
            "stop": "2026-12-03 11:00:00",
            "partner_ids": [Command.set(mine.ids)],
            "privacy": "public",
        }
        seen, hidden = self.env["calendar.event"].create(
            [
                {**values, "name": "Seen"},
                {
                    **values,
                    "name": SECRET,
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": self.lead.id,
                },
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(set(mine._compute_meeting()[mine.id]), {seen.id, hidden.id})
        self.assertEqual(mine.with_user(self.manager)._compute_meeting(), {mine.id: seen.ids})
        forged = mine.with_user(self.manager).with_context(**{NAMED: ["calendar.event"]})
        self.assertEqual(forged._compute_meeting(), {mine.id: seen.ids})
