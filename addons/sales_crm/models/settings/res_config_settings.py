from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_carry_escalation = fields.Integer(related="company_id.sales_carry_escalation", readonly=False)
    sales_free_visible = fields.Boolean(related="company_id.sales_free_visible", readonly=False)
    sales_free_take = fields.Boolean(related="company_id.sales_free_take", readonly=False)
    sales_export_day_limit = fields.Integer(related="company_id.sales_export_day_limit", readonly=False)
    sales_handover_undo_days = fields.Integer(related="company_id.sales_handover_undo_days", readonly=False)
    sales_contract_notice_days = fields.Integer(
        related="company_id.sales_contract_notice_days", readonly=False
    )
    sales_contract_required = fields.Boolean(related="company_id.sales_contract_required", readonly=False)
    sales_release_max_amount = fields.Float(related="company_id.sales_release_max_amount", readonly=False)
    sales_release_max_days = fields.Integer(related="company_id.sales_release_max_days", readonly=False)
    sales_kpi_months = fields.Integer(related="company_id.sales_kpi_months", readonly=False)
    sales_kpi_debt_target = fields.Float(related="company_id.sales_kpi_debt_target", readonly=False)
    sales_kpi_overdue_target = fields.Float(related="company_id.sales_kpi_overdue_target", readonly=False)
