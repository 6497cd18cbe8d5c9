from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    _recompute_clients_of_branches(env)
    # The history of deals begins with what Odoo tracked until now
    env["sales.stage.move"]._init_history()


def _recompute_clients_of_branches(env):
    """A branch belongs to the client whose branch it is."""
    Partner = env["res.partner"].with_context(active_test=False)
    branches = Partner.search([("parent_id", "!=", False), ("is_company", "=", True)])
    env.add_to_compute(Partner._fields["client_id"], branches)
    env.flush_all()
