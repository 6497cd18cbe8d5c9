from odoo import api, fields, models


class SalesCadenceBegin(models.TransientModel):
    """Asks whether regular work is really to begin for so many clients."""

    _name = "sales.cadence.begin"
    _description = "Begin of Regular Work for Many"

    cadence_id = fields.Many2one("sales.cadence", "Regular Work", required=True, readonly=True)
    client_count = fields.Integer("Clients", readonly=True)
    manager_count = fields.Integer("Managers", readonly=True)
    per_day = fields.Integer("Activities a Day, about", readonly=True)
    unmanaged_count = fields.Integer("Clients without a Manager", readonly=True)

    @api.model
    def _ask(self, cadence):
        """:return: the dialog with the figures of ``cadence``"""
        Line = self.env["sales.cadence.client"].sudo()  # sudo: numbers only
        groups = dict(
            Line._read_group([("cadence_id", "=", cadence.id)], ["client_id.user_id"], ["__count"])
            if cadence.assign_to == "manager"
            else [(cadence.user_id, cadence.client_count)]
        )
        unmanaged = groups.pop(self.env["res.users"], 0)
        asked = self.create(
            {
                "cadence_id": cadence.id,
                "client_count": cadence.client_count,
                "manager_count": len(groups),
                "per_day": round(sum(groups.values()) / cadence._rhythm().workdays()),
                "unmanaged_count": unmanaged,
            }
        )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_cadence_begin_action"),
            "res_id": asked.id,
        }

    def action_begin(self):
        """The answer is yes."""
        self.ensure_one()
        self.cadence_id._begin_now()
        return {"type": "ir.actions.act_window_close"}
