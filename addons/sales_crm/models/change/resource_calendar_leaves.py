from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime


class ResourceCalendarLeaves(models.Model):
    """A manager enters his own days off for the days to come, and the heads see it.

    On a day off nothing is carried over and no plan is frozen, so the days of others, those that are over and
    the one that has begun are the head's to change.
    """

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_own_only():
            return super().create(vals_list)
        begins = self._first_free_moment()
        leaves = super().create(vals_list)
        leaves._check_own(dict.fromkeys(leaves.ids), begins)
        return leaves

    def write(self, vals):
        if not self._is_own_only():
            return super().write(vals)
        begins = self._first_free_moment()
        before = self._own_states()
        res = super().write(vals)
        self._check_own(before, begins)
        return res

    def unlink(self):
        if self._is_own_only():
            self.check_access("unlink")
            self._check_removed(self._own_states(), self._first_free_moment())
        return super().unlink()

    @api.model
    def _is_own_only(self):
        """:return: whether the current user is a manager who keeps nobody's working time but his own"""
        if self.env.su:
            return False
        user = self.env.user
        return user.has_group("sales_crm.group_manager") and not any(
            map(user.has_group, ("sales_crm.group_head", "base.group_erp_manager"))
        )

    @api.model
    def _first_free_moment(self):
        """:return: the UTC time from which the current user may change his days off"""
        user = self.env.user.sudo()  # sudo: his own calendar
        today = user._sales_today()
        frozen = self.env["sales.plan.day"].sudo()  # sudo: whether his day has begun
        begun = user._sales_has_hours(
            user._sales_moment(today), fields.Datetime.now()
        ) or frozen.search_count([("user_id", "=", user.id), ("date", ">=", today)], limit=1)
        day = today + timedelta(days=1) if begun else today
        return user._sales_moment(day)

    def _own_states(self):
        """:return: dict leave id -> what it says"""
        # sudo: whose it is doesn't depend on who asks
        return {
            leave.id: (leave.date_from, leave.date_to, leave.resource_id, leave.calendar_id, leave.time_type)
            for leave in self.sudo()
        }

    def _check_own(self, before, begins):
        """:param dict before: leave id -> as in :meth:`_own_states`, None for a new one
        :param begins: see :meth:`_first_free_moment`
        :raise AccessError: days off of others
        :raise UserError: of a day that has begun
        """
        after = self._own_states()
        for _begin, _end, resource, *_rest in after.values():
            if not resource or resource.user_id not in (self.env.user, self.env["res.users"]):
                raise AccessError(
                    self.env._(
                        "You may enter your own days off only. Ask the head of sales for those of others and "
                        "of the company."
                    )
                )
        changed = {leave: (before[leave], state) for leave, state in after.items() if before[leave] != state}
        self._check_to_come(changed, begins)
        self._trace_own(changed)

    @api.model
    def _check_removed(self, states, begins):
        changed = {leave: (state, None) for leave, state in states.items()}
        self._check_to_come(changed, begins)
        self._trace_own(changed)

    @api.model
    def _changed_times(self, old, new):
        """:return: list of (begin, end) in which two states of a leave differ"""
        if not old or not new or old[2:] != new[2:]:
            return [state[:2] for state in (old, new) if state]
        return [(min(times), max(times)) for times in zip(old[:2], new[:2], strict=True)]

    @api.model
    def _check_to_come(self, changed, begins):
        """:raise UserError: working hours of a day that has begun become free, or the other way round"""
        spans = [times for old, new in changed.values() for times in self._changed_times(old, new)]
        user = self.env.user.sudo()  # sudo: his own calendar
        if any(user._sales_has_hours(begin, min(end, begins)) for begin, end in spans):
            raise UserError(
                self.env._(
                    "A day that has begun or is over stays as it was. Enter days off from tomorrow on, or "
                    "ask the head of sales."
                )
            )

    @api.model
    def _trace_own(self, changed):
        """Write down and tell the heads what a manager has changed of his days off.

        :param dict changed: leave id -> state before, after; None: there was or is none
        """
        user = self.env.user.sudo()  # sudo: his own name, and the heads'
        zone = user._sales_timezone().zone

        def text(state):
            if not state:
                return ""
            return " – ".join(
                format_datetime(self.env, moment, tz=zone, dt_format="short") for moment in state[:2]
            )

        vals_list = [
            {"kind": "days_off", "user_id": user.id, "text_from": text(old), "text_to": text(new)}
            for old, new in changed.values()
        ]
        if not vals_list:
            return
        Change = self.env["sales.activity.change"]
        Change._log(vals_list)
        Change._tell(
            user,
            lambda env: env._("%s has changed his days off", user.name),
            "; ".join(f"{vals['text_from'] or '—'} → {vals['text_to'] or '—'}" for vals in vals_list),
        )
