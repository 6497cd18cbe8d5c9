from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon

DAY = date(2026, 11, 23)


@tagged("post_install", "-at_install")
class TestActivityClient(SalesCrmCommon):
    """Whose activity it is, whatever it hangs on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Anna", "parent_id": cls.client.id, "type": "contact"}
        )
        cls.other = cls._create_client("Beta", cls.colleague)

    def _lead(self, partner):
        return self.env["crm.lead"].create({"name": "Deal", "partner_id": partner.id, "type": "opportunity"})

    def test_client_and_contact(self):
        self.assertEqual(self._plan(self.client, DAY).client_id, self.client)
        self.assertEqual(self._plan(self.contact, DAY).client_id, self.client)

    def test_deal(self):
        lead = self._lead(self.contact)
        activity = self._plan(lead, DAY)
        self.assertEqual(activity.client_id, self.client)
        lead.partner_id = self.other
        self.assertEqual(activity.client_id, self.other)
        self.assertFalse(self.client.next_step_date)
        self.assertEqual(self.other.next_step_date, DAY)

    def test_closed_activity_follows_too(self):
        lead = self._lead(self.client)
        activity = self._plan(lead, DAY)
        activity.action_done()
        lead.partner_id = self.other
        self.assertEqual(activity.client_id, self.other)

    def test_lead_without_client(self):
        lead = self.env["crm.lead"].create({"name": "Somebody"})
        activity = self._plan(lead, DAY)
        self.assertFalse(activity.client_id)
        lead.partner_id = self.client
        self.assertEqual(activity.client_id, self.client)

    def test_order(self):
        order = self.env["sale.order"].create({"partner_id": self.client.id})
        activity = self._plan(order, DAY)
        self.assertEqual(activity.client_id, self.client)
        order.partner_id = self.other
        self.assertEqual(activity.client_id, self.other)

    def test_invoice(self):
        invoice = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.contact.id})
        activity = self._plan(invoice, DAY)
        self.assertEqual(activity.client_id, self.client)
        invoice.partner_id = self.other
        self.assertEqual(activity.client_id, self.other)

    def test_vendor_bill_is_not_a_clients(self):
        vendor = self.env["res.partner"].create({"name": "Vendor", "is_company": True})
        bill = self.env["account.move"].create({"move_type": "in_invoice", "partner_id": vendor.id})
        self.assertFalse(self._plan(bill, DAY).client_id)

    def test_meeting(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime(2026, 11, 23, 10, 0),
                "stop": datetime(2026, 11, 23, 11, 0),
                "partner_ids": [Command.set((self.manager.partner_id | self.contact).ids)],
            }
        )
        activity = self._plan(event, DAY)
        self.assertEqual(activity.client_id, self.client)
        event.partner_ids = self.manager.partner_id | self.other
        self.assertEqual(activity.client_id, self.other)

    def test_meeting_about_a_deal(self):
        lead = self._lead(self.other)
        event = self.env["calendar.event"].create(
            {
                "name": "About the deal",
                "start": datetime(2026, 11, 23, 10, 0),
                "stop": datetime(2026, 11, 23, 11, 0),
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": lead.id,
                "opportunity_id": lead.id,
                "partner_ids": [Command.set(self.contact.ids)],
            }
        )
        self.assertEqual(self._plan(event, DAY).client_id, self.other)

    def test_contact_changes_company(self):
        on_contact = self._plan(self.contact, DAY)
        on_deal = self._plan(self._lead(self.contact), DAY)
        self.contact.parent_id = self.other
        self.assertEqual(on_contact.client_id, self.other)
        self.assertEqual(on_deal.client_id, self.other)
        self.assertFalse(self.client.next_step_date)

    def test_company_becomes_client_later(self):
        partner = self.env["res.partner"].create({"name": "Cold", "is_company": True})
        activity = self._plan(partner, DAY)
        self.assertFalse(activity.client_id)
        partner.is_client = True
        self.assertEqual(activity.client_id, partner)

    def test_deal_and_order_make_a_client(self):
        partner = self.env["res.partner"].create({"name": "Cold", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Boris", "parent_id": partner.id})
        self._lead(contact)
        self.assertTrue(partner.is_client)
        self.assertFalse(contact.is_client)

    def test_merge(self):
        twin = self._create_client("Alpha again", self.manager, email=self.client.email)
        on_client = self._plan(twin, date(2026, 11, 20))
        on_deal = self._plan(self._lead(twin), DAY)
        closed = self._plan(twin, DAY)
        closed.action_done()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | twin).ids, self.client)
        self.assertFalse(twin.exists())
        for activity in on_client | on_deal | closed:
            self.assertEqual(activity.client_id, self.client)
        self.assertEqual((closed.res_model, closed.res_id), ("res.partner", self.client.id))
        self.assertEqual(self.client.next_step_date, date(2026, 11, 20))
        self.assertTrue(self.client.last_contact_date)

    def test_merge_contact_into_another_client(self):
        contact = self.env["res.partner"].create({"name": "Anna B", "parent_id": self.other.id})
        activity = self._plan(self.contact, DAY)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (contact | self.contact).ids, contact
        )
        self.assertEqual(activity.client_id, self.other)
        self.assertFalse(self.client.next_step_date)

    def test_dates_against_recount(self):
        """Whatever happens to the activities, the card's dates are what a recount gives."""
        lead = self._lead(self.other)
        first = self._plan(self.client, date(2026, 11, 25))
        second = self._plan(self.contact, date(2026, 11, 24))
        third = self._plan(lead, DAY)
        steps = [
            lambda: first.write({"date_deadline": date(2026, 11, 19)}),
            lambda: lead.write({"partner_id": self.client.id}),
            lambda: third.action_finish(outcome_id=self.no_answer.id),
            lambda: second.action_finish(outcome_id=self.outcome.id),
            lambda: first.action_cancel_with_reason("Changed plans"),
            lambda: third.write({"res_id": self._lead(self.other).id}),
            lambda: second.write({"active": True}),
            lead.unlink,
        ]
        for number, step in enumerate(steps):
            step()
            for client in self.client | self.other:
                activities = (
                    self.env["mail.activity"]
                    .with_context(active_test=False)
                    .search([("client_id", "=", client.id)])
                )
                dues = activities.filtered("active").mapped("date_deadline")
                contacts = activities.filtered(
                    lambda a: (
                        a.activity_state_final == "done" and (not a.outcome_id or a.outcome_id.is_contact)
                    )
                ).mapped("datetime_done")
                self.assertEqual(
                    (client.next_step_date, client.last_contact_date),
                    (min(dues, default=False), max(contacts).date() if contacts else False),
                    f"step {number}, {client.name}",
                )


@tagged("post_install", "-at_install")
class TestActivityTrace(SalesCrmCommon):
    """Nothing planned or done is lost or embellished, by whatever route."""

    def setUp(self):
        super().setUp()
        self.activity = self._plan(self.client, DAY)
        self.mine = self.activity.with_user(self.manager)

    def _assert_cancelled(self, activity, reason):
        self.assertTrue(activity.exists())
        self.assertFalse(activity.active)
        self.assertEqual(activity.activity_state_final, "cancelled")
        self.assertIn(reason, activity.cancel_reason)
        self.assertEqual(activity.client_id, self.client)

    def test_done(self):
        with self._at("2026-11-23 10:15"):
            self.mine.action_feedback(feedback="Agreed on samples")
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(self.activity.done_user_id, self.manager)
        self.assertEqual(self.activity.datetime_done, datetime(2026, 11, 23, 10, 15))
        self.assertEqual(self.activity.feedback, "Agreed on samples")
        self.assertEqual(self.client.last_contact_date, DAY)

    def test_archive_is_done(self):
        self.mine.action_archive()
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(self.activity.done_user_id, self.manager)

    def test_finish_with_next_step(self):
        next_id = self.mine.action_finish(
            outcome_id=self.outcome.id,
            feedback="Wants the new price list",
            next_step={"date_deadline": "2026-11-26", "summary": "Send", "priority": "1"},
        )
        follow_up = self.env["mail.activity"].browse(next_id)
        self.assertEqual(self.activity.outcome_id, self.outcome)
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(follow_up.client_id, self.client)
        self.assertEqual(follow_up.user_id, self.manager)
        self.assertEqual(follow_up.date_deadline, date(2026, 11, 26))
        self.assertEqual(follow_up.priority, "1")
        self.assertEqual(self.client.next_step_date, date(2026, 11, 26))
        with self.assertRaisesRegex(UserError, "closed already"):
            self.mine.action_finish()

    def test_finish_needs_a_date_and_takes_no_other_fields(self):
        with self.assertRaisesRegex(UserError, "date of the next step"):
            self.mine.action_finish(next_step={"summary": "Sometime"})
        next_id = (
            self._plan(self.client, DAY)
            .with_user(self.manager)
            .action_finish(next_step={"date_deadline": "2026-11-26", "carry_count": 7, "res_id": 1})
        )
        follow_up = self.env["mail.activity"].browse(next_id)
        self.assertEqual((follow_up.carry_count, follow_up.res_id), (0, self.client.id))

    def test_finish_wizard(self):
        action = self.mine.action_sales_finish()
        wizard = Form(
            self.env["sales.activity.finish"].with_user(self.manager).with_context(**action["context"])
        )
        wizard.outcome_id = self.outcome
        wizard.next_date = date(2026, 11, 27)
        wizard.save().action_apply()
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(self.client.next_step_date, date(2026, 11, 27))

    def test_cancel_button_asks_why(self):
        action = self.mine.action_cancel()
        self.assertTrue(self.activity.active)
        wizard = (
            self.env["sales.activity.cancel"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"reason": "Client is on leave"})
        )
        wizard.action_apply()
        self._assert_cancelled(self.activity, "Client is on leave")
        self.assertEqual(self.activity.done_user_id, self.manager)

    def test_cancel_needs_a_reason(self):
        for reason in ("", "   ", False):
            with self.assertRaisesRegex(UserError, "Say why"):
                self.mine.action_cancel_with_reason(reason)
        self.assertTrue(self.activity.active)

    def test_cancel_of_a_closed_one_changes_nothing(self):
        self.mine.action_done()
        self.mine.action_cancel_with_reason("Late")
        self.assertEqual(self.activity.activity_state_final, "done")

    def test_unlink_keeps_the_row(self):
        self.mine.unlink()
        self._assert_cancelled(self.activity, "Deleted by")

    def test_unlink_of_other_activities_is_core(self):
        own = self.env["mail.activity"].create(
            {"summary": "Buy milk", "user_id": self.env.uid, "date_deadline": DAY}
        )
        own.unlink()
        self.assertFalse(own.exists())

    def test_nobody_forges_the_trace(self):
        for user in (self.manager, self.head, self.env.ref("base.user_admin")):
            for vals in (
                {"date_planned": "2026-12-01"},
                {"carry_count": 7},
                {"activity_state_final": "done"},
                {"done_user_id": self.manager.id},
                {"datetime_done": "2026-11-20 10:00:00"},
                {"cancel_reason": "x"},
                {"client_id": False},
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.activity.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            self.env["mail.activity"].with_user(self.manager).create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.client.id,
                    "date_deadline": DAY,
                    "carry_count": -5,
                }
            )

    def test_closed_plan_stays(self):
        self.mine.action_done()
        for vals in (
            {"date_deadline": "2026-12-01"},
            {"user_id": self.colleague.id},
            {"priority": "1"},
            {"res_id": self._create_client("Beta", self.manager).id},
        ):
            with self.assertRaisesRegex(UserError, "closed already"), self.cr.savepoint():
                self.mine.write(vals)

    def test_done_before_the_installation(self):
        self.activity.action_done()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity SET activity_state_final = NULL, datetime_done = NULL,"
            " done_user_id = NULL, date_done = '2026-11-20' WHERE id = %s",
            [self.activity.id],
        )
        self.activity.invalidate_recordset()
        self.env["mail.activity"]._init_trace()
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(self.activity.done_user_id, self.manager)
        self.assertEqual(self.activity.datetime_done, datetime(2026, 11, 20))

    def test_reopened(self):
        self.mine.action_done()
        self.mine.action_unarchive()
        self.assertFalse(self.activity.activity_state_final)
        self.assertFalse(self.activity.datetime_done)
        self.assertFalse(self.client.last_contact_date)

    def test_first_date_never_changes(self):
        self.mine.date_deadline = date(2026, 12, 1)
        self.assertEqual(self.activity.date_planned, DAY)
        copy = self.activity.copy()
        self.assertEqual((copy.date_planned, copy.carry_count), (date(2026, 12, 1), 0))

    def test_deleted_document(self):
        lead = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.client.id})
        opened = self._plan(lead, DAY)
        closed = self._plan(lead, DAY)
        closed.action_done()
        lead.unlink()
        self._assert_cancelled(opened, "was deleted")
        self.assertEqual(closed.activity_state_final, "done")
        for activity in opened | closed:
            self.assertEqual((activity.res_model, activity.res_id), ("res.partner", self.client.id))

    def test_deleted_contact(self):
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id})
        activity = self._plan(contact, DAY)
        contact.unlink()
        self._assert_cancelled(activity, "was deleted")

    def test_deleted_meeting(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime(2026, 11, 23, 10, 0),
                "stop": datetime(2026, 11, 23, 11, 0),
            }
        )
        activity = self._plan(self.client, DAY, calendar_event_id=event.id)
        event.unlink()
        self._assert_cancelled(activity, "meeting was deleted")

    def test_client_with_history_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Archive the client"):
            self.client.unlink()

    def test_cleaning_of_old_overdue(self):
        self.env["ir.config_parameter"].set_param("mail.activity.gc.delete_overdue_years", 3)
        old = self._plan(self.client, date(2015, 1, 1))
        other = self.env["mail.activity"].create(
            {"summary": "Milk", "user_id": self.env.uid, "date_deadline": "2015-01-01"}
        )
        self.env["mail.activity"]._gc_delete_old_overdue_activities()
        self.assertTrue(old.active)
        self.assertFalse(other.exists())

    def _leave_nothing_else(self, user):
        """Only activities still hang on ``user``."""
        self.team.member_ids -= user
        self.env["res.partner"].search([("user_id", "=", user.id)]).user_id = self.head

    def test_user_with_open_activities_stays(self):
        self._leave_nothing_else(self.manager)
        for leave in (
            self.manager.action_archive,
            lambda: self.manager.write({"active": False}),
            self.manager.unlink,
        ):
            with self.assertRaisesRegex(UserError, "Open activities: 1"), self.cr.savepoint():
                leave()
        self.assertTrue(self.activity.active)
        self.activity.user_id = self.colleague
        self.manager.action_archive()
        self.assertFalse(self.manager.active)

    def test_user_with_history_is_archived_not_deleted(self):
        self.mine.action_done()
        self._leave_nothing_else(self.manager)
        with self.assertRaisesRegex(UserError, "Archive the user"), self.cr.savepoint():
            self.manager.unlink()
        self.manager.action_archive()
        self.assertEqual(self.activity.done_user_id, self.manager)
        self.assertTrue(self.activity.exists())

    def test_user_without_history_is_deleted(self):
        self.env["mail.activity"].create(
            {"summary": "Milk", "user_id": self.colleague.id, "date_deadline": DAY}
        )
        self._leave_nothing_else(self.colleague)
        self.colleague.unlink()
        self.assertFalse(self.colleague.exists())
