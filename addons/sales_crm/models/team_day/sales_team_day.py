from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

# Parts of a manager's bar, in its order: each task is in one of them
STATUSES = ("done", "done_late", "unplanned", "open", "late", "carried", "moved", "reassigned", "cancelled")

KINDS = ("calls", "visits", "mails")  # what was done that day, by what it was

FIGURES = (
    *("planned", "done", "late", "left", "urgent", "moved", "carried_in", "carried"),
    *("cancelled", "reassigned", "unplanned", *KINDS),
)


class SalesTeamDay(models.AbstractModel):
    """The day of all managers on one screen, for the head.

    A task is an activity in the day of a manager: one that stood in his frozen plan, one that he has still
    to do, or one that he did beside the plan. Its status is one of :data:`STATUSES`:

    * ``done``: planned, and done on the day; before the plan is frozen, all that was done;
    * ``unplanned``: done on the day without standing in the plan;
    * ``late``: to be done, and its day or its exact time is over; ``open``: to be done, in time;
    * ``moved``: planned, and moved to another day; ``reassigned``: planned, and given to somebody else;
    * ``cancelled``: planned, and cancelled;
    * ``carried`` and ``done_late``: of days that are over: carried over to the next day, done later.
    """

    _name = "sales.team.day"
    _description = "The Day of the Team"

    @api.model
    def get_team_day(self, date=False, user_id=False, part=False, period="day"):
        """Everything that the screen Team Day shows, in a number of queries that does not grow.

        :param date: the day, as a date or a string; the head's today if not given
        :param int user_id: whose tasks are listed; everybody's if not given
        :param str part: which tasks are listed: a status or a figure (:data:`FIGURES`); none if not given
        :param str period: ``day``, or ``week`` for the sums of the week that the day is in, without tasks
        :return: dict, see the code; ``tasks`` is False where no list is asked for
        :raise AccessError: the user is no head of sales
        :raise UserError: an unknown part
        """
        self._check_head()
        if part and part not in {*STATUSES, *FIGURES}:
            raise UserError(self.env._("There are no such tasks in Team Day: %s.", part))
        # sudo: the head's own time zone
        today = self.env.user.sudo()._sales_today()
        date = fields.Date.to_date(date) or today
        if period == "week":
            return self._get_week(date, today)
        managers = self._managers(date, today)
        frozen = self._frozen(managers, date)
        tasks = self._collect(managers, date, today, frozen)
        absent = self._absent(managers, date, today)
        hours = self._hours_left(managers, date, today)
        by_manager = {manager.id: [] for manager in managers}
        for task in tasks:
            by_manager[task["manager"].id].append(task)
        lines = [
            {
                "id": manager.id,
                "name": manager.name,
                "frozen": manager.id in frozen,
                "absent": absent.get(manager, False),
                "hours": hours.get(manager, False),
                "last": self._get_last_done(by_manager[manager.id], manager),
                **self._count(by_manager[manager.id]),
            }
            for manager in managers
        ]
        return {
            "date": fields.Date.to_string(date),
            "today": fields.Date.to_string(today),
            "managers": lines,
            "total": self._count(tasks),
            "period": "day",
            "dates": self.env.user.sudo()._sales_quick_dates(today),
            "tasks": part and self._get_rows(tasks, user_id, part),
        }

    @api.model
    def _check_head(self):
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Team Day is for the heads of sales. Your own work is in My Day."))

    @api.model
    def _managers(self, date, today):
        """:return: the managers of the head's companies by name, sudo-ed, without the heads themselves
        unless there is nobody else. On a day that is over whoever had a plan is what he was then: also if he
        has left since, or become a head, or a manager
        """
        # sudo: who is in the group is no secret, the groups themselves are
        users = self.env["sales.morning"].sudo()._managers()
        users = users.filtered(lambda user: user.company_id in self.env.companies)
        managers = users.filtered(lambda user: not user._has_group("sales_crm.group_head")) or users
        then, heads = self._roles_then(date)
        managers |= then.filtered(lambda user: user.company_id in self.env.companies)
        if date < today:
            managers = (managers - heads) or managers
        return managers.sorted(lambda user: ((user.name or "").lower(), user.id))

    @api.model
    def _roles_then(self, date):
        """:return: who had a plan of that day as a manager, and who as a head; sudo-ed. Where the day doesn't
        say, as in those of earlier versions, he was a manager
        """
        rows = self.env.execute_query(
            SQL("SELECT user_id, as_manager IS FALSE FROM sales_plan_day WHERE date = %s", date)
        )
        # sudo: who had a plan is no secret
        Users = self.env["res.users"].sudo()
        managers = Users.browse(user for user, was_head in rows if not was_head)
        return managers, Users.browse(user for user, was_head in rows if was_head)

    # ------------------------------------------------------
    # The tasks
    # ------------------------------------------------------

    @api.model
    def _frozen(self, managers, date):
        """:return: set of the ids of the managers whose plan of the day is frozen"""
        days = self.env["sales.plan.day"].search([("user_id", "in", managers.ids), ("date", "=", date)])
        return set(days.user_id.ids)

    @api.model
    def _absent(self, managers, date, today):
        """:return: dict manager -> why he is not at work on the head's today: ``leave``, ``off`` on another
        day off, ``ahead`` where his day is to begin, ``over`` where it has ended
        """
        if date != today:
            return {}
        # sudo: when somebody works is no secret to his head
        managers = managers.sudo()
        begun = managers._sales_workdays_begun()
        works = managers._sales_workdays(date, date)
        left = managers._sales_hours_left()
        away = managers._sales_leaves([manager._sales_worker() for manager in managers], date, date)
        absent = {}
        for manager in managers:
            if begun.get(manager) == date:
                if left[manager] == 0:
                    absent[manager] = "over"
            elif date in works[manager]:
                absent[manager] = "ahead"
            else:
                resource = manager._sales_resource()
                absent[manager] = "leave" if resource and away.get(resource) else "off"
        return absent

    @api.model
    def _hours_left(self, managers, date, today):
        """:return: dict manager -> hours of work that are left of his day; False where it is none of his"""
        if date != today:
            return {}
        # sudo: when somebody works is no secret to his head
        return managers.sudo()._sales_hours_left()

    @api.model
    def _get_last_done(self, tasks, manager):
        """:return: dict of the last task that he has done on the day: ``time``, ``type``, ``client``; False
        without one
        """
        done = [
            task["activity"]
            for task in tasks
            if task["status"] in ("done", "unplanned") and task["activity"].done_user_id == manager
        ]
        if not done:
            return False
        last = max(done, key=lambda activity: (activity.datetime_done, activity.id))
        return {
            "time": last._local(last.datetime_done, manager).strftime("%H:%M"),
            "type": last.activity_type_id.name or "",
            "icon": last.activity_type_id.icon or "fa-tasks",
            "client": last.client_id.name or "",
        }

    @api.model
    def _collect(self, managers, date, today, frozen):
        """:return: list of dict, one for each task: ``activity`` and ``manager`` (sudo-ed), ``status``,
        ``planned`` (stood in the plan), ``came_carried``, ``urgent``
        """
        # sudo: the head answers for all work with clients; he sees their rows in the reports as well
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        lines = self.env["sales.plan.line"].search([("date", "=", date), ("user_id", "in", managers.ids)])
        others = Activity.search(self._others_domain(managers, date, today))
        planned = lines.sudo().filtered("activity_id")
        (planned.activity_id | others).fetch(self._task_fields())
        tasks = {}
        for line in planned:
            activity, manager = line.activity_id, line.user_id
            tasks[activity.id, manager.id] = {
                "activity": activity,
                "manager": manager,
                # Whatever it is called now
                "kind": line.activity_type_id,
                "planned": True,
                "came_carried": line.origin == "carried",
                "status": self._status_of_line(line, today),
                # What somebody makes urgent later does not change a day that is over
                "urgent": line.priority == "1" or (date >= today and activity.priority == "1"),
            }
        by_id = {manager.id: manager for manager in managers}
        for activity in others:
            manager = by_id.get((activity.user_id if activity.active else activity.done_user_id).id)
            if not manager or (activity.id, manager.id) in tasks:
                continue
            status = self._status_beside(activity, manager, date, today, frozen)
            if status:
                tasks[activity.id, manager.id] = {
                    "activity": activity,
                    "manager": manager,
                    "kind": activity.activity_type_id,
                    "planned": manager.id not in frozen,
                    "came_carried": activity.carry_count > 0,
                    "status": status,
                    "urgent": activity.priority == "1",
                }
        for task in tasks.values():
            task["over"] = date < today
        return list(tasks.values())

    @api.model
    def _task_fields(self):
        return [
            *("active", "activity_state_final", "activity_type_id", "calendar_event_id", "cancel_reason"),
            *("carry_count", "client_id", "date_deadline", "datetime_done", "datetime_planned"),
            *("done_user_id", "outcome_id", "priority", "summary", "unplanned_date", "user_id"),
        ]

    @api.model
    def _others_domain(self, managers, date, today):
        """:return: Domain of what may be in the day without standing in a plan: what is to be done, and what
        was done on the day
        """
        done = Domain.FALSE
        for _timezone, users in managers.grouped(lambda user: user._sales_timezone().zone).items():
            start, end = users[0]._sales_day_bounds(date)
            done |= (
                Domain("done_user_id", "in", users.ids)
                & Domain("datetime_done", ">=", start)
                & Domain("datetime_done", "<", end)
            )
        done |= Domain("done_user_id", "in", managers.ids) & Domain("unplanned_date", "=", date)
        done &= Domain("active", "=", False) & Domain("activity_state_final", "=", "done")
        if date < today:
            opened = Domain.FALSE
        else:
            # What is late is today's work
            due = Domain("date_deadline", "<=" if date == today else "=", date)
            opened = Domain("active", "=", True) & Domain("user_id", "in", managers.ids) & due
        return Domain("client_id", "!=", False) & (done | opened)

    @api.model
    def _status_of_line(self, line, today):
        if line.result and line.result != "open":
            return line.result
        activity = line.activity_id
        # Of a day that is over it no more matters who has it now
        if activity.user_id != line.user_id and line.date >= today:
            return "reassigned"
        return self._status_open(activity, line.user_id, line.date, today)

    @api.model
    def _status_beside(self, activity, manager, date, today, frozen):
        """:return: status of what stands in no plan; False where it does not belong to the day"""
        if activity.active:
            return self._status_open(activity, manager, date, today)
        if manager.id not in frozen:
            return "done"
        return activity.unplanned_date == date and "unplanned"

    @api.model
    def _status_open(self, activity, manager, date, today):
        moment = activity._get_exact_time(manager)
        over = date < today or activity.date_deadline < today
        return "late" if over or (moment and moment < fields.Datetime.now()) else "open"

    # ------------------------------------------------------
    # Figures
    # ------------------------------------------------------

    @api.model
    def _is_in(self, task, part):
        """:return: whether the task is counted in ``part``, a status or a figure"""
        status = task["status"]
        if part == "planned":
            return task["planned"]
        if part == "carried_in":
            return task["came_carried"]
        if part == "left":
            return status in ("open", "late")
        if part == "urgent":
            return task["urgent"] and status not in ("done", "unplanned", "cancelled", "reassigned")
        if part in KINDS:
            return status in ("done", "unplanned") and part == task["kind"]._sales_kind()
        if part == "late" and task["over"]:
            return status in ("late", "done_late")
        return status == part

    @api.model
    def _count(self, tasks):
        """:return: dict ``figures``: number of tasks by figure, ``bar``: number by status, ``share``: what
        was done of the planned, in percent, None if nothing was planned
        """
        figures = {part: sum(self._is_in(task, part) for task in tasks) for part in FIGURES}
        bar = dict.fromkeys(STATUSES, 0)
        for task in tasks:
            bar[task["status"]] += 1
        planned = figures["planned"]
        return {
            "figures": figures,
            "bar": bar,
            "share": round(100 * figures["done"] / planned) if planned else None,
        }

    # ------------------------------------------------------
    # The list
    # ------------------------------------------------------

    @api.model
    def _get_rows(self, tasks, user_id, part):
        """:return: list of dict of the tasks asked for, what needs attention first"""
        found = [
            task
            for task in tasks
            if (not user_id or task["manager"].id == user_id) and self._is_in(task, part)
        ]
        order = {
            status: number
            for number, status in enumerate(
                (
                    "late",
                    "open",
                    "carried",
                    "moved",
                    "reassigned",
                    "cancelled",
                    "done_late",
                    "unplanned",
                    "done",
                )
            )
        }
        rows = [self._prepare_row(task) for task in found]
        return sorted(
            rows,
            key=lambda row: (
                order[row["status"]],
                not row["urgent"],
                row["user"]["name"].lower(),
                row["time"] or "99",
                row["client"]["name"].lower() if row["client"] else "",
                row["id"],
            ),
        )

    @api.model
    def _prepare_row(self, task):
        activity, manager = task["activity"], task["manager"]
        kind, client = activity.activity_type_id, activity.client_id
        moment = activity.datetime_done or activity._get_exact_time(manager)
        return {
            "id": activity.id,
            "key": f"{activity.id}-{manager.id}",
            "user": {"id": manager.id, "name": manager.name or ""},
            "status": task["status"],
            "urgent": task["urgent"],
            "planned": task["planned"],
            # What can be reassigned, moved or cancelled from here
            "selectable": bool(activity.active and client and activity.user_id == manager),
            "type": {"name": kind.name or "", "icon": kind.icon or "fa-tasks"},
            "client": {"id": client.id, "name": client.name or ""} if client else False,
            # What is about no client is the manager's own business
            "summary": (activity.summary or "") if client else "",
            "time": activity._local(moment, manager).strftime("%H:%M") if moment else "",
            "date_deadline": fields.Date.to_string(activity.date_deadline),
            "carry_count": activity.carry_count,
            "result": activity.cancel_reason or activity.outcome_id.name or "",
            "now_with": (activity.user_id.name or "") if activity.user_id != manager else "",
        }
