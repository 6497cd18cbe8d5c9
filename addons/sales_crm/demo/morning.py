"""The morning of the day of loading: what was left goes on to it, and its plan is frozen."""

from .part import Part


class Morning(Part):
    """After all of today's activities, before the managers change anything about them."""

    def load(self):
        """Nothing on a day off: the next working day begins with a run of its own."""
        today, managers = self.days.today, self.company.managers
        works = managers._sales_workdays_between(today, 1)
        days = {user.id: today for user in managers if today in works[user.id].days}
        if days:
            morning = self.env["sales.morning"]
            self.env.flush_all()
            morning._carry_batch(days)
            morning._freeze_batch(days)
            self.env.invalidate_all()
