from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError


class ResUsers(models.Model):
    _inherit = "res.users"

    # ------------------------------------------------------
    # A departure loses nothing
    # ------------------------------------------------------

    def _handover_left(self):
        """:return: dict user -> dict label -> number of what still hangs on him, in any company"""
        Part = self.env["sales.handover.part"]
        left = {}
        for model in Part._handover_parts():
            # sudo: what hangs on the user counts, whoever archives him
            Model = self.env[model].sudo().with_context(active_test=False)
            labels = Model._handover_kinds()
            for user in self:
                for kind in Model._handover_found(user)._handover_kind().values():
                    counts = left.setdefault(user, {})
                    counts[labels[kind]] = counts.get(labels[kind], 0) + 1
        return left

    def _check_nothing_left(self):
        """:raise RedirectWarning: something hangs on one of these users; a head is led to the hand-over
        :raise UserError: the same for others
        """
        for user, counts in self._handover_left().items():
            message = self.env._(
                "%(user)s still has work that would be lost: %(left)s.",
                user=user.name,
                left=", ".join(f"{label}: {count}" for label, count in counts.items()),
            )
            if not self.env.user.has_group("sales_crm.group_head"):
                way = self.env._("Ask a head of sales to hand it over first: CRM → Sales → Hand-Over.")
                sentences = f"{message}\n{way}"
                raise UserError(sentences)
            way = self.env._("Hand it over to others first.")
            sentences = f"{message}\n{way}"
            raise RedirectWarning(
                sentences,
                self.env.ref("sales_crm.sales_handover_action_new").id,
                self.env._("Hand Over"),
                {"default_from_user_id": user.id},
            )

    def action_sales_handover(self):
        """:return: the form of a new hand-over from this user"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_handover_action_new"),
            "context": {"default_from_user_id": self.id},
        }

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._check_nothing_left()
        return super().write(vals)

    def action_archive(self):
        # Core deletes activities before it writes
        self.filtered("active")._check_nothing_left()
        return super().action_archive()

    def unlink(self):
        self._check_nothing_left()
        # Core's foreign key took every activity of the user away, now only those that are no evidence
        activities = self._sales_activities_of()
        (activities - activities._evidence()).unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        with_history = self._sales_activities_of()._evidence()
        if with_history:
            user = (with_history.user_id | with_history.done_user_id) & self
            raise UserError(
                self.env._(
                    "%s has worked with clients, and the history must keep the name. "
                    "Archive the user instead of deleting.",
                    user[:1].name,
                )
            )

    def _sales_activities_of(self):
        """:return: every activity that was or is assigned to these users or closed by them"""
        # sudo: what hangs on the user counts, whoever deletes him
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        return Activity.search(["|", ("user_id", "in", self.ids), ("done_user_id", "in", self.ids)])

    # ------------------------------------------------------
    # Who is told
    # ------------------------------------------------------

    @api.model
    def _sales_heads(self, company=None):
        """:return: the heads of sales who work here, with all rights; if given, only those of ``company``"""
        # sudo: whoever has something told need not know who the heads are
        heads = self.env.ref("sales_crm.group_head").sudo().all_user_ids
        return heads.filtered(
            lambda head: head.active and not head.share and (not company or company in head.company_ids)
        )

    def _sales_superiors(self):
        """:return: who is told of this user's work: the leader of his team, who need not be a head, else
        every head of his company; never himself
        """
        self.ensure_one()
        leaders = self.sale_team_id.user_id.filtered("active") - self
        return leaders or self._sales_heads(self.company_id) - self

    # ------------------------------------------------------
    # Working time
    # ------------------------------------------------------

    def _sales_timezone(self):
        """:return: the user's time zone, else his company's working calendar's, else UTC"""
        self.ensure_one()
        return pytz.timezone(self.tz or self.company_id.resource_calendar_id.tz or "UTC")

    def _sales_resource(self):
        """:return: the resource that carries the user's calendar and leaves, may be empty"""
        self.ensure_one()
        resources = self.resource_ids.filtered("active")
        return (resources.filtered(lambda r: r.company_id == self.company_id) or resources)[:1]

    def _sales_calendar(self):
        """:return: the user's working calendar, else the company's; empty: every day is a workday"""
        self.ensure_one()
        return self._sales_resource().calendar_id or self.company_id.resource_calendar_id

    def _sales_workdays_begun(self, moment=None):
        """Whose working day has begun, and which day it is there.

        Users with the same calendar and time zone are asked for together, so the number of queries
        grows with calendars and time zones, not with users.

        :param datetime moment: in UTC, naive; now, if not given
        :return: dict user -> local date; users who have a day off, a holiday or a leave, or whose
            day has not begun yet, are not in it
        """
        moment = pytz.utc.localize(moment or fields.Datetime.now())
        begun = {}
        groups = {}
        for user in self:
            key = (user._sales_calendar(), user._sales_timezone(), user.company_id)
            groups.setdefault(key, []).append(user)
        for (calendar, timezone, company), users in groups.items():
            now = moment.astimezone(timezone)
            if not calendar:
                begun.update((user, now.date()) for user in users)
                continue
            day_start = timezone.localize(datetime.combine(now.date(), time.min))
            day_end = timezone.localize(datetime.combine(now.date() + timedelta(days=1), time.min))
            resources = self.env["resource.resource"].union(*(u._sales_resource() for u in users))
            leaves = [("time_type", "=", "leave"), ("company_id", "in", [False, company.id])]
            intervals = calendar._work_intervals_batch(
                day_start, day_end, resources=resources, domain=leaves, tz=timezone
            )
            for user in users:
                work = [start for start, stop, _meta in intervals[user._sales_resource().id] if stop > start]
                if work and min(work) <= now:
                    begun[user] = now.date()
        return begun

    def _action_managers_working_time(self):
        """:return: the list of managers with calendar and time zone, complete and editable"""
        managers = self.env["sales.morning"]._managers()
        managers._sales_create_resources()
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.resource_resource_action_managers")
        action["domain"] = [("user_id", "in", managers.ids)]
        return action

    def _sales_create_resources(self):
        """Those of these users who have none get a resource, which carries working time and days off."""
        missing = self.filtered(lambda user: not user._sales_resource())
        self.env["resource.resource"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": user.company_id.id,
                    "calendar_id": user.company_id.resource_calendar_id.id,
                    "tz": user.tz or user.company_id.resource_calendar_id.tz or "UTC",
                }
                for user in missing
            ]
        )
