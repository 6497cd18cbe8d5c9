from odoo import api, models
from odoo.fields import Domain

from ..tools.granted import GrantedClients


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "sales.client.document"]

    _sales_guard_path = "partner_ids"

    @api.model
    def _sales_guard_domain(self, mode):
        """Every client that the meeting is about or that is invited must be granted."""
        clients = self.env["sales.access.rule"]._granted_clients(self._sales_guard_mode(mode))
        if clients.is_true():
            return clients
        hidden = Domain("client_id", "!=", False) & ~GrantedClients("client_id", clients)
        lead = self.env["crm.lead"]._sales_guard_domain("read")
        return (
            Domain("partner_ids", "not any!", hidden)
            & (Domain("opportunity_id", "=", False) | Domain("opportunity_id", "any!", lead))
            & self._sales_guard_by_document("res_model", "res_id")
        )

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


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    _sales_guard_path = "event_id"
