"""People of a client who were clients themselves, too: they are counted once."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE res_partner SET is_client = FALSE
         WHERE is_client IS TRUE AND parent_id IS NOT NULL AND client_id IS NOT NULL AND client_id != id
        """
    )
