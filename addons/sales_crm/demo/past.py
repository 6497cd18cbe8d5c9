"""How records get as old as they tell."""

from odoo.tools import SQL


class Past:
    """Needs an ``env``."""

    def backdate(self, records, moments, users=None):
        """Let the records be as old as they tell.

        :param list moments: when each of ``records`` was created
        :param list users: who created each of them; the loading user, if not given
        """
        records.flush_recordset()
        authors = users or [self.env.user] * len(records)
        self.env.cr.execute(
            SQL(
                """
                UPDATE %s record
                   SET create_date = past.moment, write_date = past.moment,
                       create_uid = past.author, write_uid = past.author
                  FROM unnest(%s::int[], %s::timestamp[], %s::int[]) AS past(id, moment, author)
                 WHERE record.id = past.id
                """,
                SQL.identifier(records._table),
                records.ids,
                list(moments),
                [author.id for author in authors],
            )
        )
        records.invalidate_recordset(flush=False)
        records.modified(["create_date"])

    def date_orders(self, orders, moments):
        """Say when the orders were confirmed. Nothing else depends on it in one currency, and the ORM would
        ask the credit gate about each of them.
        """
        orders.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sale_order SET date_order = past.moment
                  FROM unnest(%s::int[], %s::timestamp[]) AS past(id, moment)
                 WHERE sale_order.id = past.id
                """,
                orders.ids,
                list(moments),
            )
        )
        orders.invalidate_recordset(["date_order"], flush=False)
