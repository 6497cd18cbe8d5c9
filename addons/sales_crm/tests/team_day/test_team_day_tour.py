from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTeamDayTour(HttpCase):
    """Team Day in a real browser, as a head uses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.today = fields.Date.today()
        cls.head = cls._user("tour_head", "sales_crm.group_head")
        cls.manager = cls._user("tour_manager", "sales_crm.group_manager")
        cls.colleague = cls._user("tour_colleague", "sales_crm.group_manager")
        cls.client = cls.env["res.partner"].create(
            {"name": "Tour client", "is_company": True, "is_client": True, "user_id": cls.manager.id}
        )

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(cls.env, login, groups, name=login, tz="UTC", lang="en_US")

    def _plan(self, summary):
        return (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.client.id,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "summary": summary,
                    "date_deadline": self.today,
                    "user_id": self.manager.id,
                }
            )
        )

    def test_team_day(self):
        done, call, visit, *others = (
            self._plan(summary)
            for summary in ("Done already", "Call about prices", "Visit the shop", "Ask", "Ask again")
        )
        self.env["sales.plan.line"].create(
            [
                {
                    "date": self.today,
                    "user_id": self.manager.id,
                    "activity_id": activity.id,
                    "client_id": self.client.id,
                    "activity_type_id": activity.activity_type_id.id,
                }
                for activity in (done, call, visit, *others)
            ]
        )
        self.env["sales.plan.day"].create(
            [{"user_id": user.id, "date": self.today} for user in self.manager | self.colleague]
        )
        done.with_user(self.manager).action_finish()
        self.start_tour("/odoo/team-day", "sales_crm_team_day", login="tour_head")
        self.assertEqual(call.user_id, self.colleague)
        self.assertEqual(visit.date_deadline, self.today + timedelta(days=1))
        self.assertEqual(visit.datetime_planned.strftime("%H:%M"), "10:45")
        self.assertEqual({activity.cancel_reason for activity in others}, {"The shop is closed"})
        lines = self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(
            sorted(lines.mapped("result")), ["cancelled", "cancelled", "done", "moved", "reassigned"]
        )

    def test_what_a_head_opens_first(self):
        self.start_tour("/odoo", "sales_crm_team_day_first", login="tour_head")
