"""Days of the next visit that were not asked for again when the last visit became another one: a type became
a visit or an outcome a contact, cards were merged, a visitor moved to another time zone.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    cr.execute(
        """
        SELECT id FROM res_partner
         WHERE is_client IS TRUE AND visit_every_days > 0
        """
    )
    clients = env["res.partner"].browse(client for (client,) in cr.fetchall())
    clients._recompute_contact_dates()
    clients.flush_recordset()
