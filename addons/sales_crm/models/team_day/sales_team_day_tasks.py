from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class SalesTeamDay(models.AbstractModel):
    """Which tasks are in the day of each manager, and what became of them: one statement for all of them."""

    # Beside the day, which is long enough by itself
    _inherit = "sales.team.day"

    @api.model
    def _query_counts(self, tasks):
        """:param SQL tasks: see :meth:`_tasks_sql`
        :return: dict manager id -> list of (task, count), where tasks that are counted alike are one; dict
            manager id -> activity (sudo-ed) that he has done last on the day
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT user_id, status, planned, came_carried, urgent, type_id, COUNT(*),
                       (array_agg(activity_id ORDER BY datetime_done DESC, activity_id DESC)
                        FILTER (WHERE is_done_by_him))[1],
                       MAX(datetime_done) FILTER (WHERE is_done_by_him)
                  FROM (SELECT *, status IN ('done', 'unplanned') AND done_user_id = user_id
                               AS is_done_by_him
                          FROM (%s) task) task
                 GROUP BY 1, 2, 3, 4, 5, 6
                """,
                tasks,
            )
        )
        kinds = self._kinds()
        counts, last = {}, {}
        for user, status, planned, came_carried, urgent, kind, count, done, moment in rows:
            task = {
                "status": status,
                "planned": planned,
                "came_carried": came_carried,
                "urgent": urgent,
                "kind": kinds.get(kind, False),
            }
            counts.setdefault(user, []).append((task, count))
            if done:
                last[user] = max(last.get(user, (moment, done)), (moment, done))
        return counts, self._fetch_activities({user: done for user, (_moment, done) in last.items()})

    @api.model
    def _query_tasks(self, tasks, part, over):
        """:param SQL tasks: see :meth:`_tasks_sql`
        :param str part: a status or a figure
        :param bool over: whether the day is over
        :return: list of dict of the tasks that are counted in ``part``, with ``activity`` and ``manager``
            (sudo-ed)
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT activity_id, user_id, status, planned, came_carried, urgent, type_id FROM (%s) task",
                tasks,
            )
        )
        kinds = self._kinds()
        found = []
        for activity, user, status, planned, came_carried, urgent, kind in rows:
            task = {
                "id": activity,
                "user_id": user,
                "status": status,
                "planned": planned,
                "came_carried": came_carried,
                "urgent": urgent,
                "kind": kinds.get(kind, False),
                "over": over,
            }
            if self._is_in(task, part):
                found.append(task)
        activities = self._fetch_activities({task["id"]: task["id"] for task in found})
        # sudo: as the managers of the day
        users = self.env["res.users"].sudo().browse(sorted({task["user_id"] for task in found}))
        by_id = {user.id: user for user in users}
        return [
            {**task, "activity": activities[task["id"]], "manager": by_id[task["user_id"]]} for task in found
        ]

    @api.model
    def _fetch_activities(self, ids):
        """:param dict ids: key -> activity id
        :return: dict key -> activity, sudo-ed and read together
        """
        # sudo: who may see the day answers for all work with clients
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        activities = Activity.browse(sorted(set(ids.values())))
        activities.fetch(self._task_fields())
        by_id = {activity.id: activity for activity in activities}
        return {key: by_id[activity] for key, activity in ids.items()}

    @api.model
    def _task_fields(self):
        return [
            *("active", "activity_type_id", "cancel_reason", "carry_count", "client_id", "date_deadline"),
            *("datetime_done", "datetime_planned", "done_user_id", "outcome_id", "summary", "user_id"),
        ]

    @api.model
    def _kinds(self):
        """:return: dict type id -> what a head counts it as"""
        # sudo: types have names only
        types = self.env["mail.activity.type"].sudo().with_context(active_test=False).search(Domain.TRUE)
        return {kind.id: kind._sales_kind() for kind in types}

    # ------------------------------------------------------
    # The statement
    # ------------------------------------------------------

    @api.model
    def _tasks_sql(self, managers, date, today):
        """:return: SQL of the tasks: ``activity_id``, ``user_id``, ``status``, ``planned``,
        ``came_carried``, ``urgent``, ``type_id``, ``done_user_id``, ``datetime_done``
        """
        self.env.flush_all()
        parts = {
            "team": self._members_sql(managers, date),
            "date": date,
            "is_over": date < today,
            "opened": self._status_open_sql(date, today),
            "due": SQL("<= %s" if date == today else "= %s", date),
        }
        return SQL(
            """
            WITH team AS MATERIALIZED (%(team)s)
            SELECT line.activity_id, team.user_id, TRUE AS planned,
                   line.origin = 'carried' AS came_carried,
                   -- What somebody makes urgent later does not change a day that is over
                   line.priority = '1' OR (NOT %(is_over)s AND activity.priority = '1') AS urgent,
                   -- Whatever it is called now
                   line.activity_type_id AS type_id, activity.done_user_id, activity.datetime_done,
                   CASE WHEN COALESCE(line.result, 'open') != 'open' THEN line.result
                        -- Of a day that is over it no more matters who has it now
                        WHEN NOT %(is_over)s AND activity.user_id IS DISTINCT FROM team.user_id
                        THEN 'reassigned'
                        ELSE %(opened)s END AS status
              FROM team
              JOIN sales_plan_line line ON line.user_id = team.user_id AND line.date = %(date)s
              JOIN mail_activity activity ON activity.id = line.activity_id
             UNION ALL
            SELECT activity.id, team.user_id, NOT team.is_frozen, COALESCE(activity.carry_count, 0) > 0,
                   activity.priority = '1', activity.activity_type_id, activity.done_user_id,
                   activity.datetime_done, %(opened)s
              FROM team
              JOIN mail_activity activity ON activity.user_id = team.user_id AND activity.active IS TRUE
               AND activity.date_deadline %(due)s AND activity.client_id IS NOT NULL
             WHERE NOT %(is_over)s AND %(beside)s
             UNION ALL
            SELECT activity.id, team.user_id, NOT team.is_frozen, COALESCE(activity.carry_count, 0) > 0,
                   activity.priority = '1', activity.activity_type_id, activity.done_user_id,
                   activity.datetime_done, CASE WHEN team.is_frozen THEN 'unplanned' ELSE 'done' END
              FROM team
              JOIN mail_activity activity ON activity.done_user_id = team.user_id
               AND activity.active IS NOT TRUE AND activity.activity_state_final = 'done'
               AND activity.client_id IS NOT NULL
               AND activity.datetime_done >= %(date)s::date - 1
               AND activity.datetime_done < %(date)s::date + 2
             WHERE CASE WHEN team.is_frozen THEN activity.unplanned_date = %(date)s
                        ELSE (activity.datetime_done AT TIME ZONE 'UTC' AT TIME ZONE team.tz)::date
                             = %(date)s END
               AND %(beside)s
            """,
            **parts,
            beside=SQL(
                """NOT EXISTS (SELECT FROM sales_plan_line line
                                WHERE line.user_id = team.user_id AND line.date = %s
                                  AND line.activity_id = activity.id)""",
                date,
            ),
        )

    @api.model
    def _members_sql(self, managers, date):
        """:return: SQL of ``user_id``, ``tz`` and ``is_frozen``: whether his plan of the day is"""
        return SQL(
            """
            SELECT zone.user_id, zone.tz, frozen.id IS NOT NULL AS is_frozen
              FROM %(zones)s
              LEFT JOIN sales_plan_day frozen ON frozen.user_id = zone.user_id AND frozen.date = %(date)s
             WHERE zone.user_id = ANY(%(users)s)
            """,
            zones=self.env["res.users"]._sales_zones_sql(),
            date=date,
            users=managers.ids,
        )

    @api.model
    def _status_open_sql(self, date, today):
        """:return: SQL of ``late`` or ``open``, of an ``activity`` that is to be done by ``team``"""
        return SQL(
            """
            CASE WHEN %(is_over)s OR activity.date_deadline < %(today)s
                      OR (activity.datetime_planned < %(now)s
                          AND (activity.datetime_planned AT TIME ZONE 'UTC' AT TIME ZONE team.tz)::date
                              = activity.date_deadline)
                 THEN 'late' ELSE 'open' END
            """,
            is_over=date < today,
            today=today,
            now=fields.Datetime.now(),
        )
