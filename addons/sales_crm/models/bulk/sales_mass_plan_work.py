from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_date

BATCH = 1000  # activities in one transaction

TOLD_BATCH = 50  # managers who are told in one transaction


class SalesMassPlan(models.Model):
    """The work: batches of lines, then one message for each manager."""

    _inherit = "sales.mass.plan"

    _batch_cron = "sales_crm.ir_cron_mass_plan"
    _batch_foreground = 200

    @api.model
    def _batch_states(self):
        return ("running",)

    def _batch_user(self):
        return self.run_user_id

    def _batch_stopped_state(self):
        return "preview"

    def _batch_do(self, memory):
        self._check_head()
        return self._batch()

    def _batch(self):
        """:return: number of lines worked on, else of managers told, 0 at the end"""
        count = self._plan_batch()
        if count:
            self._step({"progress_done": self.progress_done + count})
            return count
        told = self._tell_batch()
        if not told:
            self._step({"state": "done", "date_end": fields.Datetime.now()})
        return told

    # ------------------------------------------------------
    # Activities
    # ------------------------------------------------------

    def _plan_batch(self):
        """The client's manager of now gets the activity; without one, or archived meanwhile, nobody does.

        :return: number of lines worked on
        """
        self.env.flush_all()
        # sudo: who is in the group is no secret
        managers = self.env["sales.morning"].sudo()._managers().ids
        Activity = self.env["mail.activity"]
        rows = self.env.execute_query(
            SQL(
                """
                WITH line AS MATERIALIZED (
                    SELECT line.id, line.client_id, line.date AS day,
                           nextval('mail_activity_id_seq')::int AS activity_id,
                           CASE WHEN client.active IS TRUE AND client.is_client IS TRUE
                                 AND receiver.id = ANY(%(managers)s) THEN receiver.id END AS user_id
                      FROM sales_mass_plan_line line
                      JOIN res_partner client ON client.id = line.client_id
                      LEFT JOIN res_users receiver ON receiver.id = COALESCE(%(user)s, client.user_id)
                     WHERE line.mass_plan_id = %(plan)s AND line.state = 'pending'
                     ORDER BY line.id
                     LIMIT %(limit)s
                       FOR UPDATE OF line
                ), created AS (
                    %(insert)s
                ), next_steps AS (
                    %(next_steps)s
                )
                UPDATE sales_mass_plan_line done
                   SET state = CASE WHEN line.user_id IS NULL THEN 'skipped' ELSE 'done' END,
                       user_id = line.user_id,
                       activity_id = CASE WHEN line.user_id IS NOT NULL THEN line.activity_id END
                  FROM line
                 WHERE done.id = line.id
                RETURNING done.id
                """,
                managers=managers,
                user=self.user_id.id if self.assign_to == "user" else None,
                plan=self.id,
                limit=BATCH,
                insert=Activity._insert_planned_sql(self._planned_source_sql()),
                next_steps=Activity._planned_next_steps_sql(SQL("created")),
            )
        )
        self.env.invalidate_all(flush=False)
        return len(rows)

    def _planned_source_sql(self):
        return SQL(
            """
            (SELECT line.activity_id AS id, line.client_id, line.user_id, line.day,
                    NULL::timestamp AS moment, %(type)s AS activity_type_id,
                    %(summary)s AS summary, %(note)s::text AS note, %(priority)s AS priority,
                    NULL::int AS cadence_id
               FROM line WHERE line.user_id IS NOT NULL) plan
            """,
            type=self.activity_type_id.id,
            summary=self.summary,
            note=self.note or None,
            priority=self.priority,
        )

    # ------------------------------------------------------
    # One message for each manager
    # ------------------------------------------------------

    def _tell_batch(self):
        """:return: number of managers told, once each"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT user_id, COUNT(*), MIN(date), MAX(date)
                  FROM sales_mass_plan_line
                 WHERE mass_plan_id = %s AND state = 'done' AND is_told IS NOT TRUE
                 GROUP BY user_id ORDER BY user_id LIMIT %s
                """,
                self.id,
                TOLD_BATCH,
            )
        )
        for user, count, first, last in rows:
            # sudo: the language and time zone of whom is told
            self._tell(self.env["res.users"].browse(user).sudo(), count, first, last)
        if rows:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE sales_mass_plan_line SET is_told = TRUE
                     WHERE mass_plan_id = %s AND state = 'done' AND user_id = ANY(%s)
                    RETURNING id
                    """,
                    self.id,
                    [row[0] for row in rows],
                )
            )
        return len(rows)

    def _tell(self, user, count, first, last):
        """:param user: sudo-ed: his language; nobody is told what he did himself"""
        if user.id == self.env.uid:
            return
        env = self.with_context(lang=user.lang or self.env.lang).env
        days = format_date(env, first)
        if last != first:
            days = f"{days} – {format_date(env, last)}"
        env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=env._(
                "%(head)s has planned %(count)s activities for you: %(summary)s",
                head=env.user.name,
                count=count,
                summary=self.summary,
            ),
            body=Markup("<p>%s</p>") % env._("They are due on %s.", days),
        )
