from odoo import models


class ResPartner(models.Model):
    # Beside the rest, which is long enough
    _inherit = "res.partner"

    def action_view_receivables(self):
        """:return: the open instalments that make up the debt on the card, with those of branches"""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_crm.sales_receivable_report_action")
        return {
            **action,
            # Of one client: nothing to group by
            "view_id": False,
            "views": [(False, kind) for kind in action["view_mode"].split(",")],
            "domain": [
                ("client_id", "=", self.commercial_partner_id.id),
                # sudo: the root of a branch is no secret
                ("company_id", "child_of", self.env.company.sudo().root_id.id),
            ],
            "context": {},
        }
