import logging
from itertools import islice

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class SalesMorning(models.AbstractModel):
    """One person's fault is set apart: it is logged, the heads are told, all others are served.

    What fails for many is done again for each half of them, until who can't be served stands alone. He is
    served by the next run once the cause is mended.
    """

    _inherit = "sales.morning"

    @api.model
    def _run(self):
        res = super()._run()
        self._retry(self._tell_faults)
        return res

    # ------------------------------------------------------
    # Apart
    # ------------------------------------------------------

    @api.model
    def _apart(self, step, work, items):
        """Do ``work`` on ``items``, or on as many of them as it can be done on.

        :param str step: what is done, for the fault
        :param work: function of ``items`` or of a part of them, which commits what it has done, finds nothing
            to do when it is repeated, and returns False if the time of the cron ran out
        :param items: dict with users as keys, or a recordset
        :return: False if the time of the cron ran out before the end
        """
        parts = [items]
        while parts:
            part = parts.pop()
            try:
                in_time = work(part)
                self._mend(step, part)
                self.env.flush_all()
            except Exception as error:  # whatever one person's data leads to
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if len(part) > 1:
                    parts += self._halves(part)
                    continue
                if not self._serve_but_broken(step, part):
                    self._set_apart(step, part, error)
                in_time = self._commit(0, 0)
            if not in_time:
                return False
        return True

    @api.model
    def _halves(self, items):
        """:return: list of the second and the first half of a dict or a recordset"""
        middle = len(items) // 2
        if isinstance(items, dict):
            pairs = iter(items.items())
            first = dict(islice(pairs, middle))
            return [dict(pairs), first]
        return [items[middle:], items[:middle]]

    @api.model
    def _set_apart(self, step, part, error):
        """Log what could not be done, and write it down for the heads.

        :param part: dict or recordset with the one who could not be served; empty if it was about nobody
        :param Exception error: why
        """
        [record] = part or [self.env["res.users"]]
        user = record if record._name == "res.users" else record.user_id or record.create_uid
        self._log_apart(step, record, error)
        day = part[record] if part and isinstance(part, dict) else self._fault_day(user)
        self._retry(self._write_fault, step, record, user, day, error)

    @api.model
    def _log_apart(self, step, record, error):
        _logger.error("Morning run, %s: %s is set apart, all others are served", step, record, exc_info=error)

    @api.model
    def _fault_subject(self, record):
        """:return: str that names ``record`` for the heads"""
        return record.sudo().display_name  # sudo: for the heads

    @api.model
    def _fault_day(self, user):
        # sudo: a time zone is no secret
        return user.sudo()._sales_today()

    @api.model
    def _write_fault(self, step, record, user, day, error):
        self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_morning_fault (date, user_id, step, subject, res_model, res_id, error,
                                                 times, is_told, create_uid, create_date, write_uid,
                                                 write_date)
                VALUES (%(day)s, %(user)s, %(step)s, %(subject)s, %(model)s, %(id)s, %(error)s,
                        1, FALSE, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (date, step, res_model, res_id) DO UPDATE
                   SET times = sales_morning_fault.times + 1, error = EXCLUDED.error, date_mended = NULL,
                       write_date = EXCLUDED.write_date
                RETURNING id
                """,
                day=day,
                user=user.id or None,
                step=step,
                subject=self._fault_subject(record) or None,
                model=record._name,
                id=record.id or 0,
                error=(str(error).strip() or repr(error))[:2000],
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["sales.morning.fault"].invalidate_model()

    # ------------------------------------------------------
    # Mended
    # ------------------------------------------------------

    @api.model
    def _faulty_users(self, step):
        """:return: set of ids of the users whom ``step`` could not serve the last time"""
        Fault = self.env["sales.morning.fault"].sudo()  # sudo: the server's own work
        return set(Fault.search([("step", "=", step), ("date_mended", "=", False)]).user_id.ids)

    @api.model
    def _not_apart_sql(self, step, model, column):
        """:return: SQL: ``column`` is no record that ``step`` could not serve the last time"""
        return SQL(
            """
            NOT EXISTS (SELECT FROM sales_morning_fault fault
                         WHERE fault.step = %s AND fault.date_mended IS NULL
                           AND fault.res_model = %s AND fault.res_id = %s)
            """,
            step,
            model,
            column,
        )

    @api.model
    def _mend(self, step, items):
        """``step`` was done for these: what failed before is mended."""
        Fault = self.env["sales.morning.fault"].sudo()  # sudo: the server's own work
        faults = Fault.search([("step", "=", step), ("date_mended", "=", False)])
        done = {(record._name, record.id) for record in items} if faults else set()
        mended = faults.filtered(lambda fault: not fault.res_id or (fault.res_model, fault.res_id) in done)
        mended |= self._repeat_pieces(step, items, faults - mended)
        if mended:
            mended.date_mended = fields.Datetime.now()
            self._commit(0, 0)

    # ------------------------------------------------------
    # Told
    # ------------------------------------------------------

    @api.model
    def _step_labels(self):
        """:return: dict name of a step -> what it does, in the language of the environment"""
        return {
            "_workdays": self.env._("Whether the working day has begun"),
            "_give_back_of": self.env._("Giving back activities of hidden clients"),
            "_carry_over": self.env._("Carry-over"),
            "_refresh_cadences_of": self.env._("Clients of regular work"),
            "_create_regular": self.env._("Regular work"),
            "_close_promises_of": self.env._("Promises past their day"),
            "_chase_promises": self.env._("Activities about broken promises"),
            "_plan_birthdays": self.env._("Birthdays"),
            "_freeze_plans": self.env._("Freezing the plan of the day"),
            "_mail_digests": self.env._("Mail with the plan of the day"),
        }

    @api.model
    def _tell_faults(self):
        """One message to each head about whom the run could not serve; about the same manager once a day."""
        Fault = self.env["sales.morning.fault"].sudo()  # sudo: the server's own work
        untold = Fault.search([("is_told", "=", False)], order="id")
        if not untold:
            return
        told = Fault.search([("is_told", "=", True), ("date", "in", untold.mapped("date"))])
        known = {(fault.user_id, fault.date) for fault in told}
        untold.is_told = True
        of_head = {}
        for fault in untold.filtered(lambda fault: (fault.user_id, fault.date) not in known):
            for head in self._fault_heads(fault.user_id):
                of_head[head] = of_head.get(head, Fault) | fault
        for head, faults in of_head.items():
            env = self.with_context(lang=head.lang).env
            env["mail.thread"].message_notify(
                partner_ids=head.partner_id.ids,
                subject=env._("The morning could not serve everybody: %(count)s faults", count=len(faults)),
                body=faults.with_env(env)._told_body(),
            )

    @api.model
    def _fault_heads(self, user):
        """:return: the manager's leader if he is a head of sales, else every head of his company; what went
        wrong may name clients
        """
        heads = self.env["res.users"]._sales_heads()
        if not user:
            return heads
        return (user._sales_superiors() & heads) or user._sales_heads(user.company_id)
