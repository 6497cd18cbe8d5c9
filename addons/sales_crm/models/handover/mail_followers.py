from odoo import api, models
from odoo.tools import SQL


class MailFollowers(models.Model):
    """The receiver of a hand-over begins to follow hundreds of documents at once."""

    # Beside who may read who follows, which is another question
    _inherit = "mail.followers"

    @api.model
    def _sales_follow(self, documents, partner):
        """``partner`` follows these documents as core lets him follow one, in one statement for all where
        core takes one by one; a test compares the two.

        The caller has the right to subscribe him.

        :param documents: records of one model; those that he follows already stay as they are
        :param partner: a ``res.partner``
        """
        if not documents or not partner:
            return
        new, _changed = self._add_default_followers(
            documents._name, documents[:1].ids, partner.ids, check_existing=False
        )
        [[values]] = new.values()
        [[_command, _id, subtypes]] = values["subtype_ids"]
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH added AS (
                    INSERT INTO mail_followers (res_model, res_id, partner_id)
                    SELECT %s, document, %s
                      FROM unnest(%s::int[]) WITH ORDINALITY AS documents(document, number)
                     ORDER BY number
                    ON CONFLICT (res_model, res_id, partner_id) DO NOTHING
                    RETURNING id
                )
                INSERT INTO mail_followers_mail_message_subtype_rel
                            (mail_followers_id, mail_message_subtype_id)
                SELECT added.id, subtype FROM added CROSS JOIN unnest(%s::int[]) AS subtype
                """,
                documents._name,
                partner.id,
                documents.ids,
                list(subtypes),
            )
        )
        names = ["message_follower_ids", "message_partner_ids", "message_is_follower"]
        documents.invalidate_recordset(names, flush=False)
        documents.modified(names[:1])
