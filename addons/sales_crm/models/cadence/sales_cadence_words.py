from odoo import api, fields, models


class SalesCadence(models.Model):
    """The rhythm in words."""

    _inherit = "sales.cadence"

    rhythm = fields.Char("How Often", compute="_compute_rhythm")

    @api.depends("interval_number", "interval_unit", "weekday", "hour")
    @api.depends_context("lang")
    def _compute_rhythm(self):
        units = dict(self._fields["interval_unit"]._description_selection(self.env))
        weekdays = dict(self._fields["weekday"]._description_selection(self.env))
        for cadence in self:
            every = self.env._(
                "every %(number)s %(unit)s",
                number=cadence.interval_number,
                unit=units.get(cadence.interval_unit, ""),
            )
            rest = [weekdays.get(cadence.weekday), cadence.hour]
            cadence.rhythm = ", ".join([every, *filter(None, rest)])
