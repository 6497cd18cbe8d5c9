from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.partner"]._keep_classes_by_hand()
    env["res.partner"]._fill_duplicate_keys()
    env["sales.client.class"]._classify_at_once()
    # What became of the plans of earlier versions, and what was done beside them
    env["sales.plan.line"]._init_results()
    env["mail.activity"]._init_unplanned()
