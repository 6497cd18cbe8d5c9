from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class SalesMonthXlsx(models.AbstractModel):
    """A company's month for its head: sales performance, debt indicators, plan against fact."""

    _name = "report.sales_crm.sales_month_xlsx"
    _inherit = "report.sales_crm.sales_performance_xlsx"
    _description = "The Month in Excel"

    @api.model
    def _month(self, data):
        """:return: (company, first day, last day) of ``data``: ``company_id``, ``month``"""
        first = fields.Date.to_date(data["month"]).replace(day=1)
        company = self.env["res.company"].browse(data["company_id"])
        return company, first, first + relativedelta(months=1, days=-1)

    @api.model
    def _month_data(self, company, month):
        """:return: dict to make the workbook by, with the filter of its sales"""
        first = month.replace(day=1)
        domain = [
            ("company_id", "=", company.id),
            ("date", ">=", str(first)),
            ("date", "<=", str(first + relativedelta(months=1, days=-1))),
        ]
        return {"company_id": company.id, "month": str(first), "domain": domain}

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        res = super().generate_xlsx_report(workbook, data, objs)
        company, first, last = self._month(data)
        words = f"{format_date(self.env, first)} – {format_date(self.env, last)}"
        indicators = self._indicators(company, last)
        self.env["report.sales_crm.sales_receivable_kpi_xlsx"]._write_indicators(workbook, indicators, words)
        self._write_plan(workbook, first, last)
        return res

    @api.model
    def _indicators(self, company, day):
        """:return: the indicators of the month's end; of today, if they weren't written down then"""
        Kpi = self.env["sales.receivable.kpi"]
        of_company = Domain("company_id", "=", company.id)
        at_end = Kpi.search(of_company & Domain("date", "=", day) & Domain("is_current", "=", False))
        return at_end or Kpi.search(of_company & Domain("is_current", "=", True))

    @api.model
    def _write_plan(self, workbook, first, last):
        rows = self.env["sales.activity.report"].search([("date", ">=", first), ("date", "<=", last)])
        Plan = self.env["report.sales_crm.sales_activity_xlsx"]
        Plan._write_managers(workbook, self._add_formats(workbook), rows, self.env._("Plan against Fact"))
