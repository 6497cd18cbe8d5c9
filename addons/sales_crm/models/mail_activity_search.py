from odoo import api, models
from odoo.fields import Domain

from ..tools.granted import GrantedDocuments


class MailActivity(models.Model):
    """Whoever may see a client finds his activities.

    Core's search wants more than its own right to read: that one may *change* the document; and it fetches
    every matching row to filter them in Python. For clients' activities the documents' record rules are
    asked in SQL; for the others core is asked as ever.
    """

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if self.env.su or bypass_access or not self.env.user.has_group("sales_crm.group_manager"):
            return super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        self.browse().check_access("read")
        found = (
            Domain(domain)
            & self.env["ir.rule"]._compute_domain(self._name, "read")
            & (self._domain_of_clients() | self._domain_of_others(domain, **kwargs))
        )
        return super()._search(found, offset, limit, order, bypass_access=True, **kwargs)

    @api.model
    def _domain_of_clients(self):
        """:return: Domain of the clients' activities that the current user may read: his own, and those of
        documents that he may read
        """
        documents = {
            name: self.env["ir.rule"]._compute_domain(name, "read")
            for name in self._documents_with_clients()
            if self.env[name].has_access("read")
        }
        own = Domain("user_id", "=", self.env.uid)
        readable = Domain("res_model", "in", list(documents)) & GrantedDocuments(
            "res_model", "res_id", documents
        )
        return Domain("client_id", "!=", False) & (own | readable)

    @api.model
    def _documents_with_clients(self):
        """:return: names of the models that have activities and hang on clients"""
        return [
            name
            for name in sorted(self.pool)
            if self.env[name]._sales_is_guarded_document() and "activity_ids" in self.env[name]._fields
        ]

    @api.model
    def _domain_of_others(self, domain, **kwargs):
        """:return: Domain of the other activities that core lets the current user see"""
        return Domain("id", "in", super()._search(Domain(domain) & Domain("client_id", "=", False), **kwargs))
