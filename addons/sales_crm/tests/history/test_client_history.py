from datetime import timedelta

from markupsafe import Markup

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon
from ..common_credit import CreditCase
from ..common_handover import HandoverCommon
from ..counting import Counted


@tagged("post_install", "-at_install")
class TestClientHistory(HandoverCommon):
    def _history(self, client=None, user=None):
        self.env.flush_all()
        History = self.env["sales.client.history"].with_user(user or self.manager)
        return History.search([("client_id", "=", (client or self.client).id)])

    def _kinds(self, **kwargs):
        return sorted(self._history(**kwargs).mapped("kind"))

    def test_dossier_equals_recount(self):
        """Each kind as a count over the documents themselves."""
        dossier = self._dossier(self.client)
        other = self._create_client("Beta", self.colleague)
        self._dossier(other, self.colleague)
        self.client.with_user(self.manager).message_post(
            body=Markup("<p>Asked &amp; answered</p>"), message_type="comment", subtype_xmlid="mail.mt_note"
        )
        dossier["deal"].message_post(body="By mail", message_type="email", author_id=dossier["contact"].id)
        cancelled = self._plan(dossier["deal"], self.tomorrow)
        cancelled.action_cancel_with_reason("Not needed")
        visit = self._plan(
            self.client,
            self.tomorrow,
            activity_type_id=self.env.ref("sales_crm.mail_activity_type_visit").id,
        )
        visit.with_user(self.manager).action_finish(self.outcome.id, "Signed")
        events = self._history()
        closed = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("client_id", "=", self.client.id), ("active", "=", False)])
        )
        orders = self.env["sale.order"].search([("partner_id", "=", self.client.id)])
        recount = {
            "done": len(closed.filtered(lambda a: a.activity_state_final == "done")) - 1,
            "visit": 1,
            "cancelled": len(closed.filtered(lambda a: a.activity_state_final == "cancelled")),
            "meeting": 1,
            "note": 1,
            "email": 1,
            "quotation": len(orders),
            "order": len(orders.filtered(lambda order: order.state == "sale")),
            "stage": self.env["sales.stage.move"].search_count([("client_id", "=", self.client.id)]),
        }
        counts = {kind: len(found) for kind, found in events.grouped("kind").items()}
        self.assertEqual(counts, recount)
        self.assertEqual(events.client_id, self.client)
        self.assertEqual(events, events.sorted(lambda event: (event.date, event.id), reverse=True))
        note = events.filtered(lambda event: event.kind == "note")
        self.assertEqual((note.summary, note.user_id), ("Asked & answered", self.manager))
        mail = events.filtered(lambda event: event.kind == "email")
        self.assertEqual((mail.contact_id, mail.user_id.id), (dossier["contact"], False))
        seen = events.filtered(lambda event: event.kind == "visit")
        self.assertIn("Signed", seen.summary)
        self.assertEqual(seen.manager_id, self.manager)

    def _meeting_about(self, deal, start):
        return self.env["calendar.event"].create(
            {
                "name": "Talks",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": deal.id,
                "user_id": self.manager.id,
                "partner_ids": [Command.set(self.manager.partner_id.ids)],
            }
        )

    def test_meeting_stays_with_whose_deal_it_was(self):
        """The deal's customer is cleared, or is another one: what has been stays where it was."""
        other = self._create_client("Beta", self.manager)
        now = fields.Datetime.now().replace(microsecond=0)
        routes = {
            "other": lambda deal: deal.write({"partner_id": other.id}),
            "saved": lambda deal: deal.web_save({"partner_id": other.id}, {}),
            "cleared": lambda deal: deal.write({"partner_id": False}),
            "cleared, then another": lambda deal: (
                deal.write({"partner_id": False}),
                deal.write({"partner_id": other.id}),
            ),
            "deleted": lambda deal: deal.with_user(self.head).unlink(),
        }
        for route, cut in routes.items():
            with self.subTest(route), self.cr.savepoint() as savepoint:
                deal = self.env["crm.lead"].create(
                    {"name": "Deal", "partner_id": self.client.id, "user_id": self.manager.id}
                )
                self._meeting_about(deal, now - timedelta(days=3))
                self._meeting_about(deal, now + timedelta(days=3))
                self.assertEqual(self._kinds().count("meeting"), 1)
                self.assertEqual(self._kinds(client=other).count("meeting"), 0)
                cut(deal.with_user(self.manager))
                self.assertEqual(self._kinds().count("meeting"), 1)
                self.assertEqual(self._kinds(client=other).count("meeting"), 0)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_meeting_put_into_another_deal(self):
        other = self._create_client("Beta", self.manager)
        deals = self.env["crm.lead"].create(
            [
                {"name": client.name, "partner_id": client.id, "user_id": self.manager.id}
                for client in (self.client, other)
            ]
        )
        meeting = self._meeting_about(deals[0], fields.Datetime.now() - timedelta(days=3))
        meeting.with_user(self.manager).opportunity_id = deals[1]
        self.assertEqual(self._kinds().count("meeting"), 1)
        self.assertEqual(self._kinds(client=other).count("meeting"), 0)

    def test_carry_is_in_it(self):
        self._plan(self.client, "2026-11-20")
        self._run_morning("2026-11-23 09:00")
        self.assertIn("carry", self._kinds())

    def test_change_of_hands(self):
        """Who was the manager when, through a tracked change and a hand-over."""
        done = self._plan(self.client, self.tomorrow)
        done.with_user(self.manager).action_done()
        done.sudo().datetime_done = fields.Datetime.now() - timedelta(days=1)
        handover = self._handover(scope="all")
        self._run(handover)
        self.assertEqual(self.client.user_id, self.colleague)
        events = self._history(user=self.colleague)
        change = events.filtered(lambda event: event.kind == "manager")
        self.assertEqual(len(change), 1)
        self.assertEqual(change.summary, f"{self.manager.name} → {self.colleague.name}")
        earlier = events.filtered(lambda event: event.kind == "done")
        self.assertEqual(earlier.manager_id, self.manager)
        self.assertEqual(change.manager_id, self.colleague)
        self.assertFalse(self._history(user=self.manager), "he has lost the client")

    def test_tracked_change_of_manager(self):
        self.env.flush_all()
        self.client.with_context(tracking_disable=False).write({"user_id": self.colleague.id})
        self.cr.precommit.run()
        events = self._history(user=self.colleague)
        self.assertEqual(events.mapped("kind"), ["manager"])
        self.assertIn(self.colleague.name, events.summary)

    def test_foreign_client_is_hidden(self):
        foreign = self._create_client("Beta", self.colleague)
        self._dossier(foreign, self.colleague)
        self.env.flush_all()
        History = self.env["sales.client.history"]
        hidden = History.search([("client_id", "=", foreign.id)])
        self.assertTrue(hidden)
        mine = History.with_user(self.manager)
        self.assertFalse(mine.search([("client_id", "=", foreign.id)]))
        self.assertFalse(mine.search([("id", "in", hidden.ids)]))
        self.assertFalse(mine.search_count([("contact_id", "child_of", foreign.id)]))
        rows = mine._read_group([], ["client_id"], ["__count"])
        self.assertNotIn(foreign, [client for client, _count in rows])
        with self.assertRaises(AccessError):
            hidden[0].with_user(self.manager).read(["summary"])
        with self.assertRaises(AccessError):
            hidden[0].with_user(self.manager).action_open()
        self.assertTrue(hidden.with_user(self.head).read(["summary"]))
        self._let_see(self.manager, foreign)
        self.assertEqual(mine.search([("client_id", "=", foreign.id)]), hidden.with_user(self.manager))

    def test_private_meeting_says_nothing(self):
        self._meeting(self.client, self.manager, days=-1).privacy = "private"
        [event] = self._history()
        self.assertEqual((event.kind, event.summary), ("meeting", False))

    def test_rows_by_id_and_queries_flat(self):
        """Reading costs the same number of queries however much there is."""

        def read():
            self.env.invalidate_all()
            History = self.env["sales.client.history"].with_user(self.manager)
            found = History.search_fetch(
                [("client_id", "=", self.client.id)], ["date", "kind", "summary", "user_id", "amount"]
            )
            found.mapped("manager_id")
            return found

        self._dossier(self.client)
        self.env.flush_all()
        read()
        with Counted(self.cr) as counted:
            few = read()
        needed = counted.queries
        for _number in range(3):
            self._dossier(self.client)
        self.env.flush_all()
        with Counted(self.cr) as counted:
            many = read()
            self.assertGreater(len(many), len(few))
        self.assertEqual(counted.queries, needed)
        self.env.invalidate_all()
        self.assertEqual(len(many.read(["kind", "client_id"])), len(many))
        self.assertEqual(len(set(many.ids)), len(many))
        self.assertEqual((many | many.browse(12345)).exists(), many)

    def test_card_leads_to_it(self):
        action = self.client.with_user(self.manager).action_view_client_history()
        self.assertEqual(action["domain"], [("client_id", "=", self.client.id)])
        Form(self.client.with_user(self.manager), view="sales_crm.res_partner_view_form_client")


@tagged("post_install", "-at_install")
class TestClientHistoryXlsx(SalesCrmCommon):
    def test_export_is_guarded_and_logged(self):
        self._plan(self.client, "2026-11-20").with_user(self.manager).action_done()
        self.env.flush_all()
        events = self.env["sales.client.history"].search([("client_id", "=", self.client.id)])
        Report = self.env["report.sales_crm.sales_client_history_xlsx"].with_context(
            active_model="sales.client.history"
        )
        with self.assertRaises(AccessError):
            Report.with_user(self.manager).create_xlsx_report(events.ids, {})
        self._let_see(self.manager, self.client, perm_export=True)
        content, kind = Report.with_user(self.manager).create_xlsx_report(events.ids, {})
        self.assertEqual((kind, content[:2]), ("xlsx", b"PK"))
        log = self.env["sales.export.log"].search([("user_id", "=", self.manager.id)], limit=1)
        self.assertEqual(log.row_count, 1)


@tagged("post_install", "-at_install")
class TestClientHistoryMoney(CreditCase):
    def test_money_contracts_and_releases(self):
        self._owe(300)
        self._owe(100, move_type="out_refund")
        self._owe(50, post=False)
        self._pay(200)
        order = self._order(20)
        release = (
            self.env["sales.credit.release"]
            .with_user(self.manager)
            ._ask(order.with_user(self.manager), "Good client", self.today + timedelta(days=5))
        )
        release.with_user(self.controller).action_approve("Yes")
        self.cr.precommit.run()
        self.contract.with_context(tracking_disable=False, mail_notrack=False).with_user(
            self.head
        ).action_terminate()
        self.cr.precommit.run()
        self.env.flush_all()
        events = (
            self.env["sales.client.history"]
            .with_user(self.manager)
            .search([("client_id", "=", self.client.id)])
        )
        amounts = {event.kind: event.amount for event in events if event.kind != "message"}
        self.assertEqual(
            {kind: amounts.get(kind) for kind in ("invoice", "refund", "payment", "quotation", "release")},
            {"invoice": 300, "refund": -100, "payment": 200, "quotation": 2000, "release": 2000},
        )
        self.assertEqual(len(events.filtered(lambda event: event.kind == "invoice")), 1)
        contract = events.filtered(lambda event: event.kind == "contract")
        self.assertIn(self.contract.name, contract[:1].summary)
        self.assertEqual(events.filtered(lambda event: event.kind == "release").user_id, self.controller)
        self.assertFalse(
            self.env["sales.client.history"]
            .with_user(self.colleague)
            .search_count([("client_id", "=", self.client.id)])
        )

    def test_a_contact_changes_employer(self):
        """What was invoiced stays the client's whom the invoice names."""
        other = self._create_client("Beta", self.manager)
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id})
        invoice = self._owe(300, client=contact)
        invoice.message_post(body="Sent by post", message_type="comment")
        History = self.env["sales.client.history"].with_user(self.manager)
        self.env.flush_all()
        entries = [("res_model", "=", "account.move")]
        before = History.search([("client_id", "=", self.client.id), *entries])
        self.assertLessEqual({"invoice", "note"}, set(before.mapped("kind")))
        contact.parent_id = other
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(History.search([("client_id", "=", self.client.id), *entries]), before)
        self.assertFalse(History.search([("client_id", "=", other.id), *entries]))
        self.assertEqual(before.filtered(lambda event: event.kind == "invoice").contact_id, contact)

    def test_an_invoice_to_a_person_in_a_firm_that_is_no_client(self):
        firm = self.env["res.partner"].create({"name": "Holding", "is_company": True})
        person = self._create_client("Vera", self.manager, parent_id=firm.id)
        self._owe(300, client=person)
        self.env.flush_all()
        events = self.env["sales.client.history"].with_user(self.manager)
        self.assertEqual(events.search([("client_id", "=", person.id)]).mapped("kind").count("invoice"), 1)
