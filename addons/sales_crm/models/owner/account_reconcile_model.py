from odoo import models


class AccountReconcileModel(models.Model):
    """It says how the payments of these partners are booked, and by that what they owe."""

    _name = "account.reconcile.model"
    _inherit = ["account.reconcile.model", "sales.client.naming"]

    _sales_naming_field = "match_partner_ids"
