from odoo import api, models

from .sales_paid_service import OURS

COMPLETING = ("field_partner_autocomplete", "res_partner_many2one")


class Base(models.AbstractModel):
    """Views without what leads to a service that nobody pays for."""

    _inherit = "base"

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env["sales.paid.service"]._unpaid_modules())

    @api.model
    def _get_view_postprocessed(self, view, arch, **options):
        unpaid = self.env["sales.paid.service"]._unpaid_modules()
        if unpaid and view.type in ("form", "kanban", "list"):
            self._sales_hide_unpaid_buttons(arch, unpaid)
            self._sales_hide_unpaid_widgets(arch, unpaid)
        return super()._get_view_postprocessed(view, arch, **options)

    @api.model
    def _sales_hide_unpaid_buttons(self, arch, unpaid):
        actions = self.env["sales.paid.service"]._unpaid_records("ir.actions.actions")
        hidden = [f"!{group}" for group in OURS]
        for button in arch.iter("button", "a"):
            name = button.get("name") or ""
            if button.get("type") == "action":
                dead = name.isdigit() and int(name) in actions
            else:
                model = self._sales_model_of(button)
                dead = model is not None and model._sales_origin(name) in unpaid
            if dead:
                button.set("groups", ",".join([*filter(None, [button.get("groups")]), *hidden]))

    @api.model
    def _sales_hide_unpaid_widgets(self, arch, unpaid):
        for field in arch.iter("field"):
            widget = field.get("widget")
            if widget == "phone" and "sms" in unpaid:
                # the client reads it as an expression, in which names may stand
                rest = (field.get("options") or "{}").strip().removeprefix("{")
                field.set("options", "{'enable_sms': False, " + rest)
            elif widget in COMPLETING and "partner_autocomplete" in unpaid:
                del field.attrib["widget"]
                if "line_breaks" in (field.get("options") or ""):
                    field.set("widget", "text")  # as core has it: a long name is wrapped

    @api.model
    def _sales_model_of(self, node):
        """:return: the model of whose records a node of a view is, or None where that isn't known"""
        model = self
        for up in reversed([*node.iterancestors("field")]):
            field = model._fields.get(up.get("name"))
            if not field or not field.comodel_name:
                return None
            model = self.env[field.comodel_name]
        return model

    @api.model
    def _sales_origin(self, method):
        """:return: the name of the add-on that has brought a public method, or None"""
        if method.startswith("_"):
            return None
        owners = [cls for cls in type(self).mro() if method in vars(cls)]
        return getattr(owners[-1], "_module", None) if owners else None
