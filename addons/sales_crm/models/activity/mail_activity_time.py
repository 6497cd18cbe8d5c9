from odoo import api, fields, models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    """The due date of an activity and its exact time, which is optional.

    The exact time lies on the due date, in the time zone of the assignee. Whoever gives a time gives the day
    with it; whoever changes the day only, moves the time to the same hour of it, as the carry-over does.

    Moving an activity in time: by a choice in My Day, by a drag in the Work Calendar.
    """

    _inherit = "mail.activity"

    datetime_planned = fields.Datetime(
        "Exact Time",
        help="Optional: when the client expects the call or the visit. It lies on the due date, in the time "
        "zone of the assignee.",
    )

    @api.onchange("datetime_planned")
    def _onchange_datetime_planned(self):
        if self.datetime_planned:
            self.date_deadline = self._local(self.datetime_planned, self._whose_day()).date()

    @api.onchange("date_deadline")
    def _onchange_date_deadline(self):
        if self.datetime_planned and self.date_deadline:
            self.datetime_planned = self._same_hour(self.datetime_planned, self.date_deadline)

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        # sudo: whose zone it is decides a date only
        for activity, values in activities.sudo()._values_that_agree():
            # Nobody has put it off: it was planned for the day of its time
            activity.write({**values, "date_planned": values["date_deadline"]})
        return activities

    def write(self, vals):
        if not {"date_deadline", "datetime_planned", "user_id"} & vals.keys():
            return super().write(vals)
        res = super().write(vals)
        is_day_chosen = "date_deadline" in vals and not vals.get("datetime_planned")
        # sudo: access was checked by super(); whose zone it is decides a date only
        for activity, values in self.sudo()._values_that_agree(is_day_chosen):
            super(MailActivity, activity).write(values)
        return res

    def _values_that_agree(self, is_day_chosen=False):
        """:param bool is_day_chosen: the time goes along with the date; otherwise the date with the time
        :return: list of (activity, values) of the open ones whose time lies on another day than the due date
        """
        found = []
        for activity in self.filtered(lambda activity: activity.active and activity.datetime_planned):
            day = activity._local(activity.datetime_planned, activity._whose_day()).date()
            if day == activity.date_deadline:
                continue
            if is_day_chosen:
                moment = activity._same_hour(activity.datetime_planned, activity.date_deadline)
                found.append((activity, {"datetime_planned": moment}))
            else:
                found.append((activity, {"date_deadline": day}))
        return found

    def _whose_day(self):
        """:return: the user in whose time zone the due date is counted, sudo-ed"""
        self.ensure_one()
        # sudo: the time zone and calendar of a colleague
        return (self.user_id or self.env.user).sudo()

    def _same_hour(self, moment, day):
        """:return: the same hour of the assignee on another day, in UTC"""
        user = self._whose_day()
        return user._sales_moment(day, self._local(moment, user).time())

    def _get_exact_time(self, manager):
        """:param manager: user whose time zone counts
        :return: the exact time, False once the activity has moved to another day without it
        """
        self.ensure_one()
        moment = self.datetime_planned
        return moment if moment and self._local(moment, manager).date() == self.date_deadline else False

    @api.model
    def _local(self, moment, manager):
        return manager._sales_local(moment)

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
            activity.write(activity._prepare_move(activity._whose_day(), date, exact_time))
        return True

    def _prepare_move(self, manager, date, exact_time):
        """:return: values of :meth:`action_move` for one activity"""
        if exact_time:
            date = self._local(exact_time, manager).date()
        if date < manager._sales_today():
            raise UserError(self.env._("An activity can't be moved into the past."))
        if exact_time is None:
            exact_time = self._get_moved_time(manager, date)
        return {"date_deadline": date, "datetime_planned": exact_time}

    def _get_moved_time(self, manager, date):
        """:return: the same hour on another day; False without an exact time"""
        moment = self._get_exact_time(manager)
        if not moment:
            return False
        return manager._sales_moment(date, self._local(moment, manager).time())
