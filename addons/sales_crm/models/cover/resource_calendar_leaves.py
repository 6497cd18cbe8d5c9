from odoo import api, fields, models
from odoo.exceptions import UserError


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    sales_absent_id = fields.Many2one(related="resource_id.user_id", string="Manager Away", help="")
    sales_date_first = fields.Date(
        "First Day Away",
        compute="_compute_sales_dates",
        readonly=False,
        help="The first day on which you don't work.",
    )
    sales_date_last = fields.Date(
        "Last Day Away",
        compute="_compute_sales_dates",
        readonly=False,
        help="The last day on which you don't work.",
    )

    @api.depends("date_from", "date_to", "resource_id")
    def _compute_sales_dates(self):
        """Whole days in the time zone of who is away."""
        for leave in self:
            user = leave._sales_whose()
            for moment, name in (("date_from", "sales_date_first"), ("date_to", "sales_date_last")):
                leave[name] = leave[moment] and user._sales_local(leave[moment]).date()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sales_vals_of_days(vals) for vals in vals_list])

    def write(self, vals):
        if {"sales_date_first", "sales_date_last"}.isdisjoint(vals):
            return super().write(vals)
        for leave in self:
            super(ResourceCalendarLeaves, leave).write(leave._sales_vals_of_days(vals))
        return True

    def _sales_vals_of_days(self, vals):
        """:return: values with times instead of whole days in the zone of who is away"""
        vals = dict(vals)
        first, last = vals.pop("sales_date_first", None), vals.pop("sales_date_last", None)
        if not first and not last:
            return vals
        resource = self.env["resource.resource"].browse(vals.get("resource_id")) or self.resource_id
        first = fields.Date.to_date(first) or self.sales_date_first or fields.Date.to_date(last)
        last = fields.Date.to_date(last) or self.sales_date_last or first
        start, end = self._sales_whose(resource)._sales_day_bounds(first, last)
        return {**vals, "date_from": start, "date_to": fields.Datetime.subtract(end, seconds=1)}

    @api.onchange("sales_date_first", "sales_date_last")
    def _onchange_sales_dates(self):
        """A leave of one day until its end is entered; the times follow the days."""
        if not self.sales_date_first:
            return
        if not self.sales_date_last or self.sales_date_last < self.sales_date_first:
            self.sales_date_last = self.sales_date_first
        start, end = self._sales_whose()._sales_day_bounds(self.sales_date_first, self.sales_date_last)
        self.date_from, self.date_to = start, fields.Datetime.subtract(end, seconds=1)

    def _sales_whose(self, resource=None):
        """:return: the user who is away, else the current one"""
        # sudo: a user's time zone is no secret
        return ((resource or self.resource_id).sudo().user_id or self.env.user).sudo()

    def action_sales_cover(self):
        """:return: the form of a new cover for the manager and the dates of this leave
        :raise UserError: the leave is nobody's, like a holiday of the whole company
        """
        self.ensure_one()
        if not self.sales_absent_id:
            raise UserError(
                self.env._("“%s” is nobody's own leave: there is nothing to cover.", self.name or "")
            )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_cover_action_new"),
            "context": {
                "default_is_cover": True,
                "default_scope": "managers",
                **self._prepare_cover_defaults(),
            },
        }

    def _prepare_cover_defaults(self):
        """:return: dict of defaults for the form of a cover"""
        absent = self.sales_absent_id.sudo()  # sudo: a time zone is no secret
        first, last = (absent._sales_local(moment).date() for moment in (self.date_from, self.date_to))
        return {
            "default_manager_ids": self.sales_absent_id.ids,
            "default_date_from": fields.Date.to_string(first),
            "default_date_to": fields.Date.to_string(last),
            "default_reason": self.name or False,
        }
