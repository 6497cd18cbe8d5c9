from odoo import api, models
from odoo.fields import Domain

from ...tools.granted import GrantedClients, ensure_statistics, with_client

# A search by one of these is after the activities of a few clients or documents
NAMING = {"id", "client_id", "res_id"}


class MailActivity(models.Model):
    """Whoever may see a client sees his activities, whichever document they hang on.

    Core asks the document instead, in Python, for every matching row; its search even wants the right to
    *change* the document. For clients' activities the record rule decides, in SQL; for the others core
    is asked as ever.
    """

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    # See tools/granted.py; whole, as PostgreSQL takes no statistics of an expression from a partial one
    _client_or_none_idx = models.Index("((COALESCE(client_id, 0)))")
    # Lists of what is to be done; the closed ones, most of them older, would be walked through first
    _deadline_open_idx = models.Index("(date_deadline, id) WHERE active IS TRUE")

    def init(self):
        res = super().init()
        # When the indexes stand, which are made last
        self.pool.post_init(ensure_statistics, self.env.cr, self._table, "mail_activity_client_or_none_idx")
        return res

    @api.model
    def _sales_guard_domain(self, mode):
        """The client of an activity is a client himself, so it needs no look at his card.

        An employee whom somebody ticked as a client is nobody's client.
        """
        clients = self.env["sales.access.rule"]._granted_clients(self._sales_guard_mode(mode))
        if clients.is_true():
            return clients
        return GrantedClients("client_id", clients | Domain("client_id", "=", False), lone=True, bulk=True)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if bypass_access or not self._client_decides():
            return super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)
        self.browse().check_access("read")
        domain = Domain(domain)
        named = any(leaf.operator == "in" and leaf.field_expr in NAMING for leaf in domain.iter_conditions())
        if named and not self.env.context.get("sales_named_records"):
            # See tools/granted.py
            activities = self.with_context(sales_named_records=True)
            return activities._search(domain, offset, limit, order, **kwargs)
        others = super()._search(domain & Domain("client_id", "=", False), **kwargs)
        rule = self.env["ir.rule"]._compute_domain(self._name, "read")
        seen = Domain("client_id", "!=", False) & with_client(rule, "client_id")
        if not others.is_empty():
            seen |= Domain("id", "in", others)
        return super()._search(domain & seen, offset, limit, order, bypass_access=True, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if not result or operation != "read" or not self._client_decides():
            return result
        # sudo: whether the record rule lets them through is what is found out
        refused = result[0].sudo()
        rule = self.env["ir.rule"]._compute_domain(self._name, operation)
        seen = refused.filtered("client_id").filtered_domain(rule)
        refused = (refused - seen).sudo(self.env.su)
        return (refused, lambda: refused._make_access_error(operation)) if refused else None

    @api.model
    def _client_decides(self):
        """:return: whether the current user works with clients"""
        return not self.env.su and self.env.user.has_group("sales_crm.group_manager")
