from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Whose client every partner is: filled at once, before the ORM would do it row by row."""
    if not version or column_exists(cr, "res_partner", "client_id"):
        return
    create_column(cr, "res_partner", "client_id", "int4")
    cr.execute(
        """
        UPDATE res_partner AS partner
           SET client_id = CASE WHEN company.is_client THEN company.id ELSE partner.id END
          FROM res_partner AS company
         WHERE company.id = partner.commercial_partner_id
           AND partner.partner_share
           AND (company.is_client OR partner.is_client)
        """
    )
