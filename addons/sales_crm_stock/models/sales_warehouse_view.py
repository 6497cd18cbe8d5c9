from odoo import api, models

# Of Odoo's own; they show their records in the forms of the warehouse to whoever opens those
FOR_PACKERS = frozenset({"repair"})
PACKERS = "stock.group_stock_user"


class SalesWarehouseView(models.AbstractModel):
    """A form of the warehouse that managers open as well, without what only the warehouse may read."""

    _name = "sales.warehouse.view"
    _description = "Form of the Warehouse for Managers"

    @api.model
    def _get_view_postprocessed(self, view, arch, **options):
        for node in arch.iter("field", "button"):
            if not node.get("groups") and self._is_for_packers(node):
                node.set("groups", PACKERS)
        return super()._get_view_postprocessed(view, arch, **options)

    @api.model
    def _is_for_packers(self, node):
        """:return: whether a field or a button was added by an add-on of which managers read nothing"""
        model, name = self._sales_model_of(node), node.get("name") or ""
        if model is None:
            return False
        if node.tag == "button":
            return node.get("type") == "object" and model._sales_origin(name) in FOR_PACKERS
        field = model._fields.get(name)
        return bool(field and FOR_PACKERS.intersection(field._modules))
