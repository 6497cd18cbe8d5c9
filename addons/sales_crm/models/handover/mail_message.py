from odoo import api, models
from odoo.tools import SQL

SEEN_WITH = ("message_ids", "message_needaction", "message_needaction_counter")


class MailMessage(models.Model):
    """The same note in the history of hundreds of clients."""

    # Beside who may read it and what is evidence, which are other questions
    _inherit = "mail.message"

    @api.model
    def _sales_log_alike(self, documents, body):
        """Leave the same note in each of these documents: the first by core, the others as copies of its row.
        They are what core would create one by one; a test compares the two.

        The caller has the right to leave it.

        :param documents: records of one model with a history
        :param body: Markup
        """
        first, others = documents[:1], documents[1:]
        note = first._message_log_batch(bodies={first.id: body})
        if not others:
            return
        note.flush_recordset()
        columns = SQL(", ").join(
            SQL.identifier(name)
            for name, field in self._fields.items()
            if field.store and field.column_type and name not in ("id", "res_id")
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_message (res_id, %s)
                SELECT document, %s
                  FROM mail_message
                 CROSS JOIN unnest(%s::int[]) WITH ORDINALITY AS documents(document, number)
                 WHERE id = %s
                 ORDER BY number
                """,
                columns,
                columns,
                others.ids,
                note.id,
            )
        )
        others.invalidate_recordset(SEEN_WITH, flush=False)
        others.modified(SEEN_WITH[:1])
