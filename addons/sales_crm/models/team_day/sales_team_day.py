from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
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
        :raise AccessError: the user is neither a head of sales nor the leader of a team
        :raise UserError: an unknown part
        """
        self._check_may_see()
        if part and part not in {*STATUSES, *FIGURES}:
            raise UserError(self.env._("There are no such tasks in Team Day: %s.", part))
        # sudo: the head's own time zone
        today = self.env.user.sudo()._sales_today()
        date = fields.Date.to_date(date) or today
        if period == "week":
            return self._get_week(date, today)
        managers = self._managers(date, today)
        frozen = self._frozen(managers, date)
        counts, last = self._query_counts(self._tasks_sql(managers, date, today))
        hours = self._hours_left(managers, date, today)
        absent = self._absent(managers, date, today, hours)
        over = date < today
        listed = managers.filtered(lambda manager: manager.id == user_id) if user_id else managers
        rows = self._query_tasks(self._tasks_sql(listed, date, today), part, over) if part else []
        shown = self._clients_shown([*last.values(), *(row["activity"] for row in rows)])
        lines = [
            {
                "id": manager.id,
                "name": manager.name,
                "frozen": manager.id in frozen,
                "absent": absent.get(manager, False),
                "hours": hours.get(manager, False),
                "last": self._prepare_last_done(last.get(manager.id), manager, shown),
                **self._count(counts.get(manager.id, []), over),
            }
            for manager in managers
        ]
        return {
            "date": fields.Date.to_string(date),
            "today": fields.Date.to_string(today),
            "managers": lines,
            "total": self._count([task for of_user in counts.values() for task in of_user], over),
            "period": "day",
            "dates": self.env.user.sudo()._sales_quick_dates(today),
            "tasks": part and self._get_rows(rows, shown),
            "is_head": self._is_head(),
        }

    # ------------------------------------------------------
    # Who sees whom
    # ------------------------------------------------------

    @api.model
    def _is_head(self):
        return self.env.user.has_group("sales_crm.group_head")

    @api.model
    def _may_see(self):
        """:return: whether the user is a head of sales, or a manager who leads a team"""
        return self._is_head() or (
            self.env.user.has_group("sales_crm.group_manager")
            and self.env.uid in self.env["crm.team"]._leader_ids()
        )

    @api.model
    def _check_may_see(self):
        if not self._may_see():
            raise AccessError(
                self.env._(
                    "Team Day is for the heads of sales and the leaders of teams. Your own work is in My Day."
                )
            )

    @api.model
    def _managers(self, date, today):
        """:return: those whose day the user sees, by name, sudo-ed: a head's all managers of his companies, a
        leader's those in his teams, who may be he himself
        """
        managers = self._managers_of_companies(date, today)
        if not self._is_head():
            managers &= self.env["crm.team"]._members_led_by(self.env.user)
        return managers.sorted(lambda user: ((user.name or "").lower(), user.id))

    @api.model
    def _managers_of_companies(self, date, today):
        """:return: the managers of the user's companies, sudo-ed, without the heads unless there is nobody
        else. On a day that is over whoever had a plan is what he was then: also if he has left since, or
        become a head, or a manager
        """
        # sudo: who is in the group is no secret, the groups themselves are
        users = self.env["sales.morning"].sudo()._managers()
        users = users.filtered(self._works_here)
        managers = users.filtered(lambda user: not user._has_group("sales_crm.group_head")) or users
        then, heads = self._roles_then(date)
        managers |= then.filtered(self._works_here)
        return ((managers - heads) or managers) if date < today else managers

    @api.model
    def _works_here(self, user):
        """:return: whether the user may work in one of the chosen companies. Which of his companies is the
        main one he chooses himself: it doesn't take him off his head's screen
        """
        return bool(user.company_ids & self.env.companies)

    @api.model
    def _clients_shown(self, activities):
        """:return: set of the ids of those clients of these that the user may be told of"""
        # sudo: whose they are; whom the user may not see is taken out
        clients = self.env["res.partner"].sudo().union(*(activity.client_id for activity in activities))
        if self._is_head():
            return set(clients.ids)
        hidden = self.env["sales.access.rule"]._hidden_from(self.env.user, clients)
        return set(clients.ids) - set(hidden.ids)

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
    # How far they are
    # ------------------------------------------------------

    @api.model
    def _frozen(self, managers, date):
        """:return: set of the ids of the managers whose plan of the day is frozen"""
        # sudo: whether a day has begun is no secret to who sees it
        days = (
            self.env["sales.plan.day"].sudo().search([("user_id", "in", managers.ids), ("date", "=", date)])
        )
        return set(days.user_id.ids)

    @api.model
    def _absent(self, managers, date, today, left):
        """:param dict left: manager -> hours that are left of his day
        :return: dict manager -> why he is not at work on the head's today: ``leave``, ``off`` on another
        day off, ``ahead`` where his day is to begin, ``over`` where it has ended
        """
        if date != today:
            return {}
        # sudo: when somebody works is no secret to his head
        managers = managers.sudo()
        begun = managers._sales_workdays_begun()
        works = managers._sales_workdays(date, date)
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
    def _prepare_last_done(self, activity, manager, shown):
        """:return: dict of the last task that he has done on the day: ``time``, ``type``, ``client``; False
        without one
        """
        if not activity:
            return False
        return {
            "time": activity._local(activity.datetime_done, manager).strftime("%H:%M"),
            "type": activity.activity_type_id.name or "",
            "icon": activity.activity_type_id.icon or "fa-tasks",
            "client": (activity.client_id.name or "") if activity.client_id.id in shown else "",
        }

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
            return status in ("done", "unplanned") and part == task["kind"]
        if part == "late" and task["over"]:
            return status in ("late", "done_late")
        return status == part

    @api.model
    def _count(self, counts, over=False):
        """:param counts: list of (task, number of those that are like it)
        :param bool over: whether the day is over
        :return: dict ``figures``: number of tasks by figure, ``bar``: number by status, ``share``: what
            was done of the planned, in percent, None if nothing was planned
        """
        figures, bar = dict.fromkeys(FIGURES, 0), dict.fromkeys(STATUSES, 0)
        for task, count in counts:
            bar[task["status"]] += count
            for part in FIGURES:
                if self._is_in({**task, "over": over}, part):
                    figures[part] += count
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
    def _get_rows(self, tasks, shown):
        """:return: list of dict of the tasks asked for, what needs attention first"""
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
        rows = [self._prepare_row(task, shown) for task in tasks]
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
    def _prepare_row(self, task, shown):
        activity, manager = task["activity"], task["manager"]
        kind, client = activity.activity_type_id, activity.client_id
        if client.id not in shown:
            client = client.browse()
        moment = activity.datetime_done or activity._get_exact_time(manager)
        return {
            "id": activity.id,
            "key": f"{activity.id}-{manager.id}",
            "user": {"id": manager.id, "name": manager.name or ""},
            "status": task["status"],
            "urgent": task["urgent"],
            "planned": task["planned"],
            # What can be reassigned, moved or cancelled from here
            "selectable": bool(
                self._is_head() and activity.active and client and activity.user_id == manager
            ),
            "type": {"name": kind.name or "", "icon": kind.icon or "fa-tasks"},
            "client": {"id": client.id, "name": client.name or ""} if client else False,
            # What is about no client is the manager's own business
            "summary": (activity.summary or "") if client else "",
            "time": activity._local(moment, manager).strftime("%H:%M") if moment else "",
            "date_deadline": fields.Date.to_string(activity.date_deadline),
            "carry_count": activity.carry_count,
            "result": (activity.cancel_reason or activity.outcome_id.name or "") if client else "",
            "now_with": (activity.user_id.name or "") if activity.user_id != manager else "",
        }
