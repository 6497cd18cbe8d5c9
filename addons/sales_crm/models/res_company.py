import pytz

from odoo import fields, models


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

    def _sales_today(self):
        """:return: the day it is for the company, in its working calendar's time zone"""
        self.ensure_one()
        timezone = pytz.timezone(self.env["sales.access.rule"]._timezone_name(self.id))
        return pytz.utc.localize(fields.Datetime.now()).astimezone(timezone).date()

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"sales_free_visible", "sales_free_take", "resource_calendar_id", "partner_id"}:
            self.env["sales.access.rule"]._access_changed()
        return res
