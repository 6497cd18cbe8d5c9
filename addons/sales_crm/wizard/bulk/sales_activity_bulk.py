from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class SalesActivityBulk(models.TransientModel):
    """Asks to whom, to which day or why the activities chosen in a list are given, moved or cancelled."""

    _name = "sales.activity.bulk"
    _description = "Many Activities at Once"

    activity_ids = fields.Many2many("mail.activity", string="Activities", required=True)
    operation = fields.Selection(
        [("reassign", "Give to another manager"), ("move", "Move to another day"), ("cancel", "Cancel")],
        required=True,
        default="move",
    )
    count = fields.Integer("Chosen", compute="_compute_count")
    user_id = fields.Many2one(
        "res.users", "To Whom", domain=lambda self: self.env["sales.access.rule"]._domain_manager()
    )
    date = fields.Date("To Which Day", default=lambda self: self.env.company._sales_today())
    reason = fields.Char()
    warning = fields.Char(compute="_compute_warning")
    hidden_client_ids = fields.Many2many(
        "res.partner", string="Clients He Does Not See", compute="_compute_hidden_client_ids"
    )
    hidden_way = fields.Selection(
        [
            ("cover", "He stands in for their managers until"),
            ("handover", "These clients are handed over to him"),
            ("tasks", "Give the activities only: next morning the clients' managers get them back"),
        ],
        "What Becomes of These Clients",
        required=True,
        default="cover",
    )
    cover_until = fields.Date(
        compute="_compute_cover_until", store=True, readonly=False, help="The last day of the cover."
    )

    @api.depends("activity_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.activity_ids)

    @api.depends("operation", "user_id", "activity_ids")
    def _compute_hidden_client_ids(self):
        for wizard in self:
            wizard.hidden_client_ids = wizard._get_hidden_clients()

    def _get_hidden_clients(self):
        """:return: the clients of these activities that the receiver may not see today"""
        if self.operation != "reassign" or not self.user_id:
            return self.env["res.partner"]
        # sudo: which are hidden from the receiver is asked; the head sees them
        clients = self.activity_ids._origin.sudo().client_id.sudo(False)
        return self.env["sales.access.rule"]._hidden_from(self.user_id, clients)

    @api.depends("activity_ids")
    def _compute_cover_until(self):
        """Until the last of these activities is due."""
        for wizard in self:
            # sudo: the days only
            days = wizard.activity_ids._origin.sudo().filtered("active").mapped("date_deadline")
            wizard.cover_until = max([self.env.user.sudo()._sales_today(), *days])

    @api.depends("operation", "user_id", "date", "activity_ids")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = wizard._get_warning()

    def _get_warning(self):
        """:return: what to think of before: hidden clients, full days, False if nothing"""
        activities = self.activity_ids._origin
        hidden = self._get_hidden_clients()
        if hidden:
            return self.env._(
                "%(user)s may not see %(count)s of these clients. Choose below what becomes of them.",
                user=self.user_id.name,
                count=len(hidden),
            )
        if self.operation == "move" and self.date:
            return self._get_full_days_warning(activities)
        return False

    def _get_full_days_warning(self, activities):
        """:return: whose day would hold more than fits into it"""
        # sudo: how full a day is counts what he may not see
        moved = activities.sudo().filtered(lambda a: a.active and a.date_deadline != self.date)
        rooms = moved.user_id._sales_rooms(self.date, self.date)
        over = []
        for user, of_user in moved.grouped("user_id").items():
            room = rooms.get(user.id)
            if room and room.capacity and room.loads[self.date] + len(of_user) > room.capacity:
                over.append(f"{user.name}: {room.loads[self.date] + len(of_user)} / {room.capacity}")
        return bool(over) and self.env._("More than fits into the day: %s", ", ".join(over))

    def action_apply(self):
        """:return: what was done, as a notification; the list is read again"""
        self.ensure_one()
        activities = self.activity_ids
        if self.operation == "reassign":
            if not self.user_id:
                raise UserError(self.env._("Choose the manager who gets the activities."))
            hidden = self._get_hidden_clients()
            if hidden and self.hidden_way == "cover":
                self._cover(hidden)
            result = activities.sales_bulk_reassign(self.user_id.id)
            if hidden and self.hidden_way == "handover":
                return self._open_handover(hidden)
        elif self.operation == "move":
            result = activities.sales_bulk_move(self.date)
        else:
            result = activities.sales_bulk_cancel(self.reason)
        message = self.env._("Done: %(done)s. Left as they were: %(skipped)s.", **result)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if result["done"] else "warning",
                "message": message,
                "next": {"type": "ir.actions.act_window_close", "infos": {"done": True}},
            },
        }

    def _cover(self, clients):
        """The receiver stands in for the managers of ``clients``; the heads' own right says whether he may.

        :raise UserError: a client without a manager, whom nobody can stand in for
        """
        today = self.env.user.sudo()._sales_today()  # sudo: the head's own time zone
        lonely = clients.filtered(lambda client: not client.user_id)
        if lonely:
            raise UserError(
                self.env._(
                    "“%s” has no manager to stand in for. Hand the client over instead.",
                    lonely[0].display_name,
                )
            )
        self.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "user_ids": [Command.set(self.user_id.ids)],
                "manager_ids": [Command.set(clients.user_id.ids)],
                "date_from": today,
                "date_to": self.cover_until,
                "reason": self.env._("Does activities that were given to him"),
            }
        )

    def _open_handover(self, clients):
        """:return: hand-overs of ``clients`` to the receiver, one for each manager, to be looked at"""
        Handover = self.env["sales.handover"]
        for manager, of_manager in clients.grouped("user_id").items():
            if manager:
                Handover |= Handover.create(
                    {
                        "from_user_id": manager.id,
                        "scope": "clients",
                        "client_ids": [Command.set(of_manager.ids)],
                        "distribution": "one",
                        "receiver_id": self.user_id.id,
                        "reason": self.env._("Goes with activities that were given to him"),
                    }
                )
            else:
                of_manager.user_id = self.user_id
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_handover_action")
        if len(Handover) == 1:
            return {**action, "views": [(False, "form")], "res_id": Handover.id}
        return {**action, "domain": [("id", "in", Handover.ids)], "context": {}}
