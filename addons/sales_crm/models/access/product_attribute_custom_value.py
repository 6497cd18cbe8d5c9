from odoo import models


class ProductAttributeCustomValue(models.Model):
    _inherit = "product.attribute.custom.value"

    _sales_guard_path = "sale_order_line_id"
