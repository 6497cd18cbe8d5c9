import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import SalesCrmCommon

PNG = base64.b64encode(b"a signed paper")


class MessageEvidenceCommon(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deal = cls.env["crm.lead"].create(
            {"name": "Wheels", "type": "opportunity", "partner_id": cls.client.id, "user_id": cls.manager.id}
        )

    def _file(self):
        """A file that the manager is about to send, as the chatter keeps it."""
        values = {"name": "paper.txt", "datas": PNG, "res_model": "mail.compose.message", "res_id": 0}
        return self.env["ir.attachment"].with_user(self.manager).create(values)

    def _note(self, record=None, user=None, days_ago=0, **values):
        """A note that ``user`` has left, so many days ago."""
        values = {"message_type": "comment", "body": "Agreed", **values}
        note = (record or self.client).with_user(user or self.manager).message_post(**values)
        written = fields.Datetime.now() - timedelta(days=days_ago)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_message SET create_date = %(written)s, date = %(written)s WHERE id = %(note)s",
            {"written": written, "note": note.id},
        )
        self.env.invalidate_all()
        return note

    def _mail(self):
        """A mail that the server has sent for the manager."""
        mail = self.client.with_user(self.manager).sudo()
        return mail.message_post(body="Agreed", message_type="email_outgoing").sudo(False)


@tagged("post_install", "-at_install")
class TestMessageEvidence(MessageEvidenceCommon):
    """The client history is made of messages: what has been written stays as it was written."""

    def test_old_and_foreign_messages_stay(self):
        messages = {
            "own of yesterday": self._note(days_ago=1),
            "own of yesterday, of the deal": self._note(self.deal, days_ago=1),
            "a colleague's of today": self._note(user=self.head),
            "a mail": self._mail(),
        }
        changes = [
            {"body": "Refused"},
            {"date": fields.Datetime.now() - timedelta(days=90)},
            {"author_id": self.colleague.partner_id.id},
            {"message_type": "notification"},
            {"subtype_id": self.env.ref("mail.mt_comment").id},
            {"subject": "Another"},
            {"attachment_ids": [Command.clear()]},
        ]
        for name, message in messages.items():
            as_manager = message.with_user(self.manager)
            for change in changes:
                with (
                    self.subTest(message=name, change=change),
                    self.assertRaisesRegex(AccessError, "history"),
                    self.env.cr.savepoint(),
                ):
                    as_manager.write(change)
            with self.subTest(message=name), self.assertRaises(AccessError), self.env.cr.savepoint():
                as_manager.unlink()

    def test_head_rewrites_nobody(self):
        message = self._note()
        for attempt in (
            lambda note: note.write({"body": "Refused"}),
            lambda note: note.unlink(),
            lambda note: self.client.with_user(self.head)._message_update_content(
                note.sudo(), body="Refused"
            ),
            lambda note: self.client.with_user(self.head).write({"message_ids": [Command.delete(note.id)]}),
            lambda note: self.client.with_user(self.head).write({"message_ids": [Command.unlink(note.id)]}),
            lambda note: self.client.with_user(self.head).write(
                {"message_ids": [Command.update(note.id, {"body": "Refused"})]}
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt(message.with_user(self.head))
        self.assertIn("Agreed", message.body)

    def test_own_note_of_today_may_be_corrected(self):
        note = self._note()
        as_manager = note.with_user(self.manager)
        as_manager.write({"body": "Agreed, 5 wheels"})
        self.client.with_user(self.manager)._message_update_content(note.sudo(), body="Agreed, 6 wheels")
        self.assertIn("6 wheels", note.body)
        for forged in ({"date": fields.Datetime.now()}, {"author_id": self.head.partner_id.id}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                as_manager.write(forged)
        as_manager.unlink()
        self.assertFalse(note.exists())

    def test_day_is_the_companys(self):
        """Half past midnight in Moscow: what was written an hour ago is yesterday's."""
        self.calendar.tz = "Europe/Moscow"
        self.company.partner_id.tz = False
        note = self._note()
        written = {"2026-11-23 21:10:00": True, "2026-11-23 20:30:00": False}
        for moment, allowed in written.items():
            self.env.flush_all()
            self.env.cr.execute("UPDATE mail_message SET create_date = %s WHERE id = %s", [moment, note.id])
            self.env.invalidate_all()
            with self._at("2026-11-23 21:30"):
                kept = note.with_user(self.manager)._sales_kept()
            self.assertEqual(not kept, allowed, moment)

    def test_customer_cleared_first(self):
        note = self._note(self.deal, days_ago=1)
        deal = self.deal.with_user(self.manager)
        deal.partner_id = False
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            note.with_user(self.manager).unlink()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            deal._message_update_content(note.sudo(), body="Refused")

    def test_tracking_values_stay(self):
        deal = self.deal.with_context(tracking_disable=False).with_user(self.manager)
        self.env.flush_all()
        self.env.cr.precommit.run()
        deal.write({"expected_revenue": 5000})
        self.env.flush_all()
        self.env.cr.precommit.run()
        values = self.env["mail.tracking.value"].search(
            [("mail_message_id", "in", self.deal.message_ids.ids)]
        )
        self.assertTrue(values)
        for user in (self.manager, self.head):
            for attempt in (
                lambda u: values.with_user(u).unlink(),
                lambda u: values.with_user(u).write({"new_value_float": 1}),
                lambda u: values.mail_message_id.with_user(u).write(
                    {"tracking_value_ids": [Command.clear()]}
                ),
                lambda u: values.mail_message_id.with_user(u).unlink(),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    attempt(user)
        self.assertTrue(values.exists())

    def test_files_of_messages_stay(self):
        def file_of(days_ago):
            attachment = self._file()
            self._note(days_ago=days_ago, attachment_ids=attachment.ids)
            return attachment

        old, fresh = file_of(1), file_of(0)
        for attempt in (
            old.unlink,
            lambda: old.write({"datas": base64.b64encode(b"forged")}),
            lambda: old.write({"res_model": False, "res_id": False}),
            lambda: old.sudo()._delete_and_notify(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
        fresh.unlink()
        self.assertTrue(old.exists())
        loose = self.env["ir.attachment"].with_user(self.manager)
        loose = loose.create({"name": "a.txt", "datas": PNG, "res_model": "crm.lead", "res_id": self.deal.id})
        loose.unlink()

    def test_files_of_merged_deals_come_along(self):
        attachment = self._file()
        second = self.deal.copy()
        self._note(second, days_ago=1, attachment_ids=attachment.ids)
        self.assertEqual(attachment.res_id, second.id)
        second.write({"probability": 1})
        self.deal.write({"probability": 50})
        merged = (self.deal | second).with_user(self.manager).merge_opportunity()
        self.assertEqual(attachment.res_id, merged.id)

    def test_what_was_written_outlives_its_document(self):
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id})
        attachment = self._file()
        notes = self._note(contact, days_ago=1)
        notes |= self._note(self.deal, days_ago=1, attachment_ids=attachment.ids, subject="Price")
        contact.with_user(self.head).unlink()
        self.deal.with_user(self.head).unlink()
        self.assertEqual(len(notes.exists()), 2)
        self.assertEqual(set(notes.mapped("res_id")), {self.client.id})
        self.assertEqual((attachment.res_model, attachment.res_id), ("res.partner", self.client.id))
        told = self.env["sales.client.history"].search(
            [("client_id", "=", self.client.id), ("kind", "in", ["note", "message"])]
        )
        self.assertEqual(sorted(told.mapped("summary")), ["Alpha, Anna: Agreed", "Wheels: Price: Agreed"])

    def test_nobodys_messages_are_as_ever(self):
        channel = self.env["discuss.channel"].with_user(self.manager).create({"name": "Talk"})
        message = channel.message_post(body="Hello", message_type="comment")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_message SET create_date = create_date - interval '3 days' WHERE id = %s",
            [message.id],
        )
        self.env.invalidate_all()
        channel._message_update_content(message.sudo(), body="Hello there")

    def test_starring_is_no_change(self):
        note = self._note(user=self.head, days_ago=3).with_user(self.manager)
        note.toggle_message_starred()
        self.assertTrue(note.starred)

    def test_administrator_maintains(self):
        admin = new_test_user(self.env, "root_like", "base.group_system,sales_crm.group_admin")
        note = self._note(days_ago=9)
        note.with_user(admin).write({"body": "Personal data removed"})
        self.assertIn("removed", note.body)
        self._note(days_ago=9).sudo().unlink()

    def test_refusal_says_the_way_out(self):
        with self.assertRaisesRegex(UserError, "your own notes of today") as caught:
            self._note(days_ago=1).with_user(self.manager).unlink()
        self.assertIn("new note", str(caught.exception))


@tagged("post_install", "-at_install")
class TestMessageEvidenceRoutes(MessageEvidenceCommon, HttpCase):
    """The same through the routes by which the chatter edits and deletes."""

    def test_chatter(self):
        self.manager.password = "manager_a" * 2
        attachment = self._file()
        old, fresh = self._note(days_ago=1, attachment_ids=attachment.ids), self._note()
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a" * 2)
        for message, refused in ((old, True), (fresh, False)):
            for body in ("Changed", ""):
                result = self._call(
                    "/mail/message/update_content",
                    {"message_id": message.id, "update_data": {"body": body, "attachment_ids": []}},
                )
                self.assertEqual("error" in result, refused, result)
        self.assertIn("error", self._call("/mail/attachment/delete", {"attachment_id": attachment.id}))
        self.env.invalidate_all()
        self.assertIn("Agreed", old.body)
        self.assertTrue(attachment.exists())

    def _call(self, route, params):
        return self.url_open(route, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()
