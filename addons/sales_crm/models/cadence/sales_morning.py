from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.picked import EVERY, Picked
from ..morning.sales_morning import MORNING_LOCK
from .sales_cadence_client import BACK


class SalesMorning(models.AbstractModel):
    """Regular work comes into the plan: after the carry-over, before the plan is frozen.

    An occurrence is created for the managers whose plan of the day is not frozen yet, so never twice on a
    day, and never on a day off. The client's turn is moved on in the same statement. A plan is frozen only
    when none of the manager's turns is due any more, so a second server does not freeze half of it.
    """

    _inherit = "sales.morning"

    @api.model
    def _steps(self):
        steps = super()._steps()
        at = steps.index(self._carry_over) + 1
        return [*steps[:at], self._create_regular, *steps[at:]]

    @api.model
    def _create_regular(self, workdays):
        """Create what is due in the running cadences.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        days = self._query_not_frozen({user.id: day for user, day in workdays.items()})
        if not days:
            return True
        # sudo: the server's own work, for all companies
        cadences = self.env["sales.cadence"].sudo().search([("state", "in", ["running", "paused"])])
        self._apart("_refresh_cadences_of", self._refresh_cadences_of, cadences)
        due = self._query_regular_turns(days)
        counts = {user: len(turns) for user, turns in due.items()}
        remaining = sum(counts.values())
        time_left = self._commit(0, remaining)
        for users in self._pack(counts):
            batch = {user: days[user] for user in users}
            # Each batch looks at its own turns only, not at all that are due
            picked = Picked([turn for user in users for turn in due[user]])
            while time_left:
                handled = self._retry(self._regular_batch, batch, picked)
                remaining = max(remaining - handled, 0)
                time_left = self._commit(handled, remaining)
                if handled < self._batch_size:
                    break
        return bool(time_left)

    @api.model
    def _freeze_batch(self, days, picked=EVERY):
        ready = {user: days[user] for user in days.keys() - self._regular_users(days)}
        return super()._freeze_batch(ready, picked)

    @api.model
    def _origin_sql(self):
        return SQL(
            "CASE WHEN activity.cadence_id IS NOT NULL THEN 'cadence' ELSE %s END", super()._origin_sql()
        )

    # ------------------------------------------------------
    # The cadences themselves
    # ------------------------------------------------------

    @api.model
    def _refresh_cadences_of(self, cadences):
        """One or all of them; what is done is committed before another one can fail.

        :return: True
        """
        self._retry(self._refresh_cadences, cadences)
        self._commit(0, 0)
        return True

    @api.model
    def _refresh_cadences(self, cadences):
        """Begin and end what its dates say; take in who fulfils a condition since yesterday."""
        for cadence in cadences:
            today = cadence.company_id._sales_today()
            if cadence.date_to and cadence.date_to < today:
                cadence.state = "ended"
            elif cadence.state == "paused" and cadence.paused_until and cadence.paused_until < today:
                cadence.state = "running"
        cadences.filtered_domain(
            Domain("state", "=", "running") & Domain("scope", "=", "domain")
        )._refresh_members()

    # ------------------------------------------------------
    # What is due
    # ------------------------------------------------------

    @api.model
    def _regular_sql(self):
        """:return: SQL to join with ``plan``: the turns that are due and don't wait for an open activity"""
        return SQL(
            """
            sales_cadence_client turn
            JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
            JOIN res_partner client ON client.id = turn.client_id
            JOIN plan ON plan.owner_id = CASE WHEN cadence.assign_to = 'user' THEN cadence.user_id
                                              ELSE client.user_id END
                     AND (plan.user_id = plan.owner_id OR client.user_id = plan.owner_id)
            WHERE turn.active IS TRUE AND turn.date_next <= plan.day
              AND cadence.state IN ('running', 'paused') AND cadence.active IS TRUE
              AND (cadence.paused_until < plan.day
                   OR cadence.paused_until IS NULL AND cadence.state = 'running')
              AND cadence.date_from <= plan.day
              AND (cadence.date_to IS NULL OR cadence.date_to >= plan.day)
              AND client.active IS TRUE AND client.is_client IS TRUE
              AND NOT EXISTS (SELECT FROM mail_activity opened
                               WHERE opened.cadence_id = turn.cadence_id
                                 AND opened.client_id = turn.client_id AND opened.active IS TRUE)
            """
        )

    @api.model
    def _query_regular_turns(self, days, condition=None):
        """:param SQL condition: on the ``turn``
        :return: dict user id -> list of ids of the turns that are due
        """
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    WITH plan AS MATERIALIZED (SELECT owner_id, user_id, day FROM %s)
                    SELECT plan.user_id, array_agg(turn.id) FROM %s AND %s
                     GROUP BY plan.user_id ORDER BY plan.user_id
                    """,
                    self._regular_plan_sql(days),
                    self._regular_sql(),
                    condition or SQL("TRUE"),
                )
            )
        )

    @api.model
    def _regular_users(self, days):
        """:return: set of ids of the users who have turns that are still to be handled"""
        not_apart = self._not_apart_sql("_create_regular", "sales.cadence.client", SQL("turn.id"))
        return set(self._query_regular_turns(days, not_apart)) if days else set()

    # ------------------------------------------------------
    # A batch
    # ------------------------------------------------------

    @api.model
    def _regular_batch(self, days, picked=EVERY):
        """Handle up to a batch of these managers' turns: create the activity, or move the turn on.

        A manager whose plan another server is working on is passed by.

        :param dict days: user id -> day
        :param Picked picked: which of the turns
        :return: how many turns were handled
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH plan AS MATERIALIZED (
                    SELECT owner_id, user_id, day FROM %(plan)s
                     WHERE pg_try_advisory_xact_lock(%(lock)s, user_id)
                )
                SELECT turn.id, turn.cadence_id, plan.user_id, plan.day, turn.date_anchor, turn.date_due,
                       (SELECT COALESCE(%(done_day)s, done.date_done)
                          FROM mail_activity done
                          JOIN %(zones)s ON zone.user_id = plan.user_id
                         WHERE done.id = turn.activity_id AND done.active IS NOT TRUE),
                       %(anyway)s
                  FROM %(due)s AND %(picked)s
                 ORDER BY plan.user_id, cadence.priority DESC, turn.date_due, turn.id
                 LIMIT %(limit)s
                   FOR UPDATE OF turn
                """,
                plan=self._regular_plan_sql(days),
                lock=MORNING_LOCK,
                due=self._regular_sql(),
                done_day=self.env["res.users"]._sales_day_sql(SQL("done.datetime_done")),
                zones=self.env["res.users"]._sales_zones_sql(),
                anyway=self.env["sales.cadence"]._done_anyway_sql(),
                picked=picked.sql(SQL("turn.id")),
                limit=self._batch_size,
            )
        )
        if rows:
            created, moved = self._place_turns(rows)
            self._write_turns(moved)
            self._create_turns(created)
            self.env.invalidate_all(flush=False)
        return len(rows)

    @api.model
    def _place_turns(self, rows):
        """:param rows: as :meth:`_regular_batch` reads them
        :return: list of (turn, user, day, next due date) to create; list of (turn, due date, day) to wait
        """
        # sudo: the server's own work
        env = self.sudo().env
        cadences = env["sales.cadence"].browse({row[1] for row in rows})
        users = env["res.users"].browse(sorted({row[2] for row in rows}))
        paused = {cadence.id: cadence.paused_until for cadence in cadences}
        rhythms = {cadence.id: cadence._rhythm() for cadence in cadences}
        first = min(row[3] for row in rows)
        reach = int(2 * max(rhythm.reach() for rhythm in rhythms.values()))
        workdays = users._sales_served_workdays(first - timedelta(days=BACK + reach), 2 * (BACK + reach) + 62)
        rooms = users._sales_rooms(first)
        # Reserved for what waits already; counted only once a day is full
        reserved = set()
        created, moved = [], []
        for turn, cadence, user, day, anchor, due, closed, anyway in rows:
            rhythm, of_user = rhythms[cadence], workdays[user]
            turn_due = rhythm.following(anchor, closed, of_user) if closed else due
            if anyway and anyway > (closed or date.min):
                turn_due = rhythm.done_early(anchor, turn_due, anyway, of_user)
            until = paused[cadence]
            if until and turn_due <= until:
                turn_due = rhythm.resumed(anchor, turn_due, until, of_user)
            if turn_due > day:
                moved.append((turn, turn_due, turn_due))
            elif rooms[user].has(day):
                rooms[user].take(day)
                created.append((turn, user, day, rhythm.following(anchor, day, of_user)))
            else:
                if user not in reserved:
                    reserved.add(user)
                    self._reserve(rooms[user], user, day)
                later = rooms[user].find(of_user.after(day, 1), of_user)
                moved.append((turn, turn_due, rooms[user].take(later)))
        return created, moved

    @api.model
    def _reserve(self, room, user, day):
        """Count the turns of later days into ``room``: they will need their place."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT turn.date_next, COUNT(*)
                  FROM sales_cadence_client turn
                  JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
                  JOIN res_partner client ON client.id = turn.client_id
                 WHERE turn.active IS TRUE AND turn.date_next > %(day)s
                   AND cadence.state = 'running' AND cadence.active IS TRUE
                   AND client.active IS TRUE
                   AND CASE WHEN cadence.assign_to = 'user' THEN cadence.user_id
                            ELSE client.user_id END = %(user)s
                   AND NOT EXISTS (SELECT FROM mail_activity opened
                                    WHERE opened.cadence_id = turn.cadence_id
                                      AND opened.client_id = turn.client_id AND opened.active IS TRUE)
                 GROUP BY turn.date_next
                """,
                user=user,
                day=day,
            )
        )
        for next_day, count in rows:
            room.loads[next_day] += count

    @api.model
    def _write_turns(self, moved):
        """:param moved: list of (turn, due date, day on which it is created)"""
        if not moved:
            return
        turns, dues, nexts = map(list, zip(*moved, strict=True))
        self.env.execute_query(
            SQL(
                """
                UPDATE sales_cadence_client turn
                   SET date_due = moved.due, date_next = moved.next, activity_id = NULL
                  FROM unnest(%s::int[], %s::date[], %s::date[]) AS moved(id, due, next)
                 WHERE turn.id = moved.id
                RETURNING turn.id
                """,
                turns,
                dues,
                nexts,
            )
        )

    @api.model
    def _create_turns(self, created):
        """:param created: list of (turn, user, day, next due date)"""
        if not created:
            return
        turns, users, days, nexts = map(list, zip(*created, strict=True))
        Activity = self.env["mail.activity"]
        source = SQL(
            """
            (SELECT made.activity_id AS id, turn.client_id, made.user_id, made.day,
                    (made.day + cadence.hour::time) AT TIME ZONE zone.tz AT TIME ZONE 'UTC' AS moment,
                    cadence.activity_type_id, cadence.summary, cadence.note, cadence.priority,
                    cadence.id AS cadence_id
               FROM made
               JOIN sales_cadence_client turn ON turn.id = made.turn_id
               JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
               JOIN %s ON zone.user_id = made.user_id) plan
            """,
            self.env["res.users"]._sales_zones_sql(),
        )
        self.env.execute_query(
            SQL(
                """
                WITH made AS MATERIALIZED (
                    SELECT *, nextval('mail_activity_id_seq')::int AS activity_id
                      FROM unnest(%(turns)s::int[], %(users)s::int[], %(days)s::date[],
                                  %(nexts)s::date[]) AS made(turn_id, user_id, day, next)
                ), created AS (
                    %(insert)s
                ), turned AS (
                    UPDATE sales_cadence_client turn
                       SET activity_id = made.activity_id, date_last = made.day, date_due = made.next,
                           date_next = made.next, write_uid = %(uid)s, write_date = %(now)s
                      FROM made
                     WHERE turn.id = made.turn_id
                )
                %(next_steps)s
                RETURNING client.id
                """,
                turns=turns,
                users=users,
                days=days,
                nexts=nexts,
                insert=Activity._insert_planned_sql(source),
                next_steps=Activity._planned_next_steps_sql(SQL("created")),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
