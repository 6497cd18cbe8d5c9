from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Phones in notes become phones; clients are recognised by their names as well."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.partner"]._lift_noted_phones()
    env["res.partner"]._fill_duplicate_keys()
