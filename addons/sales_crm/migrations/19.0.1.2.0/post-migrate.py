from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """A branch belongs to the client whose branch it is."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    Partner = env["res.partner"].with_context(active_test=False)
    branches = Partner.search([("parent_id", "!=", False), ("is_company", "=", True)])
    env.add_to_compute(Partner._fields["client_id"], branches)
    env.flush_all()
