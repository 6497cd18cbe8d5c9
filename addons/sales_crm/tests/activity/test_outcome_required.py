from datetime import date

from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon

MONDAY = date(2026, 11, 23)


@tagged("post_install", "-at_install")
class TestOutcomeRequired(SalesCrmCommon):
    """Where the type asks for it, nothing is done without saying what came of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.env.ref("sales_crm.mail_activity_type_visit")
        cls.visit.outcome_required = True
        cls.activity = cls._plan(cls.client, MONDAY, activity_type_id=cls.visit.id, summary="Visit the shop")
        cls.mine = cls.activity.with_user(cls.manager)

    def test_refused_by_any_route(self):
        document = self.client.with_user(self.manager)
        for user in (self.manager, self.head):
            mine = self.activity.with_user(user)
            for call in (
                mine.action_done,
                mine.action_feedback,
                lambda mine=mine: mine.action_feedback(feedback="Agreed"),
                mine.action_done_schedule_next,
                mine.action_feedback_schedule_next,
                mine.action_done_redirect_to_other,
                mine.action_finish,
                lambda mine=mine: mine.action_finish(feedback="Agreed", next_step={"date_deadline": MONDAY}),
                mine.action_archive,
                lambda mine=mine: mine.write({"active": False}),
                lambda mine=mine: mine.web_save({"active": False}, {}),
                lambda: document.activity_feedback(
                    ["sales_crm.mail_activity_type_visit"], only_automated=False
                ),
                lambda: document.write({"activity_ids": [(1, self.activity.id, {"active": False})]}),
            ):
                told = "Visit the shop.*asks for an outcome"
                with self.assertRaisesRegex(RedirectWarning, told), self.cr.savepoint():
                    call()
                self.assertTrue(self.activity.active)

    def test_many_at_once(self):
        call = self._plan(self.client, MONDAY)
        with self.assertRaises(RedirectWarning), self.cr.savepoint():
            (call | self.activity).with_user(self.manager).action_done()
        self.assertTrue(call.active)
        call.with_user(self.manager).action_done()

    def test_with_an_outcome(self):
        self.mine.action_finish(outcome_id=self.outcome.id)
        self.assertEqual(self.activity.activity_state_final, "done")

    def test_outcome_of_a_list(self):
        self.mine.outcome_id = self.outcome
        self.mine.action_done()
        self.assertEqual(self.activity.outcome_id, self.outcome)

    def test_not_taken_away_afterwards(self):
        self.mine.action_finish(outcome_id=self.outcome.id)
        with self.assertRaisesRegex(UserError, "asks for an outcome"), self.cr.savepoint():
            self.mine.outcome_id = False
        self.mine.outcome_id = self.no_answer

    def test_cancelled_without(self):
        self.mine.action_cancel_with_reason("The shop is closed")
        self.assertEqual(self.activity.activity_state_final, "cancelled")

    def test_other_types_as_before(self):
        call = self._plan(self.client, MONDAY).with_user(self.manager)
        call.action_done()
        call.outcome_id = self.outcome
        call.outcome_id = False

    def test_no_outcome_to_choose(self):
        self.env["sales.activity.outcome"].search([]).activity_type_ids = self.call
        self.mine.action_done()

    def test_done_before_it_was_asked_for(self):
        self.visit.outcome_required = False
        self.mine.action_done()
        self.visit.outcome_required = True
        self.mine.summary = "Visited the shop"
        self.mine.write({"active": False})

    def test_the_dialog(self):
        action = {}
        try:
            with self.cr.savepoint():
                self.mine.action_feedback(feedback="Agreed")
        except RedirectWarning as warning:
            action = warning.args[3]
        Wizard = self.env["sales.activity.finish"].with_user(self.manager).with_context(**action)
        with Form(Wizard) as form:
            self.assertEqual(form.feedback, "Agreed")
            form.has_next_step = False
            with self.assertRaisesRegex(AssertionError, "outcome_id"):
                form.save()
            form.outcome_id = self.outcome
        form.record.action_apply()
        self.assertEqual(
            (self.activity.activity_state_final, self.activity.outcome_id), ("done", self.outcome)
        )

    def test_my_day_says_so(self):
        with self._at("2026-11-23 10:00"):
            rows = self.env["sales.my.day"].with_user(self.manager).get_day()["rows"]
        self.assertEqual([row["type"]["outcome_required"] for row in rows], [True])
