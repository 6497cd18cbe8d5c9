from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

OFFERED = 50  # clients that are planned in one pass
SEARCHED = 60  # days in which room is looked for
END_OF_DAY = 1  # hours of work that are left when the day comes to its end


class SalesMyDay(models.AbstractModel):
    """At the end of his day a manager sees which clients have no next step, and plans them in one pass."""

    _inherit = "sales.my.day"

    @api.model
    def get_day(self, user_id=False, date=False):
        """:return: dict, also with ``tomorrow``, see :meth:`_get_tomorrow`"""
        day = super().get_day(user_id, date)
        return {**day, "tomorrow": self._get_tomorrow(self._get_manager(user_id), day)}

    @api.model
    def _get_tomorrow(self, manager, day):
        """:return: False, but for one's own day that comes to its end; then dict of ``date`` (the next
        working day), ``planned`` (how much is planned for it), ``clients`` (how many have no next step),
        ``type_id`` (a call, if there is such a type)
        """
        is_own = manager.id == self.env.uid and day["date"] == day["today"]
        if not is_own or not self._is_end_of_day(manager, day):
            return False
        date = manager._sales_next_workday()
        planned = self.env["mail.activity"].search_count(
            [("user_id", "=", manager.id), ("date_deadline", "=", date)]
        )
        clients = self.env["res.partner"].search_count(self._domain_clients_to_plan())
        if planned and not clients:
            return False
        kind = self.env["mail.activity.type"].search(
            Domain(self._domain_types_of_clients()) & Domain("category", "=", "phonecall"), limit=1
        )
        return {
            "date": fields.Date.to_string(date),
            "planned": planned,
            "clients": clients,
            "type_id": kind.id,
        }

    @api.model
    def _is_end_of_day(self, manager, day):
        """:return: whether the last hour of work has begun, or all of the day's work is done"""
        left = manager._sales_hours_left()[manager]
        is_over = left is not False and left <= END_OF_DAY
        return is_over or bool(day["figures"]["total"] and not day["rows"])

    # ------------------------------------------------------
    # In one pass
    # ------------------------------------------------------

    @api.model
    def _domain_clients_to_plan(self):
        """:return: Domain of the user's own clients for whom nothing is planned"""
        Partner = self.env["res.partner"]
        own = Domain([("is_client", "=", True), ("parent_id", "=", False), ("user_id", "=", self.env.uid)])
        return own & Partner._domain_no_next_step()

    @api.model
    def get_clients_to_plan(self):
        """The user's own clients without a next step, by class, the longest silent ones first.

        :return: list of dict; ``date`` is the next working day with room for one more
        """
        Partner = self.env["res.partner"]
        order = "client_class, last_contact_date, id"
        clients = Partner.search(self._domain_clients_to_plan(), order=order, limit=OFFERED)
        dates = self._get_days_with_room(len(clients))
        return [
            {
                "id": client.id,
                "name": client.name or "",
                "city": client.city or "",
                "client_class": client.client_class or "",
                "last_contact_date": fields.Date.to_string(client.last_contact_date) or False,
                "date": fields.Date.to_string(date),
            }
            for client, date in zip(clients, dates, strict=True)
        ]

    @api.model
    def _get_days_with_room(self, count):
        """:return: list of so many working days of the user from tomorrow on, none fuller than it may be; the
        next one where all are full
        """
        user = self.env.user
        first = user._sales_next_workday()
        workdays = user._sales_workdays_between(first, SEARCHED)[user.id]
        room = user._sales_rooms(first)[user.id]
        days = []
        for _number in range(count):
            day = next((day for day in workdays.days if room.has(day)), first)
            days.append(room.take(day))
        return days

    @api.model
    def plan_next_steps(self, steps):
        """Plan the next step of many clients at once, all or none. Who has got one meanwhile is left alone.

        :param list steps: dict of ``client_id``, ``date``, ``activity_type_id``, ``summary``
        :return: int, how many were planned
        :raise UserError: too many, a day in the past, a client who is gone, a type that isn't used any more
        """
        if len(steps) > OFFERED:
            raise UserError(self.env._("Plan %s clients at most in one pass.", OFFERED))
        clients = self.env["res.partner"].browse({int(step["client_id"]) for step in steps}).exists()
        idle = clients.filtered_domain(self._domain_clients_to_plan())
        types = self.env["mail.activity.type"].search(self._domain_types_of_clients())
        vals_list = []
        for step in steps:
            client = clients.filtered(lambda one, step=step: one.id == int(step["client_id"]))
            values = self._prepare_next_step(client, step, types)
            if client in idle:
                vals_list.append(values)
                # Named twice, he is planned once
                idle -= client
        self.env["mail.activity"].create(vals_list)
        return len(vals_list)

    @api.model
    def _domain_types_of_clients(self):
        """:return: Domain of the types of activities that can be planned on a client's card"""
        return [("category", "!=", "upload_file"), ("res_model", "in", [False, "res.partner"])]

    @api.model
    def _prepare_next_step(self, client, step, types):
        """:return: values of the activity
        :raise UserError: see :meth:`plan_next_steps`
        """
        if not client:
            raise UserError(self.env._("One of the clients isn't there any more. Open the list again."))
        kind = types.filtered(lambda one: one.id == step["activity_type_id"])
        if not kind:
            raise UserError(
                self.env._("%s: this type of activity isn't used any more. Choose another one.", client.name)
            )
        day = fields.Date.to_date(step["date"])
        if not day or day < self.env.user._sales_today():
            raise UserError(self.env._("%s: choose today or a later day.", client.name))
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": client.id,
            "activity_type_id": kind.id,
            "date_deadline": day,
            "summary": (step.get("summary") or "").strip() or False,
            "user_id": self.env.uid,
        }
