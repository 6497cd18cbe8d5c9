from odoo import api, models


class ReportSalesRoute(models.AbstractModel):
    """The visits of a manager's day on paper, in the order of the way."""

    _name = "report.sales_crm.report_sales_route"
    _description = "Route of the Day"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:param docids: ids of the managers; the rights are those of My Day"""
        Day = self.env["sales.my.day"]
        days = [Day.get_day(user_id=int(user)) for user in docids]
        return {
            "doc_ids": docids,
            "doc_model": "res.users",
            "days": [{**day, "stops": Day._get_stops(day)} for day in days],
        }
