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
    # Branches: companies of their own whose parent is, or belongs to, a client
    cr.execute(
        """
        WITH RECURSIVE belongs AS (
            SELECT id, client_id FROM res_partner WHERE client_id IS NOT NULL
             UNION ALL
            SELECT partner.id, belongs.client_id
              FROM res_partner AS partner
              JOIN belongs ON belongs.id = partner.parent_id
             WHERE partner.client_id IS NULL
               AND partner.partner_share
        )
        UPDATE res_partner AS partner
           SET client_id = belongs.client_id
          FROM belongs
         WHERE belongs.id = partner.id
           AND partner.client_id IS NULL
        """
    )
