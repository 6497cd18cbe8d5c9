from odoo import fields, models
from odoo.tools import float_round


class ResCompany(models.Model):
    _inherit = "res.company"

    # Everybody sees the companies he works in
    _sales_guard_path = None

    sales_carry_escalation = fields.Integer(
        "Tell the Head After",
        default=3,
        help="The head gets a message when an activity was carried over this many times. 0: never.",
    )
    sales_handover_undo_days = fields.Integer(
        "Undo of a Hand-Over",
        default=14,
        help="For so many days a hand-over can be undone. 0: never.",
    )
    sales_free_visible = fields.Boolean(
        "Managers See Free Clients",
        help="Clients and deals that nobody has are visible to every manager.",
    )
    sales_free_take = fields.Boolean(
        "Managers Take Free Clients",
        help="A manager who sees a free client may make him his own. Otherwise the head assigns them.",
    )

    sales_export_day_limit = fields.Integer(
        "Exported Rows a Day",
        default=500,
        help="The heads get a message when a user exports more rows than this in one day. 0: never.",
    )

    sales_contract_notice_days = fields.Integer(
        "Reminder of a Contract's End",
        default=30,
        help="So many days before a contract ends, whoever is responsible gets an activity.",
    )
    sales_contract_required = fields.Boolean(
        "No Credit without a Contract",
        help="A client who has no contract in force gets goods for payment in advance only. Otherwise that "
        "applies to clients whose contract has ended.",
    )

    sales_release_max_amount = fields.Float(
        "Releases up to",
        digits="Account",
        help="No controller lets a document of a higher amount past the credit limit, nor several of one "
        "paying client that come to more together, in the company's currency: what he has approved and is "
        "not used or expired, and what was used as long as the client is above his limit. 0: each up to his "
        "own amount.",
    )
    sales_release_max_days = fields.Integer(
        "Releases Good for (Days)",
        help="No release is good for longer than this. 0: as long as whoever asks chooses.",
    )

    sales_kpi_months = fields.Integer(
        "Period of Shipments",
        default=12,
        required=True,
        help="Debt is compared with what was shipped in so many months.",
    )
    sales_kpi_debt_target = fields.Float(
        "Debt / Shipments at Most",
        default=0.2,
        help="A higher debt, as a part of the period's shipments, is red.",
    )
    sales_kpi_overdue_target = fields.Float(
        "Overdue / Debt at Most", default=0.05, help="A higher overdue, as a part of the debt, is red."
    )
    sales_snapshot_date = fields.Date(
        "Receivables Written Down until",
        readonly=True,
        copy=False,
        help="The last month whose end is in the debt indicators.",
    )

    _sales_kpi_months_positive = models.Constraint(
        "CHECK (sales_kpi_months > 0)", "Debt is compared with the shipments of one month at least."
    )
    _sales_kpi_targets = models.Constraint(
        "CHECK (sales_kpi_debt_target >= 0"
        " AND sales_kpi_overdue_target >= 0 AND sales_kpi_overdue_target < 1)",
        "The targets of debt can't be negative, and overdue must be less than 100 % of the debt.",
    )

    def _sales_debt_red(self, debt, shipments):
        """:return: whether the debt is above the target, to the cent; as the debt indicators do it in SQL"""
        return float_round(debt - self.sales_kpi_debt_target * max(shipments, 0), 2) > 0

    def _sales_overdue_red(self, overdue, debt):
        """:return: whether the overdue is above the target, to the cent"""
        return float_round(overdue - self.sales_kpi_overdue_target * max(debt, 0), 2) > 0

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"sales_free_visible", "sales_free_take", "resource_calendar_id", "partner_id"}:
            self.env["sales.access.rule"]._access_changed()
        return res
