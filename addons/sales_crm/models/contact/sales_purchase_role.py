from odoo import fields, models


class SalesPurchaseRole(models.Model):
    """What a contact does in a purchase: decides, influences, pays, receives …"""

    _name = "sales.purchase.role"
    _description = "Role in the Purchase"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "A role with this name exists already.")
