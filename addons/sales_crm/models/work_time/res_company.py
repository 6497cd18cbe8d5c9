import pytz

from odoo import api, models, tools


class ResCompany(models.Model):
    """A company works by its calendar; its days are counted in the time zone of that, else of its partner."""

    _name = "res.company"
    _inherit = ["res.company", "sales.work.time"]

    @api.model
    @tools.ormcache("company_id")
    def _sales_timezone_name(self, company_id):
        # sudo: which time zone the company works in is no secret
        company = self.sudo().browse(company_id)
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    def _sales_timezone(self):
        """:return: the time zone of the company's working calendar, else of its partner, else UTC"""
        self.ensure_one()
        return pytz.timezone(self._sales_timezone_name(self.id))

    def _sales_work_company(self):
        return self
