from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL, format_time

MAX_LISTED = 20  # exports in one message


class SalesExportDay(models.Model):
    """How many rows a user took out on a day, and whether the heads know that it was too many.

    One row per user and day, so that exports at the same time wait for each other here and exactly
    one of them crosses the limit.
    """

    _name = "sales.export.day"
    _description = "Exports of a Day"
    _order = "date desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    row_count = fields.Integer("Rows", required=True, readonly=True)
    is_told = fields.Boolean("Heads Told", readonly=True)

    _user_date_uniq = models.UniqueIndex("(user_id, date)")

    @api.model
    def _count_pending(self):
        """Before the commit: count what the transaction takes out, tell the heads if it is much."""
        logs = self.env["sales.export.log"]._pending()
        for (user, date), of_day in logs.grouped(lambda log: (log.user_id, log.date)).items():
            day = self._add(user, date, sum(of_day.mapped("row_count")))
            if not day.is_told and day._is_too_much():
                day.is_told = True
                day._tell_heads()

    @api.model
    def _add(self, user, date, row_count):
        """:return: the day's row with ``row_count`` more, sudo-ed and locked"""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_export_day AS day (user_id, date, row_count, create_uid, create_date)
                     VALUES (%(user)s, %(date)s, %(count)s, %(user)s, %(now)s)
                ON CONFLICT (user_id, date)
                  DO UPDATE SET row_count = day.row_count + EXCLUDED.row_count
                  RETURNING id
                """,
                user=user.id,
                date=date,
                count=row_count,
                now=fields.Datetime.now(),
            ),
            log_exceptions=False,  # a collision is repeated, not an error
        )
        [day_id] = self.env.cr.fetchone()
        # sudo: nobody has the right to write here, only what happens does
        day = self.sudo().browse(day_id)
        day.invalidate_recordset(flush=False)
        return day

    def _is_too_much(self):
        limit = self.user_id.company_id.sales_export_day_limit
        return 0 < limit < self.row_count

    # ------------------------------------------------------
    # Telling the heads
    # ------------------------------------------------------

    def _tell_heads(self):
        """One message to each other head of the user's company, and a notice on his open screen."""
        self.ensure_one()
        user = self.user_id
        for head in user._sales_heads(user.company_id) - user:
            # The system tells: its message is neither from nor for who exports
            day = self.with_user(SUPERUSER_ID).with_context(lang=head.lang, tz=head.tz)
            subject = day._message_subject()
            day.env["mail.thread"].message_notify(
                partner_ids=head.partner_id.ids,
                author_id=day.env.ref("base.partner_root").id,
                subject=subject,
                body=day._message_body(),
            )
            head._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": day.env._("Many rows were exported"),
                    "message": subject,
                },
            )

    def _message_subject(self):
        return self.env._(
            "%(user)s exported %(count)s rows in one day (limit: %(limit)s)",
            user=self.user_id.name,
            count=self.row_count,
            limit=self.user_id.company_id.sales_export_day_limit,
        )

    def _message_body(self):
        Log = self.env["sales.export.log"]
        logs = Log.search(Log._domain_of_day(self.user_id, self.date), limit=MAX_LISTED)
        kinds = dict(Log._fields["kind"]._description_selection(self.env))
        lines = [
            self.env._(
                "%(time)s %(what)s, %(kind)s: %(count)s rows",
                time=format_time(self.env, log.create_date, time_format="HH:mm"),
                what=log.model_name,
                kind=kinds[log.kind],
                count=log.row_count,
            )
            for log in logs
        ]
        return Markup('<p>{}</p><ul>{}</ul><p><a href="{}">{}</a></p>').format(
            self._message_subject(),
            Markup().join(Markup("<li>{}</li>").format(line) for line in lines),
            f"{self.get_base_url()}/odoo/exports",
            self.env._("All exports"),
        )
