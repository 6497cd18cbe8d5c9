from odoo import api, models
from odoo.fields import Domain


class SalesMyDay(models.AbstractModel):
    """Beside the day: clients without a next step, clients not contacted for long, whom not to call."""

    _inherit = "sales.my.day"

    @api.model
    def get_day(self, user_id=False, date=False):
        """:return: dict, also with ``clients``: ``no_next_step`` and ``silent`` (numbers of clients),
        ``silent_days``, ``user_id`` (whose clients; False: everybody's, on a head's own day), and with
        ``next_step_required``
        """
        day = super().get_day(user_id, date)
        return {
            **day,
            "clients": self._get_client_counts(self._get_manager(user_id)),
            "next_step_required": self.env.company.sales_next_step_required,
        }

    @api.model
    def _get_client_counts(self, manager):
        Partner = self.env["res.partner"]
        everybody = self._is_head() and manager.id == self.env.uid
        clients = Domain("is_client", "=", True) & Domain("parent_id", "=", False)
        if not everybody:
            clients &= Domain("user_id", "=", manager.id)
        return {
            "no_next_step": Partner.search_count(clients & Partner._domain_no_next_step()),
            "silent": Partner.search_count(clients & Domain("is_silent", "=", True)),
            "silent_days": self.env.company.sales_silent_days,
            "user_id": False if everybody else manager.id,
        }

    # ------------------------------------------------------
    # Rows
    # ------------------------------------------------------

    @api.model
    def _prepare_rows(self, activities, manager):
        """:return: rows, each also with ``is_last``: nothing else is planned with the client"""
        rows = super()._prepare_rows(activities, manager)
        # sudo: what others have planned with the client counts
        counts = dict(
            self.env["mail.activity"]
            .sudo()
            ._read_group(
                [("client_id", "in", activities.sudo().client_id.ids), ("active", "=", True)],
                ["client_id"],
                ["__count"],
            )
        )
        by_client = {client.id: count for client, count in counts.items()}
        return [
            {**row, "is_last": bool(row["client"]) and by_client.get(row["client"]["id"]) == 1}
            for row in rows
        ]

    @api.model
    def _call_refused(self, document):
        """:return: why the person whom the document names must not be called; empty if he may be"""
        partner = document if document._name == "res.partner" else self._partner_of(document)
        return partner.call_refused or ""

    @api.model
    def _prepare_contact(self, document):
        """:return: dict, also with ``call_refused``: why this person must not be called, else empty"""
        return {**super()._prepare_contact(document), "call_refused": self._call_refused(document)}

    @api.model
    def _prepare_phone(self, activity, contacts, readable):
        phone = super()._prepare_phone(activity, contacts, readable)
        # sudo: who may read the client may know that he must not be called
        client = activity.sudo().client_id
        refused = phone.get("call_refused") or (client.id in readable and client.call_refused)
        return {**phone, "call_refused": refused or ""}
