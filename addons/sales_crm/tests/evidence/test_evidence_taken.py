from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_evidence_message import MessageEvidenceCommon


class EvidenceTakenCommon(MessageEvidenceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shown = cls._create_client("Shown", cls.colleague)
        cls.env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(cls.manager.ids)],
                "scope": "clients",
                "client_ids": [Command.set(cls.shown.ids)],
                "reason": "Helps out",
                "perm_write": False,
            }
        )
        cls.Message = cls.env["mail.message"].with_user(cls.manager)
        cls.values = {
            "model": "crm.lead",
            "res_id": cls.deal.id,
            "body": "Agreed",
            "message_type": "comment",
        }

    def _track(self, record, vals):
        """:return: the tracking values that a change by the manager has left, sudo-ed"""
        Tracking = self.env["mail.tracking.value"]
        self._tell_changes()
        before = Tracking.search([])
        record.with_context(tracking_disable=False).with_user(self.manager).write(vals)
        self._tell_changes()
        return Tracking.search([]) - before

    def _tell_changes(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _refused(self, *calls, error=AccessError):
        for number, call in enumerate(calls):
            with self.subTest(call=number), self.assertRaises(error), self.cr.savepoint():
                call()


@tagged("post_install", "-at_install")
class TestEvidenceTaken(EvidenceTakenCommon):
    """By a link from elsewhere nothing is taken out of a client's history, and nothing put into it."""

    def test_tracking_values_are_not_taken(self):
        value = self._track(self.deal, {"expected_revenue": 5000})
        message = value.mail_message_id
        self.assertTrue(message)
        for user in (self.manager, self.head):
            deal, Message = self.deal.with_user(user), self.env["mail.message"].with_user(user)
            for command in (Command.link(value.id), Command.set(value.ids)):
                taken = {"tracking_value_ids": [command]}
                self._refused(
                    lambda taken=taken, to=Message: to.create({**self.values, **taken}),
                    lambda taken=taken, to=Message: to.create({"body": "Nowhere", **taken}),
                    lambda taken=taken, to=deal: to.write(
                        {"message_ids": [Command.create({**self.values, **taken})]}
                    ),
                    lambda taken=taken, to=Message: to.with_context(
                        default_tracking_value_ids=taken["tracking_value_ids"]
                    ).create(dict(self.values)),
                    lambda taken=taken, to=deal: to.message_post(body="x", **taken),
                )
        self.assertEqual(value.mail_message_id, message)

    def test_tracking_values_are_not_made(self):
        value = self._track(self.deal, {"expected_revenue": 5000})
        forged = [Command.create({"field_id": value.field_id.id, "old_value_float": 1, "new_value_float": 9})]
        self._refused(
            lambda: self.Message.create({**self.values, "tracking_value_ids": forged}),
            lambda: self.deal.with_user(self.manager).message_post(body="x", tracking_value_ids=forged),
        )

    def test_a_note_is_no_work_done(self):
        """Core's report counts messages with a type of activity, and a deal isn't stuck after one."""
        done = {"mail_activity_type_id": self.call.id}
        deal = self.deal.with_user(self.manager)
        by_default = self.Message.with_context(default_mail_activity_type_id=self.call.id)
        self._refused(
            lambda: self.Message.create({**self.values, **done}),
            lambda: by_default.create(dict(self.values)),
            lambda: deal.write({"message_ids": [Command.create({**self.values, **done})]}),
            lambda: deal.message_post(body="x", **done),
        )
        activity = self._plan(self.client, fields.Date.today()).with_user(self.manager)
        activity.action_feedback(feedback="Agreed")
        self.assertEqual(self.client.message_ids[0].mail_activity_type_id, activity.activity_type_id)

    def test_changes_are_told_as_ever(self):
        """By a note, and by a message where the change has a subtype of its own."""
        values = self._track(self.deal, {"expected_revenue": 7000})
        self.assertEqual(values.mail_message_id.author_id, self.manager.partner_id)
        stage = self.env["crm.stage"].search([("id", "!=", self.deal.stage_id.id)], limit=1)
        values = self._track(self.deal, {"stage_id": stage.id})
        self.assertIn(self.env.ref("crm.mt_lead_stage"), values.mail_message_id.subtype_id)

    def test_messages_are_not_hung_elsewhere(self):
        old = self._note(days_ago=1)
        theirs = self._note(self.shown, user=self.colleague)
        for note in (old, theirs):
            for command in (Command.link(note.id), Command.set(note.ids)):
                self._refused(
                    lambda command=command: self.Message.create({**self.values, "child_ids": [command]}),
                    lambda command=command: (
                        self._note().with_user(self.manager).write({"child_ids": [command]})
                    ),
                )
        self._refused(lambda: self.Message.create({**self.values, "parent_id": theirs.id}))
        self.assertFalse((old | theirs).parent_id)

    def test_files_are_not_changed_from_elsewhere(self):
        file = self._file()
        old = self._note(days_ago=1, attachment_ids=file.ids)
        fresh = self._note().with_user(self.manager)
        Composer = self.env["mail.compose.message"].with_user(self.manager)
        for command in (Command.delete(file.id), Command.update(file.id, {"name": "forged.txt"})):
            changed = {"attachment_ids": [command]}
            self._refused(
                lambda changed=changed: self.Message.create({**self.values, **changed}),
                lambda changed=changed: fresh.write(changed),
                lambda changed=changed: Composer.create({"model": "res.partner", **changed}),
            )
        self._refused(
            lambda: self.client.with_user(self.manager).message_post(
                body="x", attachment_ids=[Command.delete(file.id)]
            ),
            error=Exception,
        )
        self.assertEqual((old.attachment_ids, file.name), (file, "paper.txt"))

    def test_to_whom_it_was_written_stays(self):
        old, anna = self._note(days_ago=1), self.colleague.partner_id
        old.sudo().write({"partner_ids": [Command.link(anna.id)]})
        for name in ("partner_ids", "notified_partner_ids", "notification_ids"):
            self._refused(lambda name=name: old.with_user(self.manager).write({name: [Command.clear()]}))
        self._refused(
            lambda: old.with_user(self.manager).write({"notified_partner_ids": [Command.link(anna.id)]})
        )
        self.assertEqual(old.partner_ids, anna)


@tagged("post_install", "-at_install")
class TestNoticesTaken(EvidenceTakenCommon):
    """Whom a message has reached, or not, only the server says."""

    def test_notices_are_the_servers(self):
        Notice = self.env["mail.notification"].with_user(self.manager)
        partner = self.client.id
        for note in (self._note(self.shown, user=self.colleague), self._note(days_ago=1), self._note()):
            values = {"mail_message_id": note.id, "res_partner_id": partner}
            bounced = {**values, "notification_type": "email", "notification_status": "bounce"}
            self._refused(
                lambda values=values: Notice.create(values),
                lambda bounced=bounced: Notice.create(bounced),
                lambda note=note: Notice.with_context(default_res_partner_id=partner).create(
                    {"mail_message_id": note.id}
                ),
                lambda note=note: note.with_user(self.manager).write(
                    {"notification_ids": [Command.create({"res_partner_id": partner})]}
                ),
            )
        self._refused(
            lambda: self.Message.create(
                {**self.values, "notification_ids": [Command.create({"res_partner_id": partner})]}
            ),
            lambda: self.Message.create({**self.values, "notified_partner_ids": [Command.link(partner)]}),
        )

    def test_own_notice_is_only_read(self):
        note = self._note(user=self.head)
        notice = self.env["mail.notification"].create(
            {"mail_message_id": note.id, "res_partner_id": self.manager.partner_id.id}
        )
        as_manager = notice.with_user(self.manager)
        as_manager.write({"is_read": True})
        for change in (
            {"notification_status": "bounce"},
            {"failure_type": "mail_bounce"},
            {"author_id": self.client.id},
        ):
            self._refused(lambda change=change: as_manager.write(change))
        note.with_user(self.manager).set_message_done()

    def test_mails_to_many_are_sent_as_ever(self):
        self.client.email = "alpha@alpha.example"
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.manager)
            .create(
                {
                    "model": "res.partner",
                    "res_ids": str(self.client.ids),
                    "composition_mode": "mass_mail",
                    "body": "News",
                    "subject": "News of the week",
                    "auto_delete": False,
                }
            )
        )
        composer._action_send_mail()
        message = self.env["mail.message"].search([("subject", "=", "News of the week")], limit=1)
        self.assertEqual(message.notification_ids.res_partner_id, self.client)


@tagged("post_install", "-at_install")
class TestAuthorTaken(EvidenceTakenCommon):
    """The author is whoever writes, also of what will be sent later."""

    def _later(self, **values):
        return {
            "model": "crm.lead",
            "res_id": self.deal.id,
            "body": "Agreed",
            "scheduled_date": fields.Datetime.now() + timedelta(days=2),
            "author_id": self.manager.partner_id.id,
            **values,
        }

    def test_scheduled(self):
        Scheduled = self.env["mail.scheduled.message"].with_user(self.manager)
        own, other = self.manager.partner_id, self.colleague.partner_id
        planned = Scheduled.create(self._later(author_id=other.id))
        planned |= Scheduled.with_context(default_author_id=other.id).create(self._later())
        names = ["model", "res_id", "body", "scheduled_date", "author_id/.id"]
        row = ["crm.lead", str(self.deal.id), "x", str(fields.Datetime.now() + timedelta(days=2))]
        loaded = Scheduled.load(names, [[*row, str(other.id)]])
        planned |= Scheduled.browse(loaded["ids"] or ())
        self.assertEqual(planned.author_id, own)
        for message in planned:
            self._refused(lambda message=message: message.write({"author_id": other.id}))
            message.write({"author_id": own.id, "body": "Corrected"})
        planned[0].post_message()
        self.assertEqual(self.deal.message_ids[0].author_id, own)

    def test_sender_address(self):
        self.manager.email = "manager@company.example"
        self.company.email = "info@company.example"
        forged = {**self.values, "email_from": "anna@alpha.example"}
        self._refused(
            lambda: self.Message.create(forged),
            lambda: self.deal.with_user(self.manager).write({"message_ids": [Command.create(forged)]}),
        )
        by_default = self.Message.with_context(default_email_from="anna@alpha.example")
        self.assertNotIn("anna", by_default.create(dict(self.values)).email_from)
        for own in ('"Company" <info@company.example>', "manager@company.example"):
            message = self.Message.create({**self.values, "email_from": own})
            self.assertEqual(message.author_id, self.manager.partner_id)
        self._refused(lambda: self.Message.create({**self.values, "email_from": "Anna"}))
        self.manager.email = False
        self.assertTrue(self.Message.create(dict(self.values)))
