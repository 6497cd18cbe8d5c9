from odoo import api, fields, models


class SalesCadence(models.Model):
    """The rhythm in words."""

    _inherit = "sales.cadence"

    rhythm = fields.Char("How Often", compute="_compute_rhythm")

    @api.depends("interval_number", "interval_unit", "weekday", "hour")
    @api.depends_context("lang")
    def _compute_rhythm(self):
        weekdays = dict(self._fields["weekday"]._description_selection(self.env))
        for cadence in self:
            rest = [weekdays.get(cadence.weekday), cadence.hour]
            cadence.rhythm = ", ".join([cadence._get_every(), *filter(None, rest)])

    def _get_every(self):
        """:return: the interval in words"""
        if self.interval_number == 1:
            return {
                "workday": self.env._("every working day"),
                "week": self.env._("every week"),
                "month": self.env._("every month"),
            }.get(self.interval_unit, "")
        units = dict(self._fields["interval_unit"]._description_selection(self.env))
        return self.env._(
            "every %(number)s %(unit)s",
            number=self.interval_number,
            unit=units.get(self.interval_unit, ""),
        )
