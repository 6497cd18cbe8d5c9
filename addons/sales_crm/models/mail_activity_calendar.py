from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    """Moving an activity in time: by a choice in My Day, by a drag in the Work Calendar."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    plan_client_id = fields.Many2one(
        "res.partner",
        "Client to Plan For",
        store=False,
        domain=[("is_client", "=", True)],
        help="Chosen in the form of a new activity; the activity is about this client's card.",
    )

    @api.onchange("plan_client_id")
    def _onchange_plan_client_id(self):
        if self.plan_client_id:
            self.res_id = self.plan_client_id.id

    @api.onchange("activity_type_id")
    def _onchange_activity_type_id(self):
        """The day, hour and manager that were chosen before the form opened outweigh the type's."""
        res = super()._onchange_activity_type_id()
        for name in ("date_deadline", "user_id"):
            chosen = self.env.context.get(f"default_{name}")
            if chosen and not self._origin:
                self[name] = chosen
        return res

    @api.model
    def _sales_calendar_action(self):
        """:return: the Work Calendar: a manager begins with his own work, a head with everybody's"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_crm.mail_activity_action_calendar_window"
        )
        # The address stays that of the server action, which asks for the user's groups again
        action["path"] = "work-calendar"
        if not self.env.user.has_group("sales_crm.group_head"):
            action["context"] = {
                "default_res_model": "res.partner",
                "search_default_filter_user_id_uid": 1,
            }
        return action

    def _get_exact_time(self, manager):
        """:param manager: user whose time zone counts
        :return: the exact time, False once the activity has moved to another day without it
        """
        self.ensure_one()
        moment = self.datetime_planned
        return moment if moment and self._local(moment, manager).date() == self.date_deadline else False

    @api.model
    def _local(self, moment, manager):
        return pytz.utc.localize(moment).astimezone(manager._sales_timezone())

    def action_move(self, date, exact_time=None):
        """Move open activities to another day.

        :param date: the new due date, ignored if there is an exact time
        :param exact_time: a UTC time; False takes the exact time away; not given: the hour stays
            what it was, on the new day
        :raise UserError: into the past, or an activity that is closed
        """
        date = fields.Date.to_date(date)
        exact_time = fields.Datetime.to_datetime(exact_time) if exact_time else exact_time
        for activity in self:
            # sudo: the manager's time zone and calendar
            manager = (activity.user_id or self.env.user).sudo()
            activity.write(activity._prepare_move(manager, date, exact_time))
        return True

    def _prepare_move(self, manager, date, exact_time):
        """:return: values of :meth:`action_move` for one activity"""
        if exact_time:
            date = self._local(exact_time, manager).date()
        if date < self._local(fields.Datetime.now(), manager).date():
            raise UserError(self.env._("An activity can't be moved into the past."))
        if exact_time is None:
            exact_time = self._get_moved_time(manager, date)
        return {"date_deadline": date, "datetime_planned": exact_time}

    def _get_moved_time(self, manager, date):
        """:return: the same hour on another day; False without an exact time"""
        moment = self._get_exact_time(manager)
        if not moment:
            return False
        moved = datetime.combine(date, self._local(moment, manager).time())
        return manager._sales_timezone().localize(moved).astimezone(pytz.utc).replace(tzinfo=None)
