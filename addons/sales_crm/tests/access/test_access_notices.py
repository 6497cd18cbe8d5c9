from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.mail.tools.discuss import Store

from ..common_dossier import SECRET, DossierCommon


@tagged("post_install", "-at_install")
class TestAccessNotices(DossierCommon):
    """Nothing of a lost client reaches the manager by itself: inbox, mail, bus."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What was sent while he had the client
        cls.env.cr.precommit.run()
        cls.env["bus.bus"].search([]).unlink()

    def _post(self, record, **values):
        return record.with_user(self.head).message_post(
            body=SECRET, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def _sent_to(self, user):
        """:return: all that goes to the browsers of ``user``, as text"""
        self.env.cr.precommit.run()
        channels = {f'"{record._name}",{record.id}]' for record in (user, user.partner_id)}
        sent = self.env["bus.bus"].search([])
        own = sent.filtered(lambda bus: any(bus.channel.replace(" ", "").endswith(name) for name in channels))
        return " ".join(own.mapped("message")).lower()

    def test_a_follower_who_lost_the_client_is_told_nothing(self):
        (self.hidden | self.contact).message_subscribe((self.manager | self.colleague).partner_id.ids)
        self.lead.message_subscribe((self.manager | self.colleague).partner_id.ids)
        for kind in ("inbox", "email"):
            (self.manager | self.colleague).notification_type = kind
            for record in (self.hidden, self.contact, self.lead):
                with self.subTest(kind=kind, record=record):
                    told = self._post(record).notified_partner_ids
                    self.assertIn(self.colleague.partner_id, told)
                    self.assertNotIn(self.manager.partner_id, told)
        self.assertIn(SECRET, self._sent_to(self.colleague))
        self.assertNotIn(SECRET, self._sent_to(self.manager))

    def test_nor_who_is_mentioned_or_assigned(self):
        message = self._post(self.hidden, partner_ids=self.manager.partner_id.ids)
        self.assertFalse(message.notified_partner_ids)
        before = self.env["mail.notification"].search_count([])
        activity = self.hidden.with_user(self.head).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.manager.id, summary=SECRET
        )
        self.assertTrue(activity)
        self.assertEqual(self.env["mail.notification"].search_count([]), before)
        self.assertNotIn(SECRET, self._sent_to(self.manager))

    def test_he_is_told_again_with_a_rule(self):
        self._let_see(self.manager, self.hidden)
        self.assertIn(self.manager.partner_id, self._post(self.hidden).notified_partner_ids)

    def test_the_counter_of_the_inbox(self):
        partner = self.manager.partner_id
        self.assertTrue(self.env["mail.notification"].search([("res_partner_id", "=", partner.id)]))
        for env in (self.env, self.env(user=self.manager), self.env(user=self.colleague)):
            self.assertEqual(partner.with_env(env).sudo()._get_needaction_count(), 0)
        self._let_see(self.manager, self.hidden)
        self.assertTrue(partner._get_needaction_count())

    def test_subscribing_to_a_channel_by_name(self):
        names = [
            f"{prefix}{model}_{self.contact.id}"
            for prefix in ("", "odoo-presence-")
            for model in ("res.partner", "mail.thread", "res.users")
        ]
        request = SimpleNamespace(session=SimpleNamespace(uid=self.manager.id))
        with patch("odoo.addons.bus.models.ir_websocket.request", request):
            websocket = self.env["ir.websocket"].with_user(self.manager)
            channels = websocket._prepare_subscribe_data(names, 0)["channels"]
        self.assertNotIn((self.contact, "presence"), channels)
        self.assertFalse([channel for channel in channels if self.contact in (channel, channel[0])])


@tagged("post_install", "-at_install")
class TestAccessGoesOn(DossierCommon, HttpCase):
    """What is nobody's client, and what is his own, is as open as before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.env(user=cls.manager)
        cls.own = cls.client.with_env(cls.mine)

    def test_people_and_companies(self):
        for record in (
            self.manager,
            self.colleague,
            self.head,
            self.manager.partner_id,
            self.colleague.partner_id,
            self.company,
            self.company.partner_id,
            self.env["res.partner"].create({"name": "A supplier"}),
        ):
            seen = record.with_env(self.mine)
            self.assertEqual(seen.search([("id", "=", record.id)]), record)
            self.assertTrue(seen.web_read({"display_name": {}}))
        names = self.mine["res.users"].name_search("manager_")
        self.assertEqual({self.manager.id, self.colleague.id}, {id_ for id_, _name in names})
        self.manager.with_user(self.manager).write({"signature": "A"})
        self.authenticate(self.manager.login, self.manager.login)
        self.assertEqual(self.url_open("/odoo").status_code, 200)

    def test_discuss(self):
        channel = self.mine["discuss.channel"]._get_or_create_chat(self.colleague.partner_id.ids)
        message = channel.message_post(body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertIn("Hello", message.with_user(self.colleague).body)
        self.assertEqual(len(channel.channel_member_ids), 2)
        channel = self.env["discuss.channel"].create({"name": "With a client", "group_public_id": None})
        channel._add_members(partners=self.manager.partner_id | self.contact)
        self.assertEqual(len(channel.with_env(self.mine).channel_member_ids.mapped("display_name")), 3)
        self.assertTrue(Store().add(channel.with_env(self.mine).channel_member_ids).get_result())
        suggested = self.mine["res.partner"].get_mention_suggestions("manager_b")
        self.assertIn(self.colleague.partner_id.id, [row["id"] for row in suggested["res.partner"]])

    def test_notices_of_his_own_clients(self):
        self.client.message_subscribe(self.manager.partner_id.ids)
        message = self.client.with_user(self.head).message_post(
            body="Call him", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        self.assertEqual(self.manager.with_user(self.manager).partner_id._get_needaction_count(), 1)
        self.assertTrue(message.with_env(self.mine).needaction)

    def test_a_contact_a_deal_and_a_meeting(self):
        with Form(self.mine["res.partner"].with_context(default_parent_id=self.own.id)) as form:
            form.name = "Sidorov"
        contact = form.save()
        self.assertEqual((contact.client_id, contact.user_id), (self.own, self.manager))
        with Form(self.mine["crm.lead"]) as form:
            form.name = "Deal"
            form.partner_id = contact
        lead = form.save()
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        self.assertEqual(lead.activity_ids.client_id, self.own)
        meeting = self.mine["calendar.event"].create(
            {
                "name": "Visit",
                "start": "2026-12-01 10:00:00",
                "stop": "2026-12-01 11:00:00",
                "partner_ids": [Command.set((contact | self.manager.partner_id).ids)],
                "recurrency": True,
                "rrule_type": "daily",
                "end_type": "count",
                "count": 2,
            }
        )
        self.assertEqual(len(meeting.recurrence_id.calendar_event_ids), 2)
        self.assertTrue(self.mine["res.users"]._get_activity_groups())

    def test_a_quotation_an_order_and_its_invoice(self):
        self.product.taxes_id = False
        with Form(self.mine["sale.order"]) as form:
            form.partner_id = self.own
            with form.order_line.new() as line:
                line.product_id = self.product.with_env(self.mine)
        order = form.save()
        order.action_confirm()
        wizard = self.mine["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        wizard.create({"advance_payment_method": "delivered"})._create_invoices(order)
        invoice = order.invoice_ids
        invoice.sudo().action_post()
        self.authenticate(self.manager.login, self.manager.login)
        for report, record in (("sale.report_saleorder", order), ("account.report_invoice", invoice)):
            response = self.url_open(f"/report/html/{report}/{record.id}")
            self.assertEqual(response.status_code, 200)
            self.assertIn("Alpha", response.text)
