from odoo.tools.sql import drop_index, make_index_name


def migrate(cr, version):
    """Clients are looked for by the index on ``search_key`` now, which the new code makes by itself."""
    if not version:
        return
    for table, name in (("sales_contact_channel", "value_key_part"), ("res_partner_contact", "email")):
        drop_index(cr, make_index_name(table, name), table)
