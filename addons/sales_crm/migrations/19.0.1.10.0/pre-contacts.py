from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """The day of a birthday: filled at once, before the ORM would do it row by row."""
    if not version or column_exists(cr, "res_partner", "birthday_day"):
        return
    create_column(cr, "res_partner", "birthday_day", "int4")
    cr.execute(
        """
        UPDATE res_partner
           SET birthday_day = EXTRACT(MONTH FROM birthdate_date) * 100 + EXTRACT(DAY FROM birthdate_date)
         WHERE birthdate_date IS NOT NULL
        """
    )
