from odoo import fields, models


class SalesCarryLog(models.Model):
    """One row per carry-over of one activity. Written by the morning run only."""

    _name = "sales.carry.log"
    _description = "Carry-Over of an Activity"
    _sales_guard_path = "client_id"
    _order = "id desc"
    _rec_name = "activity_id"

    activity_id = fields.Many2one(
        "mail.activity", required=True, readonly=True, index=True, ondelete="cascade"
    )
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    user_id = fields.Many2one("res.users", "Manager", required=True, readonly=True, ondelete="restrict")
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)

    _date_to_idx = models.Index("(date_to)")
    _user_date_idx = models.Index("(user_id, date_to)")
    _activity_day_uniq = models.UniqueIndex("(activity_id, date_to)")
