from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import format_date

from ..common import SalesCrmCommon

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


@tagged("post_install", "-at_install")
class TestActivityEvidence(SalesCrmCommon):
    """What was a client's, planned or carried over is never deleted, however it was cut loose before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deal = cls.env["crm.lead"].create(
            {
                "name": "Wheels",
                "type": "opportunity",
                "partner_id": cls.client.id,
                "user_id": cls.manager.id,
                "team_id": cls.team.id,
            }
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Nobody's", "user_id": cls.manager.id})
        cls.free_deal = cls.env["crm.lead"].create(
            {"name": "Unknown", "user_id": cls.manager.id, "team_id": cls.team.id}
        )

    def _mine(self, record, **values):
        return self._plan(record, MONDAY, **values).with_user(self.manager)

    def _check_kept(self, activity, state="cancelled"):
        self.assertTrue(activity.exists())
        self.assertEqual(activity.sudo().activity_state_final, state)
        self.assertFalse(activity.sudo().active)

    def _ways(self):
        return {
            "the cross": lambda activity: activity.unlink(),
            "cancel": lambda activity: activity.action_cancel() and activity.action_cancel_with_reason("No"),
            "with its meeting": lambda activity: activity.unlink_w_meeting(),
            "nested": lambda activity: self.deal.with_user(self.manager).write(
                {"activity_ids": [Command.delete(activity.id)]}
            ),
        }

    def test_customer_cleared_and_put_back(self):
        deal = self.deal.with_user(self.manager)
        for name, delete in self._ways().items():
            with self.subTest(way=name):
                activity = self._mine(self.deal)
                deal.write({"partner_id": False})
                delete(activity)
                deal.write({"partner_id": self.client.id})
                self._check_kept(activity)
                self.assertEqual(activity.client_id, self.client)

    def test_moved_away_and_deleted(self):
        targets = {
            "a stranger": {"res_model_id": self._model("res.partner"), "res_id": self.stranger.id},
            "a deal without a customer": {
                "res_model_id": self._model("crm.lead"),
                "res_id": self.free_deal.id,
            },
            "nothing": {"res_model_id": False, "res_id": False},
        }
        for name, target in targets.items():
            with self.subTest(moved_to=name):
                activity = self._mine(self.client)
                activity.write(target)
                self.assertEqual(activity.sudo().client_id, self.client, "it stays with its client")
                activity.unlink()
                self._check_kept(activity)

    def _model(self, name):
        return self.env["ir.model"]._get_id(name)

    def test_moved_to_a_document_that_is_deleted(self):
        activity = self._mine(self.client)
        activity.write({"res_model_id": self._model("res.partner"), "res_id": self.stranger.id})
        self.stranger.unlink()
        self._check_kept(activity)
        self.assertEqual((activity.sudo().res_model, activity.sudo().res_id), ("res.partner", self.client.id))

    def test_client_is_none_for_a_moment(self):
        activity = self._mine(self.client)
        self.client.is_client = False
        activity.sudo().unlink()
        self.client.is_client = True
        self._check_kept(activity)
        self.assertEqual(activity.sudo().client_id, self.client)

    def test_planned_without_a_client(self):
        """A private to-do that stood in a frozen plan has been counted."""
        todo = self._plan(self.free_deal, MONDAY)
        alone = self._plan(self.free_deal, MONDAY)
        alone.write({"res_model_id": False, "res_id": False})
        late = self._plan(self.free_deal, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self.assertTrue(self.env["sales.plan.line"].search([("activity_id", "=", todo.id)]))
        for activity in (todo, alone):
            activity.with_user(self.manager).unlink()
            self._check_kept(activity)
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(late.carry_count, 1)
        self.free_deal.unlink()
        self._check_kept(late)
        self.assertFalse(late.res_id)
        lines = self.env["sales.plan.line"].search([("activity_id", "in", (todo | alone | late).ids)])
        self.assertEqual(set(lines.mapped("result")), {"cancelled", "carried"})

    def test_what_was_nobodys_goes(self):
        activity = self._mine(self.free_deal)
        activity.unlink()
        self.assertFalse(activity.exists())
        activity = self._mine(self.free_deal)
        activity.action_cancel()
        self.assertFalse(activity.exists())

    def test_cleaning_passes_by(self):
        self.env["ir.config_parameter"].set_param("mail.activity.gc.delete_overdue_years", 3)
        day = fields.Date.today() - timedelta(days=5 * 366)
        activity = self._mine(self.deal)
        activity.sudo().date_deadline = day
        free = self._plan(self.free_deal, day)
        self.deal.with_user(self.manager).write({"partner_id": False})
        self.env["mail.activity"]._gc_delete_old_overdue_activities()
        self.assertTrue(activity.exists().active)
        self.assertFalse(free.exists())

    def test_user_goes(self):
        leaver = new_test_user(self.env, "leaver", "sales_crm.group_manager", tz="UTC", lang="en_US")
        activity = self._plan(self.deal, MONDAY, user=leaver)
        self.deal.partner_id = False
        activity.action_done()
        with self.assertRaisesRegex(UserError, "Archive the user"), self.env.cr.savepoint():
            leaver.unlink()
        leaver.action_archive()
        self._check_kept(activity, "done")

    def test_user_with_a_planned_to_do(self):
        leaver = new_test_user(self.env, "leaver", "sales_crm.group_manager", tz="UTC", lang="en_US")
        self._plan(self.free_deal, MONDAY, user=leaver)
        self._run_morning(f"{MONDAY} 08:30")
        self.env["mail.activity"].search([("user_id", "=", leaver.id)]).action_done()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            leaver.unlink()

    def test_nobody_unsets_the_fact(self):
        activity = self._mine(self.client)
        for user in (self.manager, self.head):
            with self.assertRaises(AccessError):
                activity.with_user(user).write({"is_evidence": False})
        made = (
            self.env["mail.activity"]
            .with_user(self.manager)
            .with_context(default_is_evidence=False)
            .create(
                {
                    "res_model_id": self._model("res.partner"),
                    "res_id": self.client.id,
                    "activity_type_id": self.call.id,
                }
            )
        )
        made.unlink()
        self._check_kept(made)

    def test_another_client_takes_it(self):
        activity = self._mine(self.deal)
        other = self._create_client("Beta", self.manager)
        self.deal.with_user(self.manager).partner_id = other
        self.assertEqual(activity.client_id, other)

    # ------------------------------------------------------
    # Plan lines and logs
    # ------------------------------------------------------

    def test_lines_and_logs_keep_their_texts(self):
        activity = self._mine(self.client, summary="Ask for wheels")
        self._run_morning(f"{MONDAY} 08:30")
        self._run_morning(f"{TUESDAY} 08:30")
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id), ("date", "=", MONDAY)])
        log = self.env["sales.carry.log"].search([("activity_id", "=", activity.id)])
        mail = self.env.ref("mail.mail_activity_data_email")
        activity.write({"summary": "Something else", "activity_type_id": mail.id})
        activity.write({"res_model_id": False, "res_id": False})
        for told in (line, log):
            self.assertEqual(told.display_name, "Ask for wheels")
            self.assertEqual(told.activity_type_id, self.call)
            self.assertEqual(told.client_id, self.client)

    def test_lines_and_logs_outlive_the_activity(self):
        """Also where SQL takes the activity away, as core's foreign keys do."""
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._run_morning(f"{TUESDAY} 08:30")
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id), ("date", "=", MONDAY)])
        log = self.env["sales.carry.log"].search([("activity_id", "=", activity.id)])
        self.env.cr.execute("DELETE FROM mail_activity WHERE id = %s", [activity.id])
        self.env.invalidate_all()
        self.assertTrue(line.exists() and log.exists())
        self.assertEqual((line.display_name, log.display_name), ("Call", "Call"))
        told = self.env["sales.client.history"].search(
            [("client_id", "=", self.client.id), ("kind", "=", "carry")]
        )
        self.assertIn(format_date(told.env, MONDAY), told.summary)
