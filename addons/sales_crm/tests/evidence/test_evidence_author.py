from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .test_evidence_message import MessageEvidenceCommon

MAIL = """From: anna@alpha.example
To: info@company.example
Subject: Agreed
Message-Id: <forged@alpha.example>
Content-Type: text/plain

We take them all
"""


@tagged("post_install", "-at_install")
class TestMessageAuthor(MessageEvidenceCommon):
    """Nobody writes in a client's document in another's name, in another year, or mails that never were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.email = "manager@company.example"
        cls.anna = cls.env["res.partner"].create(
            {"name": "Anna", "parent_id": cls.client.id, "email": "anna@alpha.example"}
        )
        cls.last_year = fields.Datetime.now() - timedelta(days=365)

    def _refused(self, call):
        with self.assertRaisesRegex(AccessError, "in his own name"), self.cr.savepoint():
            call()

    def test_created_by_hand(self):
        Message = self.env["mail.message"].with_user(self.manager)
        values = {"model": "crm.lead", "res_id": self.deal.id, "body": "Agreed", "message_type": "comment"}
        forged = (
            {"author_id": self.anna.id},
            {"author_id": False},
            {"author_id": False, "email_from": "anna@alpha.example"},
            {"date": self.last_year},
            {"date": fields.Datetime.now() + timedelta(days=30)},
            {"message_type": "email"},
            {"message_type": "email_outgoing"},
        )
        for change in forged:
            with self.subTest(change=change):
                self._refused(lambda change=change: Message.create({**values, **change}))
                nested = [Command.create({**values, **change})]
                self._refused(
                    lambda nested=nested: self.deal.with_user(self.manager).write({"message_ids": nested})
                )
                defaults = {f"default_{name}": value for name, value in change.items()}
                own = {name: value for name, value in values.items() if name not in change}
                self._refused(lambda defaults=defaults, own=own: Message.with_context(**defaults).create(own))
        self.assertEqual(Message.create(values).author_id, self.manager.partner_id)

    def test_posted(self):
        deal = self.deal.with_user(self.manager)
        for change in (
            {"date": self.last_year},
            {"message_type": "email"},
            {"message_type": "email_outgoing"},
        ):
            self._refused(lambda change=change: deal.message_post(**{"body": "x", **change}))
        for change in (
            {"author_id": self.anna.id},
            {"author_id": False},
            {"email_from": "anna@alpha.example"},
            {"author_id": self.anna.id, "email_from": "anna@alpha.example"},
        ):
            message = deal.message_post(body="x", message_type="comment", **change)
            self.assertEqual(message.author_id, self.manager.partner_id)
            self.assertIn("manager@company.example", message.email_from)

    def test_written_by_the_composer(self):
        for mode in ("comment", "mass_mail"):
            composer = (
                self.env["mail.compose.message"]
                .with_user(self.manager)
                .create(
                    {
                        "model": "crm.lead",
                        "res_ids": str(self.deal.ids),
                        "composition_mode": mode,
                        "body": "We agreed",
                        "subject": mode,
                        "author_id": self.anna.id,
                        "email_from": "anna@alpha.example",
                        "partner_ids": [Command.set(self.anna.ids)],
                    }
                )
            )
            composer._action_send_mail()
            message = self.env["mail.message"].search([("subject", "=", mode)], limit=1)
            self.assertEqual(message.author_id, self.manager.partner_id, mode)
            self.assertIn("manager@company.example", message.email_from, mode)

    def test_raw_mail(self):
        with self.assertRaisesRegex(AccessError, "mail server"):
            self.env["mail.thread"].with_user(self.manager).message_process("crm.lead", MAIL)

    def test_the_company_writes(self):
        self.company.email = "info@company.example"
        message = self.deal.with_user(self.manager).message_post(
            body="x", message_type="comment", email_from='"Company" <info@company.example>'
        )
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertIn("info@company.example", message.email_from)

    def test_the_server_writes_as_ever(self):
        message = self.deal.sudo().message_post(
            body="x", message_type="email", author_id=self.anna.id, date=self.last_year
        )
        self.assertEqual((message.author_id, message.message_type), (self.anna, "email"))
        note = self.deal.with_user(self.manager).message_post(body="x", message_type="notification")
        self.assertTrue(note)
        stranger = self.env["discuss.channel"].with_user(self.manager).create({"name": "Talk"})
        self.assertTrue(stranger.message_post(body="x", message_type="comment"))

    def test_messages_of_a_deal_without_its_customer(self):
        self._note(self.deal, days_ago=1)
        history = self.env["sales.client.history"].with_user(self.manager)
        domain = [("client_id", "=", self.client.id), ("kind", "in", ["note", "message"])]
        before = history.search(domain).mapped("summary")
        self.assertEqual(before, ["Agreed"])
        self.deal.with_user(self.manager).partner_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        row = history.search(domain)
        self.assertEqual(row.mapped("summary"), before)
        self.assertEqual((row.res_model, row.res_id), ("crm.lead", self.deal.id))
        other = self._create_client("Beta", self.manager)
        self.deal.partner_id = other
        self.env.flush_all()
        self.assertFalse(history.search(domain))


@tagged("post_install", "-at_install")
class TestChatterWritesNoMails(MessageEvidenceCommon, HttpCase):
    def test_chatter(self):
        self.manager.password = "manager_a" * 2
        self.authenticate("manager_a", "manager_a" * 2)
        params = {
            "thread_model": "crm.lead",
            "thread_id": self.deal.id,
            "post_data": {
                "body": "They agreed",
                "message_type": "email",
                "author_id": self.head.partner_id.id,
            },
        }
        result = self.url_open(
            "/mail/message/post", json={"jsonrpc": "2.0", "method": "call", "params": params}
        ).json()
        message = self.env["mail.message"].browse(result["result"]["message_id"])
        self.assertEqual((message.message_type, message.author_id), ("comment", self.manager.partner_id))
