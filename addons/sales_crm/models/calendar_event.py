from odoo import api, models
from odoo.fields import Domain


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "sales.client.document"]

    @api.model
    def _sales_client_fields(self):
        return {"partner_ids", "res_model", "res_model_id", "res_id", "opportunity_id"}

    def _sales_clients(self):
        """The client of the document that the meeting is about, else the first invited client."""
        clients = {}
        for event in self:
            client = event._sales_document_client() or event._sales_invited_client()
            if client:
                clients[event.id] = client
        return clients

    def _sales_document_client(self):
        self.ensure_one()
        document = self.opportunity_id
        if not document and self.res_model and self.res_id and self.res_model != self._name:
            document = self.env[self.res_model].browse(self.res_id).exists()
        if not document:
            return self.env["res.partner"]
        return (
            self.env["mail.activity"]
            ._clients_of_documents(document)
            .get(document.id, self.env["res.partner"])
        )

    def _sales_invited_client(self):
        self.ensure_one()
        return self.partner_ids.commercial_partner_id.filtered("is_client")[:1]

    @api.model
    def _sales_client_domain(self, partners):
        return Domain("partner_ids", "in", partners.ids)

    def _sales_activities(self):
        # sudo: as in super(), whoever looks at the meeting
        return super()._sales_activities() | self.sudo().with_context(
            active_test=False
        ).activity_ids.filtered("client_id")

    def unlink(self):
        # sudo: activities of a deleted meeting are closed for whoever they are assigned to
        self.check_access("unlink")
        self.sudo().activity_ids.filtered("client_id")._close_as_cancelled(
            self.env._("The meeting was deleted")
        )
        return super().unlink()
