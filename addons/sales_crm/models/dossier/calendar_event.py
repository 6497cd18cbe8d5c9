from odoo import Command, api, fields, models
from odoo.fields import Domain

from ...tools.granted import GrantedClients
from ...tools.server_only import SERVER_ONLY


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "sales.client.document", "sales.handover.part"]

    _handover_sequence = 40

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
    def _sales_owner_field(self):
        return None  # a meeting without clients is everybody's who is invited

    @api.model
    def _sales_client_fields(self):
        return super()._sales_client_fields() | {"res_model", "res_model_id", "res_id", "opportunity_id"}

    def _sales_clients(self):
        """The client of the document that the meeting is about, else the first invited client."""
        clients = self._sales_document_clients()
        others = self.filtered(lambda event: event.id not in clients)
        return {**super(CalendarEvent, others)._sales_clients(), **clients}

    def _sales_document_clients(self):
        """:return: dict event id -> client of the document it is about, in one query per model"""
        events_of = {}
        for event in self:
            if event.opportunity_id:
                events_of.setdefault("crm.lead", {})[event.id] = event.opportunity_id.id
            elif event.res_id and event.res_model in self.env and event.res_model != self._name:
                events_of.setdefault(event.res_model, {})[event.id] = event.res_id
        clients = {}
        for model, document_of in events_of.items():
            documents = self.env[model].browse(set(document_of.values())).exists()
            found = self.env["mail.activity"]._clients_of_documents(documents)
            clients.update({event: found[res_id] for event, res_id in document_of.items() if res_id in found})
        return clients

    def _sales_activities(self):
        # sudo: as in super(), whoever looks at the meeting
        return super()._sales_activities() | self.sudo().with_context(
            active_test=False
        ).activity_ids.filtered("client_id")

    def unlink(self):
        # sudo: activities of a deleted meeting are closed for whoever they are assigned to
        self.check_access("unlink")
        self.sudo().activity_ids._evidence()._close_as_cancelled(self.env._("The meeting was deleted"))
        return super().unlink()

    # ------------------------------------------------------
    # Hand-over
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        """Meetings ahead with clients or about their documents, that he organises or is invited to."""
        clients = (
            Domain("partner_ids.commercial_partner_id.is_client", "=", True)
            | Domain("opportunity_id", "!=", False)
            | Domain("res_model", "in", self.env["mail.activity"]._client_document_models())
        )
        his = Domain("user_id", "=", user.id) | Domain("partner_ids", "in", user.partner_id.ids)
        return Domain("active", "=", True) & Domain("stop", ">=", fields.Datetime.now()) & his & clients

    @api.model
    def _handover_kinds(self):
        return {"": self.env._("Meetings ahead")}

    def _handover_receive(self, giver, receiver):
        memories = {
            event.id: {
                "organiser": event.user_id == giver,
                "invited": giver.partner_id in event.partner_ids,
                "receiver_invited": receiver.partner_id in event.partner_ids,
            }
            for event in self
        }
        self._handover_swap(memories, giver, receiver)
        return memories

    def _handover_give_back(self, giver, receiver, memories):
        self._handover_swap({event.id: memories[event.id] for event in self}, receiver, giver, back=True)

    def _handover_swap(self, memories, old, new, back=False):
        """One write for all meetings that need the same."""
        groups = {}
        for event, memory in memories.items():
            key = (memory["organiser"], memory["invited"], memory["receiver_invited"])
            groups.setdefault(key, []).append(event)
        for (organiser, invited, receiver_invited), ids in groups.items():
            values = {"user_id": new.id} if organiser else {}
            commands = []
            if not (back and receiver_invited):
                commands.append(Command.unlink(old.partner_id.id))
            if invited or not back:
                commands.append(Command.link(new.partner_id.id))
            self.browse(ids).write({**values, "partner_ids": commands})

    def _sync_activities(self, fields):
        """A hand-over gives the activities by themselves, and never the closed ones."""
        if self.env.context.get("sales_handover") is SERVER_ONLY:
            fields = [name for name in fields if name != "user_id"]
        return super()._sync_activities(fields)
