"""What the managers changed of their plans by hand today, for the list of the heads."""

from .part import Part

MOVED = (2, 1, 0, 1, 0)  # how many activities of today each manager has put off
UNDONE = 1  # index of the manager who ticked a call off by mistake, and took it back


class Changes(Part):
    """Does what the managers would do, as they would do it, so everything that it leaves behind is real."""

    def load(self):
        for number, (manager, moved) in enumerate(zip(self.company.managers, MOVED, strict=True)):
            calls = self._calls_of(manager)
            calls[:moved].action_move(self._next_workday(manager))
            if number == UNDONE:
                self._tick_by_mistake(calls[moved:][-1:])

    def _calls_of(self, manager):
        """:return: calls that ``manager`` has planned for today, in his own hands"""
        calls = self.env["mail.activity"].search(
            [
                ("user_id", "=", manager.id),
                ("client_id", "in", [client.partner.id for client in self.company.clients]),
                ("activity_type_id", "=", self.env.ref("mail.mail_activity_data_call").id),
                ("date_deadline", "=", self.days.today),
                ("datetime_planned", "=", False),
                ("carry_count", "=", 0),
                ("priority", "=", "0"),
            ],
            order="id",
        )
        context = {"lang": self.env.context.get("lang"), "tz": manager.tz}
        return calls.with_env(self.env(user=manager, su=False, context=context))

    def _next_workday(self, manager):
        """:return: the first day after today on which the manager works by his calendar"""
        return manager._sales_next_workday(self.days.today)

    def _tick_by_mistake(self, call):
        """:param call: nothing happens if there is none"""
        if not call:
            return
        outcome = self.env.ref("sales_crm.outcome_no_answer")
        call.action_finish(outcome_id=outcome.id, feedback=self.book["ticked_by_mistake"])
        call.action_sales_reopen()
