from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _sales_localize(self):
        """The company gets the production calendar of its country too."""
        known = super()._sales_localize()
        self._sales_fill_calendar()
        return known

    def _sales_fill_calendar(self):
        """Bring the production calendar of these companies up to date, see ``sales.calendar.day``."""
        # sudo: official days are nobody's choice; whoever sets up the company gets them
        days = self.env["sales.calendar.day"].sudo()
        for company in self:
            days._fill(company)
