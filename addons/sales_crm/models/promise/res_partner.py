from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """How far a client's word can be relied upon."""

    _inherit = "res.partner"

    promise_ids = fields.One2many("sales.promise", "client_id", "Promises")
    promise_open_count = fields.Integer("Open Promises", compute="_compute_promises")
    promise_due_count = fields.Integer(
        "Promises Due",
        compute="_compute_promises",
        help="The client's promises to pay whose due day was in the last 12 months.",
    )
    promise_kept_count = fields.Integer("Promises Kept", compute="_compute_promises")
    promise_reliability = fields.Float(
        "Reliability", compute="_compute_promises", help="Promises kept / promises due."
    )
    promise_summary = fields.Char("Promises Kept in 12 Months", compute="_compute_promises")

    def action_promise(self):
        """:return: the dialog for a promise of this client, of what is overdue, else of what he owes"""
        self.ensure_one()
        return self.env["sales.promise"]._action_ask(self)

    def _compute_promises(self):
        """Reliability is kept / due over the 12 months that end yesterday: what is due today, or waited for
        yet, can still be kept.
        """
        counts = self._promises_by_client()
        for partner in self:
            of_partner = counts.get(partner.id, {})
            partner.promise_open_count = of_partner.pop("open", 0)
            due, kept = sum(of_partner.values()), of_partner.get("kept", 0)
            partner.promise_due_count = due
            partner.promise_kept_count = kept
            partner.promise_reliability = kept / due if due else 0
            partner.promise_summary = False
            if due:
                partner.promise_summary = self.env._(
                    "%(kept)s of %(due)s (%(percent)s %%)",
                    kept=kept,
                    due=due,
                    percent=round(100 * kept / due),
                )

    @api.model
    def _domain_promises_counted(self):
        """:return: Domain of the open promises, and of the client's that tell how far he keeps his word"""
        today = self.env.company._sales_today()
        Promise = self.env["sales.promise"]
        return Domain("state", "=", "open") | (
            Promise._domain_settled_by_payments()
            & Domain("state", "in", ["kept", "partial", "broken"])
            & Domain("date_due", ">=", today - relativedelta(months=12))
            & Domain("date_last", "<", today)
        )

    def _promises_by_client(self):
        """:return: dict client id -> dict state -> number, in one query; of the user's companies"""
        clients = self._origin.ids
        if not clients:
            return {}
        # sudo: who may see the client may see how many promises he kept
        rows = (
            self.env["sales.promise"]
            .sudo()
            ._read_group(
                self._domain_promises_counted()
                & Domain("client_id", "in", clients)
                & Domain("company_id", "in", self.env.companies.ids),
                ["client_id", "state"],
                ["__count"],
            )
        )
        counts = {}
        for client, state, count in rows:
            counts.setdefault(client.id, {})[state] = count
        return counts

    def action_view_promises(self):
        """:return: the list of the client's promises"""
        self.ensure_one()
        client = self.commercial_partner_id
        return {
            **self.env["ir.actions.actions"]._for_xml_id("sales_crm.sales_promise_action"),
            "domain": [("client_id", "=", client.id)],
            "context": {"default_client_id": client.id},
        }
