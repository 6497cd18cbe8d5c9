import json

from odoo.tests import new_test_user, tagged

from .common import MORNING, TODAY, ReminderCommon


@tagged("post_install", "-at_install")
class TestReminderPush(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("mail.web_push_vapid_public_key", "public")
        cls.env["ir.config_parameter"].sudo().set_param("mail.web_push_vapid_private_key", "private")
        cls.device = cls._device(cls.manager)

    @classmethod
    def _device(cls, user):
        """A browser in which the user has allowed notifications."""
        values = {"partner_id": user.partner_id.id, "endpoint": f"https://x/{user.login}", "keys": "{}"}
        return cls.env["mail.push.device"].create(values)

    def _pushed(self, moment=MORNING, run=None):
        """:return: list of (login, payload) that were queued at the moment"""
        Push = self.env["mail.push"]
        before = Push.search([])
        with self._at(moment):
            (run or self._run_push)()
        new = Push.search([], order="id") - before
        users = self.env["res.users"].search([])
        return [
            (
                users.filtered(lambda u, p=push: u.partner_id == p.mail_push_device_id.partner_id).login,
                payload,
            )
            for push in new
            for payload in [json.loads(push.payload)]
        ]

    def _run_push(self):
        """The cron's work without its commits."""
        Push = self.env["sales.reminder.push"]
        for user in Push._users_due():
            Push._push_due(user)

    def test_once_before_the_exact_time(self):
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00", summary="Ring")
        self._plan(self.client, TODAY, user=self.head, datetime_planned=f"{TODAY} 10:00:00")
        self.assertFalse(self._pushed(f"{TODAY} 09:49"))
        [(login, payload)] = self._pushed(f"{TODAY} 09:50")
        self.assertEqual(login, "manager_a")
        self.assertEqual(payload["title"], "10:00 · Alpha")
        self.assertEqual(payload["options"]["body"], "Ring")
        self.assertEqual(payload["options"]["data"], {"model": "./res.partner", "res_id": self.client.id})
        self.assertFalse(self._pushed(f"{TODAY} 09:51"))
        with self._at(f"{TODAY} 09:52"):
            self.assertFalse(self.env["sales.reminder.push"]._users_due(), "Nobody is asked again")

    def test_answered_in_the_browser_is_not_pushed(self):
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        [reminder] = self._reminders()["reminders"]
        self._answer(reminder["key"], moment=f"{TODAY} 09:50")
        with self._at(f"{TODAY} 09:51"):
            self.assertFalse(self.env["sales.reminder.push"]._users_due())

    def test_only_urgent_ones_for_who_wants_it_so(self):
        self.manager.sales_reminder_minutes = 0
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        self.assertFalse(self._pushed(f"{TODAY} 10:00"))
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00", priority="1")
        self.assertEqual(len(self._pushed(f"{TODAY} 10:00")), 1)

    def test_what_was_put_off_comes_again_and_what_was_answered_goes_from_the_phone(self):
        self._plan(self.client, TODAY, priority="1")
        [reminder] = self._reminders()["reminders"]
        self.assertFalse(self._pushed(), "Told with the plan of the day")
        self._answer(reminder["key"], later="quarter")
        self.assertFalse(self._pushed(f"{TODAY} 08:44"))
        [(_login, payload)] = self._pushed(f"{TODAY} 08:45")
        self.assertTrue(payload["options"]["requireInteraction"])
        self.assertFalse(self._pushed(f"{TODAY} 08:46"))
        with self._at(f"{TODAY} 08:47"):
            self.assertFalse(self.env["sales.reminder.push"]._users_due(), "Nobody is asked again")
        [(_login, gone)] = self._pushed(run=lambda: self._answer(reminder["key"]))
        self.assertEqual(gone["options"]["data"], {"type": "CANCEL"})
        self.assertEqual(gone["options"]["tag"], payload["options"]["tag"])

    def test_who_covers_gets_it_and_who_is_away_does_not(self):
        self._device(self.colleague)
        self._cover()
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        self.assertEqual([login for login, _payload in self._pushed(f"{TODAY} 09:55")], ["manager_b"])

    def test_the_day_is_told_once_when_it_begins(self):
        self._plan(self.client, TODAY, priority="1")
        self._plan(self.client, TODAY)
        pushed = self._pushed(run=lambda: self._run_morning(f"{TODAY} 07:50"))
        self.assertFalse(pushed)
        [(login, payload)] = self._pushed(run=lambda: self._run_morning(MORNING))
        self.assertEqual(login, "manager_a")
        self.assertEqual(payload["options"]["body"], "To do: 2, urgent: 1")
        self.assertFalse(self._pushed(run=lambda: self._run_morning(f"{TODAY} 08:40")))

    def test_without_cores_keys_nothing_is_sent_and_nothing_fails(self):
        self.env["ir.config_parameter"].sudo().set_param("mail.web_push_vapid_public_key", False)
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        self.assertFalse(self._pushed(f"{TODAY} 09:55"))
        self.assertFalse(self._pushed(run=lambda: self._run_morning(MORNING)))

    def test_nobody_who_is_not_in_sales(self):
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        self._device(stranger)
        self._plan(self.client, TODAY, user=stranger, datetime_planned=f"{TODAY} 10:00:00")
        self.assertFalse(self._pushed(f"{TODAY} 09:55"))
