from datetime import datetime, time, timedelta

import pytz

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """The screens in a real browser, as a manager uses them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.manager = new_test_user(
            cls.env, "tour_manager", "sales_crm.group_manager", tz="UTC", lang="en_US"
        )
        cls.client = cls.env["res.partner"].create(
            {
                "name": "Tour client",
                "is_company": True,
                "is_client": True,
                "user_id": cls.manager.id,
            }
        )
        cls.today = fields.Date.today()

    @classmethod
    def _plan(cls, summary, xmlid="mail.mail_activity_data_call", **values):
        return (
            cls.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                {
                    "res_model_id": cls.env["ir.model"]._get_id("res.partner"),
                    "res_id": cls.client.id,
                    "activity_type_id": cls.env.ref(xmlid).id,
                    "summary": summary,
                    "date_deadline": cls.today,
                    "user_id": cls.manager.id,
                    **values,
                }
            )
        )

    def _freeze_plan(self, activities):
        self.env["sales.plan.line"].create(
            [
                {
                    "date": self.today,
                    "user_id": self.manager.id,
                    "activity_id": activity.id,
                    "client_id": activity.client_id.id,
                    "activity_type_id": activity.activity_type_id.id,
                    "priority": activity.priority,
                }
                for activity in activities
            ]
        )

    def test_my_day(self):
        urgent = self._plan("Urgent call", priority="1")
        letter = self._plan("Send the price list", "mail.mail_activity_data_email")
        visit = self._plan("Visit the shop", "sales_crm.mail_activity_type_visit")
        self._freeze_plan(urgent | letter | visit)
        urgent.activity_type_id.outcome_required = True
        self.start_tour("/odoo/my-day", "sales_crm_my_day", login="tour_manager")
        self.assertEqual(
            (urgent.activity_state_final, urgent.outcome_id, urgent.feedback),
            ("done", self.env.ref("sales_crm.outcome_agreed"), "Takes 12 pallets"),
        )
        self.assertEqual(letter.date_deadline, self.today + timedelta(days=2))
        self.assertEqual(letter.datetime_planned, datetime.combine(letter.date_deadline, time(9, 15)))
        self.assertEqual(
            (visit.activity_state_final, visit.cancel_reason),
            ("cancelled", "The shop is closed"),
        )
        next_step = self.client.open_activity_ids - letter
        self.assertEqual(
            (next_step.summary, next_step.date_deadline, next_step.user_id),
            ("Send the contract", self.today + timedelta(days=1), self.manager),
        )
        self.assertEqual(next_step.datetime_planned, datetime.combine(next_step.date_deadline, time(14, 30)))

    def test_my_day_plan(self):
        """A manager begins with his day, wherever he comes from."""
        self.start_tour("/odoo", "sales_crm_my_day_plan", login="tour_manager")
        activity = self.client.open_activity_ids
        self.assertEqual(
            (activity.summary, activity.date_deadline, activity.user_id),
            ("Ask", self.today, self.manager),
        )

    def test_cover(self):
        """The head sets a cover by clicking; who covers works on the plan of who is away."""
        head = new_test_user(self.env, "tour_head", "sales_crm.group_head", tz="UTC", lang="en_US")
        absent = new_test_user(
            self.env, "tour_absent", "sales_crm.group_manager", tz="UTC", lang="en_US", name="Absent Anna"
        )
        self.client.user_id = absent
        activity = self._plan("Call about the price", user_id=absent.id)
        self.start_tour("/odoo/covers", "sales_crm_cover_set", login=head.login)
        cover = self.env["sales.access.rule"].search([("is_cover", "=", True)])
        self.assertEqual((cover.manager_ids, cover.user_ids), (absent, self.manager))
        cover.write({"date_from": self.today, "date_to": self.today + timedelta(days=1)})
        self.start_tour("/odoo/my-day", "sales_crm_cover_work", login="tour_manager")
        self.assertEqual(
            (activity.activity_state_final, activity.done_user_id, activity.user_id),
            ("done", self.manager, absent),
        )
        self.assertEqual(self.client.open_activity_ids.user_id, absent)

    def test_work_calendar(self):
        """Today at noon in the browser's time zone; tomorrow is in the same month view."""
        moment = datetime.combine(self.today, time(12)).astimezone(pytz.utc)
        activity = self._plan("Call", datetime_planned=moment.replace(tzinfo=None))
        self.start_tour("/odoo/work-calendar", "sales_crm_work_calendar", login="tour_manager")
        self.assertEqual(activity.activity_state_final, "done")
        self.assertEqual(activity.date_deadline, self.today + timedelta(days=1))
        self.assertEqual(
            activity.outcome_id, self.env.ref("sales_crm.outcome_agreed"), "Chosen in the dialog"
        )

    def test_chatter_cancel_asks_for_the_reason(self):
        activity = self._plan("Send the price list")
        self.start_tour(f"/odoo/clients/{self.client.id}", "sales_crm_chatter_cancel", login="tour_manager")
        self.assertEqual(
            (activity.exists().activity_state_final, activity.cancel_reason),
            ("cancelled", "They have it already"),
        )

    def test_chatter_done_asks_what_comes_next(self):
        self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.client.id, "phone": "+7 916 111-22-33"}
        )
        activity = self._plan("Send the price list")
        self.start_tour(f"/odoo/clients/{self.client.id}", "sales_crm_chatter_done", login="tour_manager")
        self.assertEqual(activity.activity_state_final, "done")
        self.assertEqual(self.client.no_further_contact_reason, "The shop has closed")

    def test_credit_release(self):
        """Stopped by the limit, asked for, let through by the controller, confirmed."""
        controller = new_test_user(
            self.env,
            "tour_controller",
            "sales_crm.group_credit_controller,sales_crm.group_head",
            tz="UTC",
            lang="en_US",
        )
        controller.sales_release_limit = 10000
        self.env["sales.contract"].create(
            {
                "name": "1",
                "client_id": self.client.id,
                "credit_limit": 100,
                "payment_term_id": self.env["account.payment.term"].create({"name": "Later"}).id,
            }
        ).action_activate()
        product = self.env["product.product"].create({"name": "Goods", "taxes_id": False})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "user_id": self.manager.id,
                "order_line": [Command.create({"product_id": product.id, "price_unit": 200})],
            }
        )
        url = f"/odoo/sales/{order.id}"
        self.start_tour(url, "sales_crm_credit_ask", login="tour_manager")
        self.assertEqual(order.credit_release_ids.state, "requested")
        self.start_tour("/odoo/credit-releases", "sales_crm_credit_approve", login="tour_controller")
        self.start_tour(url, "sales_crm_credit_confirm", login="tour_manager")
        self.assertEqual((order.state, order.credit_release_ids.state), ("sale", "used"))
