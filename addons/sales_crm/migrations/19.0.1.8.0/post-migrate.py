from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """What stands in a plan to be paid is a client's; month-ends keep debts and prepaid money apart."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.execute_query(
        SQL(
            """
            UPDATE mail_activity SET unpaid_client_id = client_id
             WHERE unpaid_move_id IS NOT NULL AND unpaid_client_id IS NULL
            RETURNING id
            """
        )
    )
    # Which of his money covered what isn't known any more: no more was overdue than he owed
    env.execute_query(
        SQL(
            """
            UPDATE sales_receivable_snapshot
               SET debt = GREATEST(debt, 0), prepaid = GREATEST(-debt, 0),
                   overdue = LEAST(overdue, GREATEST(debt, 0)), full_days = period_days
             WHERE full_days IS NULL
            RETURNING id
            """
        )
    )
