from odoo import fields, models


class SalesClientDistinct(models.Model):
    """Two clients that share a phone, a mail or a tax number and are two clients all the same."""

    _name = "sales.client.distinct"
    _description = "Clients That Are No Duplicates"
    _rec_name = "client_id"
    _sales_guard_path = "client_id"

    client_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    twin_id = fields.Many2one("res.partner", "And", required=True, index=True, ondelete="cascade")
