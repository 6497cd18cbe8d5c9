from odoo import models
from odoo.tools import SQL

from ..tools.granted import naming_documents


class ResPartner(models.Model):
    """The counter of meetings on the card."""

    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def _compute_meeting(self):
        """Core counts among all meetings that the user may see; see ``GrantedDocuments``."""
        partners = naming_documents(self, "calendar.event", self._meeting_document_models())
        return super(ResPartner, partners)._compute_meeting()

    def _meeting_document_models(self):
        """:return: list of the models of the documents that meetings with these and their people are about"""
        if not self.ids:
            return []  # a card that is being typed in
        self.env["calendar.event"].flush_model(["partner_ids", "res_model"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE family AS (
                    SELECT UNNEST(%(partners)s) AS id
                     UNION
                    SELECT child.id FROM res_partner child JOIN family ON family.id = child.parent_id
                )
                SELECT DISTINCT event.res_model
                  FROM family
                  JOIN calendar_event_res_partner_rel invited ON invited.res_partner_id = family.id
                  JOIN calendar_event event ON event.id = invited.calendar_event_id
                 WHERE event.res_model IS NOT NULL
                """,
                partners=list(self.ids),
            )
        )
        return [model for (model,) in rows]
