from odoo import api, fields, models
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

    @api.depends("activity_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.activity_ids)

    @api.depends("operation", "user_id", "date", "activity_ids")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = wizard._get_warning()

    def _get_warning(self):
        """:return: what to think of before: hidden clients, full days, False if nothing"""
        activities = self.activity_ids._origin
        if self.operation == "reassign" and self.user_id:
            # sudo: how many are hidden from the receiver is asked, not which
            clients = activities.sudo().client_id
            hidden = self.env["sales.access.rule"]._hidden_from(self.user_id, clients)
            return bool(hidden) and self.env._(
                "%(user)s may not see %(count)s of these clients: next morning their managers get it back. "
                "Let him see them first, by an access rule or a cover.",
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
            result = activities.sales_bulk_reassign(self.user_id.id)
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
