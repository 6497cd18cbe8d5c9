from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class MailActivity(models.Model):
    """Who moves or lends open work leaves a trace, and the plan of the day doesn't get better by it.

    What was put away before a plan was frozen and is back afterwards stands in that plan.
    """

    _inherit = "mail.activity"

    @api.model
    def _change_fields(self):
        """:return: fields that decide in whose plan of which day an activity stands"""
        return {"calendar_event_id", "date_deadline", "datetime_planned", "user_id"}

    def write(self, vals):
        if self.env.su or not self._change_fields() & vals.keys():
            return super().write(vals)
        before = self._before_change()
        res = super().write(vals)
        self._log_changes(before)
        return res

    def _write_by_hand(self, vals):
        """Write as the user who is at work, also where his right to it was checked by another rule."""
        if not self.env.su or self.env.uid == SUPERUSER_ID:
            return self.write(vals)
        before = self._before_change()
        res = self.write(vals)
        self._log_changes(before)
        return res

    def _before_change(self):
        """:return: dict activity (sudo-ed) -> its assignee, due date and meeting; the open ones of clients"""
        # sudo: what it was before, whoever changes it
        opened = self.sudo().filtered(lambda activity: activity.active and activity.client_id)
        return {
            activity: (activity.user_id, activity.date_deadline, activity.calendar_event_id)
            for activity in opened
        }

    @api.model
    def _log_changes(self, before):
        """:param dict before: activity (sudo-ed) -> assignee, due date and meeting before the change
        :raise UserError: an activity would be nobody's
        """
        vals_list, changed = [], self.browse().sudo()
        for activity, (user, day, event) in before.items():
            values = {
                "activity_id": activity.id,
                "activity_name": activity.display_name,
                "client_id": activity.client_id.id,
                "user_id": user.id,
                "user_to_id": activity.user_id.id,
                "date_from": day,
                "date_to": activity.date_deadline,
            }
            if user and not activity.user_id:
                raise UserError(
                    self.env._(
                        "“%s” would be nobody's work. Choose who does it, or cancel it with a reason.",
                        activity.display_name,
                    )
                )
            if user != activity.user_id:
                vals_list.append({**values, "kind": "assigned"})
            elif day != activity.date_deadline:
                vals_list.append({**values, "kind": "moved"})
            if event != activity.calendar_event_id:
                vals_list.append(
                    {
                        **values,
                        "kind": "meeting",
                        "text_from": event.display_name,
                        "text_to": activity.calendar_event_id.display_name,
                    }
                )
            if user != activity.user_id or day != activity.date_deadline:
                changed |= activity
        if vals_list:
            self.env["sales.activity.change"]._log(vals_list)
            changed._stand_in_plan_again()

    def _stand_in_plan_again(self):
        """Whatever of these was put away from a plan before it was frozen, and is back, stands in it."""
        for user, activities in self.filtered("user_id").grouped("user_id").items():
            # sudo: whether a day is frozen doesn't depend on who asks
            days = self.env["sales.plan.day"].sudo().search([("user_id", "=", user.id)], limit=2)
            frozen, previous = days[:1], days[1:]
            if not frozen or frozen.date < self._local(fields.Datetime.now(), user).date():
                continue  # the next plan is still to be frozen
            due = activities.filtered(lambda activity, day=frozen.date: activity.date_deadline <= day)
            Line = self.env["sales.plan.line"].sudo()  # sudo: as the morning run
            lines = Line.search(
                [("user_id", "=", user.id), ("date", "=", frozen.date), ("activity_id", "in", due.ids)]
            )
            back = (due - lines.activity_id)._put_away(user, frozen, previous)
            Line.create([activity._prepare_plan_line(frozen) for activity in back])

    def _put_away(self, user, frozen, previous):
        """:param frozen: the plan of the day
        :param previous: the plan of the day before it, may be empty
        :return: those that were in the hands of ``user`` for the day, and were put away in between by
            somebody who isn't a head, or by himself
        """
        domain = (
            Domain("activity_id", "in", self.ids)
            & Domain("kind", "in", ["assigned", "moved"])
            & Domain("user_id", "=", user.id)
            & Domain("date_from", "<=", frozen.date)
        )
        if previous:
            domain &= Domain("moment", ">=", previous.create_date)
        # sudo: the trace is the heads' to read; here it only decides
        changes = self.env["sales.activity.change"].sudo().search(domain)
        return changes.filtered(
            lambda change: (
                change.create_uid == user or not change.create_uid._has_group("sales_crm.group_head")
            )
        ).activity_id

    def _prepare_plan_line(self, frozen):
        """:return: values of the line of this activity in a plan that was frozen without it"""
        self.ensure_one()
        return {
            "date": frozen.date,
            "user_id": frozen.user_id.id,
            "activity_id": self.id,
            "client_id": self.client_id.id,
            "activity_type_id": self.activity_type_id.id,
            "priority": self.priority,
            "origin": "cadence" if self.cadence_id else "planned",
        }
