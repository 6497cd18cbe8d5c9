from odoo import api, models
from odoo.tools import email_normalize, format_date

from ...tools.picked import EVERY


class SalesMorning(models.AbstractModel):
    """When a plan is frozen the manager's browser hears of it, and he gets it by mail if he wants to."""

    _inherit = "sales.morning"

    @api.model
    def _steps(self):
        return [*super()._steps(), self._mail_digests, self._push_digests]

    @api.model
    def _step_labels(self):
        return {
            **super()._step_labels(),
            "_mail_months": self.env._("Mail with the workbook of the month"),
            "_push_digests": self.env._("Plan of the day to browsers and phones"),
        }

    @api.model
    def _freeze_batch(self, days, picked=EVERY):
        count = super()._freeze_batch(days, picked)
        self.env["sales.reminder"]._plan_changed(self.env["res.users"].browse(days))
        return count

    @api.model
    def _mail_digests(self, workdays):
        """Mail the plan of the day to those who asked for it, once a day.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        time_left = float("inf")
        for user, day in workdays.items():
            if user.sales_digest_mail and email_normalize(user.email):
                self._retry(self._mail_digest, user, day)
                time_left = self._commit(1, 0)
                if not time_left:
                    break
        return bool(time_left)

    @api.model
    def _mail_digest(self, user, day):
        """:return: whether it was mailed now"""
        # sudo: what was mailed only the server writes
        Reminder = self.env["sales.reminder"].sudo()
        key = f"mail:{day}"
        if Reminder.search_count([("user_id", "=", user.id), ("key", "=", key)], limit=1):
            return False
        if not Reminder._write_answer(user, key):
            return False
        env = self.env["sales.reminder.push"]._env_of(user)
        plan = env["sales.my.day"].get_day(date=day)
        digest = env["sales.reminder"]._get_digest(env.user.sudo(), day)  # sudo: his own calendar
        if not digest:
            return False
        # sudo: managers write no mails of the server
        self.env["mail.mail"].sudo().create(self._prepare_digest_mail(env, day, plan, digest["lines"]))
        return True

    @api.model
    def _prepare_digest_mail(self, env, day, plan, lines):
        """:param env: of the user: his rights, language and time zone
        :param dict plan: as My Day has it
        :param list lines: the digest in words
        :return: dict to create the mail
        """
        user = env.user
        values = {
            "lines": lines,
            "date": format_date(env, day, date_format="EEEE, d MMMM"),
            "day": plan,
            "sections": env["sales.digest"]._get_sections(user.sudo(), day),  # sudo: his own calendar
            "base": user.get_base_url(),
        }
        return {
            "subject": env._(
                "Your plan for %(day)s: %(count)s activities",
                day=format_date(env, day),
                count=len(plan["rows"]),
            ),
            "body_html": env["ir.qweb"]._render("sales_crm.mail_day_digest", values),
            "email_to": user.email_formatted,
            "email_from": user.company_id.email_formatted or user.email_formatted,
            "auto_delete": True,
        }

    @api.model
    def _push_digests(self, workdays):
        """Push the plan of the day to the browsers and phones that allow it, once a day.

        :param dict workdays: user -> the day that has begun for him
        :return: False if the time of the cron ran out before the end
        """
        Push = self.env["sales.reminder.push"]
        time_left = float("inf")
        for user in Push._users_without_digest(workdays):
            self._retry(Push._push_digest, user, workdays[user])
            time_left = self._commit(1, 0)
            if not time_left:
                break
        return bool(time_left)
