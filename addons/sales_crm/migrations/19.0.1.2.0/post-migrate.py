from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The history of deals begins with what Odoo tracked until now."""
    if version:
        api.Environment(cr, SUPERUSER_ID, {})["sales.stage.move"]._init_history()
