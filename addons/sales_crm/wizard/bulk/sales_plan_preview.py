from odoo import api, fields, models


class SalesPlanPreview(models.TransientModel):
    """What a cadence or a mass planning would bring into the managers' days, before anything is created."""

    _name = "sales.plan.preview"
    _description = "Load of the Coming Days"

    line_ids = fields.One2many("sales.plan.preview.line", "preview_id")

    @api.model
    def _open(self, name, lines):
        """:param lines: list of dict of :class:`SalesPlanPreviewLine`
        :return: the action that shows them, as a chart first
        """
        preview = self.create({})
        # One statement for thousands of managers and days
        self.env["sales.plan.preview.line"].create([{**line, "preview_id": preview.id} for line in lines])
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_plan_preview_line_action"),
            "name": name,
            "domain": [("preview_id", "=", preview.id)],
        }

    @api.model
    def _open_beside(self, name, lines):
        """:return: the same in a dialog, over a form that is not saved yet"""
        return {**self._open(name, lines), "target": "new", "views": [(False, "graph")]}


class SalesPlanPreviewLine(models.TransientModel):
    _name = "sales.plan.preview.line"
    _description = "Load of a Manager's Day"
    _order = "date, user_id"

    preview_id = fields.Many2one("sales.plan.preview", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Manager", required=True)
    date = fields.Date(required=True)
    new_count = fields.Integer("New")
    open_count = fields.Integer("Open Already")
    regular_count = fields.Integer("Other Regular Work")
    total_count = fields.Integer("Together")
    capacity = fields.Integer("Fit into the Day", aggregator=None, help="0: no limit.")
    over_count = fields.Integer("Too Many")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            total = sum(vals.get(name, 0) for name in ("new_count", "open_count", "regular_count"))
            vals["total_count"] = total
            capacity = vals.get("capacity", 0)
            vals["over_count"] = max(total - capacity, 0) if capacity else 0
        return super().create(vals_list)
