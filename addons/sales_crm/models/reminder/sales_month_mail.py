import base64
from datetime import timedelta

from odoo import Command, api, models
from odoo.tools import email_normalize, format_amount, format_date

# Days of the month: later it is of no use. Marks of what was mailed are kept for longer
USEFUL_DAYS = 20

# What the mail itself says; the workbook says the rest
SALES = ("ordered_amount", "shipped_amount", "invoiced_amount", "returned_amount", "paid_amount")
DEBTS = ("debt", "overdue")


class SalesMonthMail(models.AbstractModel):
    """The workbook of last month for each head, on the first working day of the month in each company.

    Asked each hour: a server that was down that day mails it when it is back, once.
    """

    _name = "sales.month.mail"
    _description = "Mail with the Workbook of the Month"
    _inherit = "sales.batch.step"

    @api.model
    def _cron_mail(self):
        """Cron. One person's fault stops nobody else: it is set apart and told as those of the morning."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            month = self._month_to_mail(company)
            if month and not self._mail_company(company, month):
                self._commit(0, 1)
                return
        self._commit(0, 0)

    @api.model
    def _month_to_mail(self, company):
        """:return: the first day of last month, False before the first working day of this one has begun"""
        today = company._sales_today()
        if today.day > USEFUL_DAYS:
            return False
        first = today.replace(day=1)
        [workdays] = company._sales_workdays(first, today).values()
        earlier = any(day < today for day in workdays.days)
        if not earlier and company not in company._sales_workdays_begun():
            return False
        return (first - timedelta(days=1)).replace(day=1)

    @api.model
    def _mail_company(self, company, month):
        """:return: False if the time of the cron ran out before the end"""

        def mail_all(heads):
            for head in heads:
                self._retry(self._mail, head, company, month)
                if not self._commit(1, 0):
                    return False
            return True

        heads = self._heads(company)
        return not heads or self.env["sales.morning"]._apart("_mail_months", mail_all, heads)

    @api.model
    def _heads(self, company):
        """:return: the heads of the company who want it and may take its figures out"""
        return (
            self.env["res.users"]
            ._sales_heads(company)
            .filtered(
                lambda head: (
                    head.sales_month_mail
                    and email_normalize(head.email)
                    and head.has_group("base.group_allow_export")
                )
            )
        )

    @api.model
    def _mail(self, head, company, month):
        """:return: whether it was mailed now; the mark and the mail are one transaction"""
        # sudo: what was mailed only the server writes
        Reminder = self.env["sales.reminder"].sudo()
        key = f"month:{company.id}:{month:%Y-%m}"
        if Reminder.search_count([("user_id", "=", head.id), ("key", "=", key)], limit=1):
            return False
        if not Reminder._write_answer(head, key):
            return False
        context = {"lang": head.lang, "tz": head.tz, "allowed_company_ids": company.ids}
        env = self.with_user(head).with_context(**context).env
        # sudo: heads write no mails of the server
        self.env["mail.mail"].sudo().create(self._prepare_mail(env, company, month))
        return True

    @api.model
    def _figures(self, env, company, month):
        """:param env: of the head
        :return: list of dict ``label``, ``amount`` and ``before`` (words of the month before; empty: unknown)
        """
        Report, Kpi = env["sales.performance.report"], env["sales.receivable.kpi"]
        Month = env["report.sales_crm.sales_month_xlsx"]
        sums = [
            Report._read_group(
                Month._month_data(company, of)["domain"], [], [f"{name}:sum" for name in SALES]
            )
            for of in (month, (month - timedelta(days=1)).replace(day=1))
        ]
        debts = []
        for of in (month, month - timedelta(days=1)):
            _company, _first, last = Month._month({"company_id": company.id, "month": of})
            indicators = Month._indicators(company, last)
            at_end = indicators.filtered(lambda row, last=last: row.date == last)
            known = indicators if of == month else at_end
            debts.append([sum(known.mapped(name)) if known else None for name in DEBTS])
        labels = [Report._fields[name]._description_string(env) for name in SALES]
        labels += [Kpi._fields[name]._description_string(env) for name in DEBTS]
        now, before = ([*amounts[0], *debt] for amounts, debt in zip(sums, debts, strict=True))

        def words(amount):
            return "" if amount is None else format_amount(env, amount, company.currency_id)

        return [
            {"label": label, "amount": words(amount), "before": words(earlier)}
            for label, amount, earlier in zip(labels, now, before, strict=True)
        ]

    @api.model
    def _prepare_mail(self, env, company, month):
        """:param env: of the head: what he may see, in his language
        :return: dict to create the mail
        """
        head = env.user
        Report = env["report.sales_crm.sales_month_xlsx"]
        content, _kind = Report.create_xlsx_report([], Report._month_data(company, month))
        name = format_date(env, month, date_format="LLLL yyyy")
        values = {
            "user": head,
            "company": company,
            "month": name,
            "figures": self._figures(env, company, month),
            "url": f"{head.get_base_url()}/odoo/sales-performance",
        }
        return {
            "subject": env._("%(company)s: sales of %(month)s", company=company.name, month=name),
            "body_html": env["ir.qweb"]._render("sales_crm.mail_month", values),
            "email_to": head.email_formatted,
            "email_from": company.email_formatted or head.email_formatted,
            "attachment_ids": [
                Command.create(
                    {
                        "name": f"{company.name} {month:%Y-%m}.xlsx",
                        "datas": base64.b64encode(content),
                        "mimetype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    }
                )
            ],
            "auto_delete": True,
        }
