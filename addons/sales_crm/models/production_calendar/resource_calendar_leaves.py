from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ResourceCalendarLeaves(models.Model):
    """A holiday of the production calendar, as core sees it. It says what the calendar says."""

    _inherit = "resource.calendar.leaves"

    calendar_day_id = fields.Many2one(
        "sales.calendar.day",
        "Day of the Production Calendar",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
    )

    @api.constrains("date_from", "date_to", "resource_id", "calendar_id", "company_id", "time_type")
    def _check_calendar_day(self):
        for leave in self:
            # sudo: whoever changes a public holiday, the calendar is no secret
            day = leave.sudo().calendar_day_id
            if day and not day._is_told_by(leave):
                raise ValidationError(self._sales_belongs_to(day))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_calendar_day(self):
        # The calendar itself deletes as superuser. sudo: whoever deletes one, the calendar is no secret
        days = self.env["sales.calendar.day"] if self.env.su else self.sudo().calendar_day_id
        if days:
            raise UserError(self._sales_belongs_to(days[0]))

    def _sales_belongs_to(self, day):
        return self.env._(
            "The holiday of %(date)s belongs to the production calendar: change or remove it there "
            "(CRM, Configuration, Production Calendar).",
            date=day.display_name,
        )
