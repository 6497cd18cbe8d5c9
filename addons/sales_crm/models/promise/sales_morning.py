from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.picked import EVERY


class SalesMorning(models.AbstractModel):
    """What was promised for yesterday and not kept is broken, and comes into the day's plan as urgent."""

    _inherit = "sales.morning"

    _promise_batch = 500

    @api.model
    def _steps(self):
        steps = super()._steps()
        at = steps.index(self._freeze_plans)
        return [*steps[:at], self._close_promises, self._chase_promises, *steps[at:]]

    # ------------------------------------------------------
    # Past their day
    # ------------------------------------------------------

    @api.model
    def _close_promises(self, workdays):
        """Ask again about every open promise that isn't waited for any more, in each company's time zone.

        :return: False if the time of the cron ran out before the end
        """
        days = self.env["sales.receivable.ledger"]._days()
        past = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("date_last", "<", day)
            for company, day in days.items()
        )
        # sudo: the server's own work, for all companies
        promises = self.env["sales.promise"].sudo().search(Domain("state", "=", "open") & past, order="id")
        return self._apart("_close_promises_of", self._close_promises_of, promises)

    @api.model
    def _close_promises_of(self, promises):
        """:return: False if the time of the cron ran out before the end"""
        time_left = float("inf")
        for start in range(0, len(promises), self._promise_batch):
            batch = promises[start : start + self._promise_batch].ids
            self._retry(self._close_batch, batch)
            time_left = self._commit(len(batch), 0)
            if not time_left:
                break
        return bool(time_left)

    @api.model
    def _close_batch(self, ids):
        # sudo: the run serves everybody
        promises = self.env["sales.promise"].sudo().browse(ids).exists()
        promises._mark_unsettled(promises)

    # ------------------------------------------------------
    # Into the plan
    # ------------------------------------------------------

    @api.model
    def _chase_promises(self, workdays):
        """Plan an urgent activity for each broken promise, one and only one, on the client's card. What
        breaks after the day's plan was frozen comes into the next one.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        days = {user.id: day for user, day in workdays.items()}
        faulty = self._faulty_users("_chase_promises")
        days = {
            **self._query_not_frozen(days),
            # Who couldn't be served before his plan was frozen
            **{user: day for user, day in days.items() if user in faulty},
        }
        time_left = float("inf")
        while days and time_left:
            chased = self._retry(self._chase_batch, days)
            if not chased:
                break
            time_left = self._commit(chased, 0)
        return bool(time_left)

    @api.model
    def _chase_batch(self, days, picked=EVERY):
        """:param dict days: user id -> day
        :param Picked picked: which of the promises
        :return: how many promises got their activity
        """
        self.env.flush_all()
        # Locked until the end: a second server waits, and then finds the activity
        rows = self.env.execute_query(
            SQL(
                """
                SELECT promise.id, plan.user_id, plan.day
                  FROM sales_promise promise
                  JOIN res_partner client ON client.id = promise.client_id
                  LEFT JOIN res_users manager ON manager.id = client.user_id AND manager.active IS TRUE
                  JOIN %(plan)s ON plan.user_id = COALESCE(manager.id, promise.user_id)
                 WHERE promise.state IN ('broken', 'partial') AND promise.chase_activity_id IS NULL
                   AND %(picked)s
                 ORDER BY promise.id
                 LIMIT %(limit)s
                   FOR UPDATE OF promise
                """,
                plan=self._plan_sql(days),
                picked=picked.sql(SQL("promise.id")),
                limit=self._promise_batch,
            )
        )
        # sudo: the server's own work
        promises = self.env["sales.promise"].sudo().browse([promise for promise, _user, _day in rows])
        vals_list = [
            promise._prepare_chase(self.env["res.users"].sudo().browse(user), day)
            for promise, (_id, user, day) in zip(promises, rows, strict=True)
        ]
        Activity = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        for promise, activity in zip(promises, Activity.create(vals_list), strict=True):
            promise.chase_activity_id = activity
        return len(rows)
