from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang


class AccountMove(models.Model):
    """A client's invoice for people who see the client but not the accounting."""

    _inherit = "account.move"

    sales_paid_text = fields.Text(
        "Paid",
        compute="_compute_sales_paid_text",
        help="When and how much of it was paid or credited.",
    )

    @api.depends_context("uid")
    def _compute_payment_count(self):
        """Core counts what it reads; whoever may not read payments gets the number of his clients' ones."""
        if self.env["account.payment"].has_access("read"):
            return super()._compute_payment_count()
        guard = self._sales_seen_of("account.payment")
        for move in self:
            # sudo: only how many there are, and of clients that the user sees
            move.payment_count = len(move.sudo().reconciled_payment_ids.filtered_domain(guard))
        return None

    @api.depends("line_ids.matched_debit_ids", "line_ids.matched_credit_ids")
    @api.depends_context("uid", "lang")
    def _compute_sales_paid_text(self):
        guard = self._sales_seen_of("account.move.line")
        for move in self:
            shown = move.is_sale_document(include_receipts=True) and move.state == "posted"
            move.sales_paid_text = shown and "\n".join(move._sales_paid_lines(guard))

    @api.model
    def _sales_seen_of(self, model_name):
        """:return: Domain of the records of a model whose clients the current user sees"""
        if not self.env["sales.access.rule"]._is_restricted():
            return Domain.TRUE
        return self.env[model_name]._sales_plain()._sales_guard_domain("read")

    def _sales_paid_lines(self, guard):
        """:param guard: Domain of the entries' lines that the user may see
        :return: list of texts, one for each payment or credit note by which this invoice was settled
        """
        # sudo: whoever sees the invoice sees when it was paid; of other clients' payments he sees nothing
        move = self.sudo()
        partials = [part for part in move._get_all_reconciled_invoice_partials() if not part["is_exchange"]]
        seen = [part for part in partials if part["aml"].filtered_domain(guard)]
        return [move._sales_paid_line(part) for part in sorted(seen, key=lambda part: part["aml"].date)]

    def _sales_paid_line(self, part):
        """:return: one text like "11/20/2026: $ 40.00"; a credit note with its number"""
        entry = part["aml"].move_id
        date = format_date(self.env, part["aml"].date)
        text = f"{date}: {formatLang(self.env, part['amount'], currency_obj=part['currency'])}"
        return f"{text} ({entry.name})" if entry.is_invoice(include_receipts=True) else text
