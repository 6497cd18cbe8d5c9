import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.picked import EVERY

_logger = logging.getLogger(__name__)

# First key of the advisory locks that keep two servers off the same manager's plan
MORNING_LOCK = 0x5A1E5


class SalesMorning(models.AbstractModel):
    """The morning of every manager: carry over what was not done, then freeze the day's plan.

    The run is repeated all day long and does for each manager what his own working day asks for:
    it begins when his calendar says so, in his time zone. Every step is one SQL statement for a
    batch of managers in a transaction of its own. So a kill loses one batch at most, a repetition
    finds nothing to do, and a server that was down for days makes one jump to today.
    """

    _name = "sales.morning"
    _description = "Morning Run"
    _inherit = "sales.batch.step"

    _batch_size = 5000  # activities in one transaction

    @api.model
    def _run(self):
        """Cron. Carry over and freeze for the managers whose working day has begun."""
        self.env.flush_all()
        workdays = self._workdays()
        for step in self._steps():
            if not self._apart(step.__name__, step, workdays):
                _logger.info("Out of time, the rest follows in the next run")
                self._commit(0, 1)  # which core starts at once
                break

    @api.model
    def _steps(self):
        """:return: the steps in their order; each takes dict user -> day, and says if it finished"""
        return [self._carry_over, self._freeze_plans]

    @api.model
    def _managers(self):
        """:return: the active users whose day is planned here"""
        group = self.env.ref("sales_crm.group_manager")
        return group.all_user_ids.filtered(lambda user: user.active and not user.share)

    @api.model
    def _workdays(self):
        """:return: dict user -> the day that has begun for him"""
        workdays = {}
        self._apart(
            "_workdays",
            lambda users: workdays.update(users._sales_workdays_begun()) or True,
            self._managers(),
        )
        return workdays

    # ------------------------------------------------------
    # Carry-over
    # ------------------------------------------------------

    @api.model
    def _carry_over(self, workdays):
        """Move the open activities of earlier days to the manager's day, or cancel the expired.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        days = {user.id: day for user, day in workdays.items()}
        due = self._query_due_counts(days)
        remaining = sum(due.values())
        if not remaining:
            return True
        time_left = self._commit(0, remaining)
        for users in self._pack(due):
            batch = {user: days[user] for user in users}
            while time_left:
                moved = self._retry(self._carry_batch, batch)
                remaining = max(remaining - moved, 0)
                time_left = self._commit(moved, remaining)
                if moved < self._batch_size:
                    break
        return bool(time_left)

    @api.model
    def _query_due_counts(self, days):
        """:return: dict user id -> number of activities to carry or to expire, largest day first"""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT activity.user_id, COUNT(*)
                      FROM %(plan)s JOIN %(due)s
                     GROUP BY activity.user_id
                     ORDER BY activity.user_id
                    """,
                    plan=self._plan_sql(days),
                    due=self._due_sql(),
                )
            )
        )

    @api.model
    def _plan_sql(self, days):
        return SQL(
            "unnest(%s::int[], %s::date[]) AS plan(user_id, day)",
            list(days),
            list(days.values()),
        )

    @api.model
    def _worked_sql(self, days):
        """:return: SQL of a FROM item ``worked``: the last working day of each user before his day"""
        users = self.env["res.users"].browse(days)
        worked = users._sales_previous_workdays({user: days[user.id] for user in users})
        return SQL(
            "unnest(%s::int[], %s::date[]) AS worked(user_id, day)",
            list(days),
            [worked[user] or None for user in users],
        )

    @api.model
    def _due_sql(self):
        """:return: SQL to join open activities of days before ``plan.day`` that do not stay there.
        A meeting stays on its day: its calendar event says when it is.
        """
        return SQL(
            """
            mail_activity activity
                ON activity.user_id = plan.user_id AND activity.date_deadline < plan.day
                   AND activity.active IS TRUE AND activity.calendar_event_id IS NULL
            LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
            WHERE COALESCE(type.carry_policy, 'carry') != 'leave'
            """
        )

    @api.model
    def _pack(self, due):
        """:return: lists of users whose activities together make one batch, where they can"""
        batches, size = [[]], 0
        for user, count in due.items():
            if batches[-1] and size + count > self._batch_size:
                batches.append([])
                size = 0
            batches[-1].append(user)
            size += count
        return batches

    @api.model
    def _carry_batch(self, days, picked=EVERY):
        """Carry over up to a batch of these managers' activities, in one statement.

        A manager whose plan another server is working on is passed by. Carried over counts what was
        open on a working day of his own; what falls on a day off moves to the next working day as planned.

        :param dict days: user id -> day
        :param Picked picked: which of the activities
        :return: how many activities were moved or cancelled
        """
        self.env.flush_all()
        [(count, stubborn)] = self.env.execute_query(
            SQL(
                """
                WITH plan AS MATERIALIZED (
                    SELECT plan.user_id, plan.day, worked.day AS worked, zone.tz
                      FROM %(plan)s
                      JOIN %(worked)s ON worked.user_id = plan.user_id
                      JOIN %(zones)s ON zone.user_id = plan.user_id
                     WHERE pg_try_advisory_xact_lock(%(lock)s, plan.user_id)
                ), found AS MATERIALIZED (
                    SELECT activity.id, activity.client_id, activity.user_id, activity.activity_type_id,
                           activity.summary, activity.date_deadline AS date_from, plan.day AS date_to,
                           COALESCE(type.carry_policy, 'carry') AS wanted,
                           -- Set back by hand after it was carried to this day: once a day is enough
                           NOT EXISTS (SELECT FROM sales_carry_log log
                                        WHERE log.activity_id = activity.id
                                          AND log.date_to = plan.day) AS is_first,
                           -- A working day is one that was frozen as such, whatever it is called now
                           COALESCE(activity.date_deadline <= plan.worked, FALSE) OR EXISTS (
                               SELECT FROM sales_plan_day begun
                                WHERE begun.user_id = activity.user_id AND begun.date < plan.day
                                  AND begun.date >= activity.date_deadline) AS counted,
                           -- The exact time goes along, at the same hour of his
                           (plan.day + (activity.datetime_planned AT TIME ZONE 'UTC'
                                        AT TIME ZONE plan.tz)::time)
                               AT TIME ZONE plan.tz AT TIME ZONE 'UTC' AS exact_time,
                           COALESCE(activity.carry_count, 0) AS carried
                      FROM plan JOIN %(due)s AND %(picked)s
                     LIMIT %(limit)s
                       FOR UPDATE OF activity
                ), due AS MATERIALIZED (
                    -- What fell on days off isn't late, so it doesn't expire either
                    SELECT *, CASE WHEN counted THEN wanted ELSE 'carry' END AS policy FROM found
                ), carried AS (
                    UPDATE mail_activity activity
                       SET date_deadline = due.date_to,
                           datetime_planned = due.exact_time,
                           carry_count = due.carried + (due.is_first AND due.counted)::int,
                           write_uid = %(uid)s, write_date = %(now)s
                      FROM due
                     WHERE activity.id = due.id AND due.policy = 'carry'
                ), logged AS (
                    INSERT INTO sales_carry_log (activity_id, client_id, user_id, activity_type_id,
                                                 summary, date_from, date_to, counted, create_uid,
                                                 create_date, write_uid, write_date)
                    SELECT id, client_id, user_id, activity_type_id, summary, date_from, date_to,
                           counted, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM due WHERE policy = 'carry' AND is_first
                        ON CONFLICT (activity_id, date_to) DO NOTHING
                ), expired AS (
                    UPDATE mail_activity activity
                       SET active = FALSE, activity_state_final = 'cancelled',
                           cancel_reason = %(reason)s, done_user_id = %(uid)s,
                           datetime_done = %(now)s, date_done = %(now)s::date,
                           write_uid = %(uid)s, write_date = %(now)s
                      FROM due
                     WHERE activity.id = due.id AND due.policy = 'expire'
                ), fact AS (
                    UPDATE sales_plan_line line
                       SET result = CASE due.policy WHEN 'carry' THEN 'carried' ELSE 'cancelled' END
                      FROM due
                     WHERE line.activity_id = due.id AND line.result = 'open'
                       -- What was set back on the day of its plan expires in that plan as well
                       AND line.date >= due.date_from
                       AND (due.policy = 'expire' OR line.date < due.date_to)
                ), next_step AS (
                    SELECT activity.client_id,
                           MIN(CASE WHEN due.id IS NULL THEN activity.date_deadline
                                    WHEN due.policy = 'carry' THEN due.date_to END) AS date
                      FROM mail_activity activity
                      LEFT JOIN due ON due.id = activity.id
                     WHERE activity.active IS TRUE
                       AND activity.client_id IN (SELECT client_id FROM due)
                     GROUP BY activity.client_id
                ), clients AS (
                    UPDATE res_partner client SET next_step_date = next_step.date
                      FROM next_step
                     WHERE client.id = next_step.client_id
                       AND client.next_step_date IS DISTINCT FROM next_step.date
                )
                SELECT COUNT(*),
                       array_agg(due.id) FILTER (
                           WHERE due.policy = 'carry' AND due.is_first AND due.counted
                             AND due.carried + 1 = company.sales_carry_escalation)
                  FROM due
                  JOIN res_users manager ON manager.id = due.user_id
                  JOIN res_company company ON company.id = manager.company_id
                """,
                plan=self._plan_sql(days),
                worked=self._worked_sql(days),
                zones=self.env["res.users"]._sales_zones_sql(),
                lock=MORNING_LOCK,
                due=self._due_sql(),
                picked=picked.sql(SQL("activity.id")),
                limit=self._batch_size,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                reason=self.env._("Not done on its day"),
            )
        )
        self.env.invalidate_all(flush=False)
        if stubborn:
            self._tell_heads(self.env["mail.activity"].browse(stubborn))
        return count

    @api.model
    def _tell_heads(self, activities):
        """One message per manager to the heads about activities that are carried again and again."""
        for manager, repeated in activities.grouped("user_id").items():
            for head, stubborn in self._heads_told(manager, repeated).items():
                env_head = self.with_context(lang=head.lang)
                env_head.env["mail.thread"].message_notify(
                    partner_ids=head.partner_id.ids,
                    subject=env_head.env._(
                        "%(manager)s: %(count)s activities carried over %(times)s times",
                        manager=manager.name,
                        count=len(stubborn),
                        times=stubborn[0].carry_count,
                    ),
                    body=stubborn.with_env(env_head.env)._carried_again_body(),
                )

    @api.model
    def _heads_told(self, manager, activities):
        """:return: dict head -> those of ``activities`` that he is told of: a leader who is no head himself
        hears of clients that he may see, the heads of the others
        """
        Access = self.env["sales.access.rule"]
        told = {}
        for head in manager._sales_superiors():
            hidden = Access._hidden_from(head, activities.client_id)
            told[head] = activities.filtered(lambda activity, hidden=hidden: activity.client_id not in hidden)
        untold = activities - activities.browse().union(*told.values())
        for head in manager._sales_heads(manager.company_id) - manager if untold else ():
            told[head] = told.get(head, untold) | untold
        return {head: heard for head, heard in told.items() if heard}

    # ------------------------------------------------------
    # The frozen plan
    # ------------------------------------------------------

    @api.model
    def _freeze_plans(self, workdays):
        """Write down the day's plan of each manager, once. Not before his carry-over is complete.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        days = self._query_not_frozen({user.id: day for user, day in workdays.items()})
        users = list(days)
        time_left = float("inf")
        for start in range(0, len(users), 100):
            batch = {user: days[user] for user in users[start : start + 100]}
            frozen = self._retry(self._freeze_batch, batch)
            time_left = self._commit(frozen, 0)
            if not time_left:
                break
        return bool(time_left)

    @api.model
    def _query_not_frozen(self, days):
        """:return: those of dict user id -> day whose plan of the day is not frozen yet"""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT plan.user_id, plan.day FROM %s
                     WHERE NOT EXISTS (SELECT FROM sales_plan_day frozen
                                        WHERE frozen.user_id = plan.user_id
                                          AND frozen.date = plan.day)
                    """,
                    self._plan_sql(days),
                )
            )
        )

    @api.model
    def _freeze_batch(self, days, picked=EVERY):
        """:param dict days: user id -> day
        :param Picked picked: which activities get their line
        :return: number of lines written
        """
        frozen = SQL(
            """
                INSERT INTO sales_plan_day (user_id, date, tz, as_manager, create_uid, create_date,
                                            write_uid, write_date)
                SELECT plan.user_id, plan.day, zone.tz,
                       NOT EXISTS (SELECT FROM res_groups_users_rel role
                                    WHERE role.uid = plan.user_id AND role.gid = ANY(%(heads)s)),
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM %(plan)s JOIN %(zones)s ON zone.user_id = plan.user_id
                 WHERE NOT EXISTS (SELECT FROM %(due)s)
                ON CONFLICT (user_id, date) DO NOTHING
                RETURNING user_id, date
            """,
            plan=self._plan_sql(days),
            zones=self.env["res.users"]._sales_zones_sql(),
            heads=self._head_groups(),
            due=self._due_of_plan_sql(),
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )
        return len(self._insert_lines(frozen, picked))

    @api.model
    def _insert_lines(self, frozen, picked):
        """:param SQL frozen: of (user_id, date) of the plans
        :return: list of the ids of the activities that have got their line
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH frozen AS (%(frozen)s)
                INSERT INTO sales_plan_line (date, user_id, activity_id, client_id,
                                             activity_type_id, summary, priority, origin, result,
                                             create_uid, create_date, write_uid, write_date)
                SELECT frozen.date, frozen.user_id, activity.id, activity.client_id,
                       activity.activity_type_id, activity.summary, activity.priority,
                       CASE WHEN EXISTS (SELECT FROM sales_carry_log log
                                          WHERE log.activity_id = activity.id
                                            AND log.date_to = frozen.date AND log.counted)
                            THEN 'carried' ELSE %(origin)s END,
                       activity.result,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM frozen
                  JOIN %(zones)s ON zone.user_id = frozen.user_id
                  -- Each half by its own index: one condition with OR reads everybody's day for everyone
                 CROSS JOIN LATERAL (
                    SELECT opened.id, opened.client_id, opened.activity_type_id, opened.summary,
                           opened.priority, opened.cadence_id, 'open' AS result
                      FROM mail_activity opened
                     WHERE opened.user_id = frozen.user_id AND opened.date_deadline = frozen.date
                       AND opened.active IS TRUE
                     UNION ALL
                    SELECT done.id, done.client_id, done.activity_type_id, done.summary,
                           done.priority, done.cadence_id, 'done' AS result
                      FROM mail_activity done
                     WHERE done.user_id = frozen.user_id AND done.date_deadline = frozen.date
                       AND done.date_done BETWEEN frozen.date - 1 AND frozen.date + 1
                       AND done.active IS NOT TRUE AND done.activity_state_final = 'done'
                       AND %(done_day)s = frozen.date
                 ) activity
                 WHERE %(picked)s
                    ON CONFLICT (user_id, date, activity_id) DO NOTHING
                RETURNING activity_id
                """,
                frozen=frozen,
                zones=self.env["res.users"]._sales_zones_sql(),
                done_day=self.env["res.users"]._sales_day_sql(SQL("done.datetime_done")),
                picked=picked.sql(SQL("activity.id")),
                origin=self._origin_sql(),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["sales.plan.line"].invalidate_model()
        return [activity for (activity,) in rows]

    @api.model
    def _head_groups(self):
        """:return: list of the ids of the groups that make a head of sales"""
        group = self.env["ir.model.data"]._xmlid_to_res_id("sales_crm.group_head")
        return [group, *self.env["res.groups"]._get_group_definitions().get_subset_ids([group])]

    @api.model
    def _origin_sql(self):
        """:return: SQL of how an ``activity`` that was not carried over came into the plan"""
        return SQL("'planned'")

    @api.model
    def _due_of_plan_sql(self):
        """:return: SQL of what is still to be carried for the row of ``plan`` outside"""
        return SQL(
            """
            mail_activity activity
            LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
            WHERE activity.user_id = plan.user_id AND activity.date_deadline < plan.day
              AND activity.active IS TRUE AND activity.calendar_event_id IS NULL
              AND COALESCE(type.carry_policy, 'carry') != 'leave'
              AND %s
            """,
            self._not_apart_sql("_carry_over", "mail.activity", SQL("activity.id")),
        )
