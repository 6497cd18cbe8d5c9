from odoo import api, models
from odoo.fields import Domain


class SalesClientDocument(models.AbstractModel):
    """A document that belongs to a client: its activities are the client's activities.

    Inherit it beside the document's own model and name the field with its partner, or its partners, in
    ``_sales_guard_path``. Everything else follows from that; a document that has another way to its client
    as well answers one of three small methods:

    * :meth:`_sales_client_fields`: which fields decide whose document it is;
    * :meth:`_sales_clients`: whose documents these are;
    * :meth:`_sales_client_domain`: which documents are of these partners.
    """

    _name = "sales.client.document"
    _description = "Document of a Client"

    # The field with the partner, a contact of the client or the client himself; of several the first client
    _sales_guard_path = "partner_id"
    # The field with the document's own manager, who decides where there is no client
    _sales_guard_owner = "user_id"

    @api.model
    def _sales_client_fields(self):
        """:return: names of the fields whose change may give the document to another client"""
        return {self._sales_guard_path}

    def _sales_clients(self):
        """:return: dict document id -> client (res.partner), without those that have none"""
        clients = {document.id: document._sales_partners().commercial_partner_id for document in self}
        found = {document: of_it.filtered("is_client")[:1] for document, of_it in clients.items()}
        return {document: client for document, client in found.items() if client}

    def _sales_partners(self):
        """:return: the partners of these documents"""
        return self.mapped(self._sales_guard_path)

    @api.model
    def _sales_client_domain(self, partners):
        """:return: Domain of the documents that hang on ``partners``"""
        return Domain(self._sales_guard_path, "in", partners.ids)

    @api.model
    def _sales_owner_field(self):
        return self._sales_guard_owner

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner(self._sales_guard_path, self._sales_guard_owner, mode)

    def _note_hidden_from_manager(self):
        """Leave a note in the documents whose manager may not see their client, and so not see them."""
        if self.env.su:
            return  # the server's own work, like a hand-over, tells of itself
        # sudo: whether the manager sees the client is asked for him, not for who writes
        for user, documents in self.sudo().grouped(self._sales_guard_owner).items():
            clients = self.env["sales.access.rule"]._hidden_from(user, documents._sales_partners().client_id)
            hidden = documents.filtered(lambda d, clients=clients: d._sales_partners().client_id & clients)
            note = self.env._(
                "%s may not see the client of this document, so neither the document.", user.name
            )
            hidden._message_log_batch(bodies=dict.fromkeys(hidden.ids, note))

    def _sales_activities(self):
        """:return: every activity of these documents, closed ones too, whoever may see them"""
        # sudo: the client of an activity is right or wrong regardless of who looks at it
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )

    def write(self, vals):
        res = super().write(vals)
        if self._sales_client_fields() & vals.keys():
            self._sales_activities()._recompute_clients()
        return res

    def unlink(self):
        """Clients' activities outlive the document: they move to the client's card."""
        self.check_access("unlink")
        self._sales_activities()._keep_without_document()
        return super().unlink()
