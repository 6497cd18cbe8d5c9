from odoo import Command

from ..common import SalesCrmCommon

TODAY = "2026-11-23"  # a Monday
TOMORROW = "2026-11-24"
MORNING = f"{TODAY} 08:30"  # the working day begins at 8


class ReminderCommon(SalesCrmCommon):
    def _reminders(self, user=None, moment=MORNING):
        with self._at(moment):
            return self.env["sales.reminder"].with_user(user or self.manager).get_reminders()

    def _shown(self, user=None, moment=MORNING):
        reminders = self._reminders(user, moment)["reminders"]
        return [(reminder["activity_id"], reminder["at"]) for reminder in reminders]

    def _answer(self, key, user=None, moment=MORNING, **kwargs):
        with self._at(moment):
            self.env["sales.reminder"].with_user(user or self.manager).answer(key, **kwargs)

    def _cover(self):
        """The colleague stands in for the manager, today and tomorrow."""
        return self.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "manager_ids": [Command.set(self.manager.ids)],
                "user_ids": [Command.set(self.colleague.ids)],
                "date_from": TODAY,
                "date_to": TOMORROW,
                "reason": "Holiday",
            }
        )
