from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from ...tools.receivable import is_receivable


class SalesClientHistory(models.Model):
    """What was sold to clients and paid by them, on which terms, and who looked after them."""

    _inherit = "sales.client.history"

    # ------------------------------------------------------
    # Orders and money
    # ------------------------------------------------------

    @api.model
    def _order_row(self, arm, condition, amount, **values):
        """:param SQL amount: of the order, in its own currency"""
        return self._row(
            arm,
            SQL(
                """
                sale_order document
                JOIN res_partner partner ON partner.id = document.partner_id
                WHERE partner.client_id IS NOT NULL AND %s
                """,
                condition,
            ),
            source=SQL("document.id"),
            client=SQL("partner.client_id"),
            contact=SQL("partner.id"),
            company=SQL("document.company_id"),
            # As in core's sale.report: the rate is of the order's currency to the company's
            amount=SQL("%s / COALESCE(NULLIF(document.currency_rate, 0), 1)::numeric", amount),
            summary=SQL("document.name"),
            res_model=SQL("'sale.order'"),
            res_id=SQL("document.id"),
            **values,
        )

    @api.model
    def _arm_quotations(self, arm):
        """Whoever made it; the salesperson where the system did (an import, the web shop). What was ordered
        is one amount, that of the order.
        """
        return self._order_row(
            arm,
            SQL("TRUE"),
            SQL("CASE WHEN document.state != 'sale' THEN document.amount_total END"),
            date=SQL("document.create_date"),
            kind=SQL("'quotation'"),
            user=SQL("COALESCE(NULLIF(document.create_uid, %s), document.user_id)", SUPERUSER_ID),
        )

    @api.model
    def _arm_orders(self, arm):
        return self._order_row(
            arm,
            SQL("document.state = 'sale'"),
            SQL("document.amount_total"),
            date=SQL("document.date_order"),
            kind=SQL("'order'"),
            user=SQL("document.user_id"),
        )

    @api.model
    def _named_clients(self, named, contact):
        """An entry belongs to the client whom it names, wherever its contact works now. Where that firm is no
        client, the contact may be one himself.

        :param SQL named: the commercial partner whom the entry names
        :param SQL contact: to whom it went
        :return: list of SQL, joins of ``partner``: one of them finds the one whose client's it is
        """
        return [
            SQL("JOIN res_partner partner ON partner.id = %s", named),
            SQL(
                """
                JOIN res_partner payer ON payer.id = %(named)s AND payer.client_id IS NULL
                JOIN res_partner partner
                  ON partner.id = %(contact)s AND partner.id != payer.id
                 AND partner.commercial_partner_id = payer.id
                """,
                named=named,
                contact=contact,
            ),
        ]

    @api.model
    def _entry_rows(self, arm, tables, condition, named="document.commercial_partner_id", **values):
        """:param str tables: what of ``document`` and others comes before ``partner``
        :param SQL condition: on them and ``partner``
        :param str named: column of the commercial partner whom the entry names
        :return: SQL of the rows made of documents that name their client for good
        """
        return SQL(" UNION ALL ").join(
            self._row(
                arm,
                SQL(
                    "%s %s WHERE partner.client_id IS NOT NULL AND %s",
                    SQL(tables),
                    partner,
                    condition,
                ),
                client=SQL("partner.client_id"),
                contact=SQL("document.partner_id"),
                company=SQL("document.company_id"),
                **values,
            )
            for partner in self._named_clients(SQL(named), SQL("document.partner_id"))
        )

    @api.model
    def _arm_messages_of_entries(self, arm):
        return SQL(" UNION ALL ").join(
            self._message_row(
                arm,
                "account.move",
                SQL(
                    "account_move document %s JOIN mail_message message ON message.res_id = document.id",
                    partner,
                ),
                SQL("partner.client_id"),
                SQL("document.partner_id"),
            )
            for partner in self._named_clients(
                SQL("document.commercial_partner_id"), SQL("document.partner_id")
            )
        )

    @api.model
    def _arm_invoices(self, arm):
        return self._entry_rows(
            arm,
            "account_move document",
            SQL(
                """
                document.state = 'posted'
                AND document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """
            ),
            source=SQL("document.id"),
            **self._moment(
                SQL("document.invoice_date"),
                SQL("COALESCE(document.datetime_posted, document.create_date)"),
                SQL("document.company_id"),
            ),
            kind=SQL("CASE WHEN document.move_type = 'out_refund' THEN 'refund' ELSE 'invoice' END"),
            user=SQL("document.invoice_user_id"),
            amount=SQL("document.amount_total_signed"),
            summary=SQL("concat_ws(' · ', document.name, NULLIF(document.ref, ''))"),
            res_model=SQL("'account.move'"),
            res_id=SQL("document.id"),
        )

    @api.model
    def _arm_payments(self, arm):
        return self._payment_rows(
            arm,
            "account_payment document JOIN account_move entry ON entry.id = document.move_id",
            "entry.commercial_partner_id",
            SQL("COALESCE(entry.datetime_posted, document.create_date)"),
        )

    @api.model
    def _arm_payments_without_entry(self, arm):
        """Where a journal has no outstanding account, core makes no entry until the bank's comes: what the
        payment named is known by its contact only.
        """
        return self._payment_rows(
            arm,
            "account_payment document JOIN res_partner whose"
            " ON whose.id = document.partner_id AND document.move_id IS NULL",
            "whose.commercial_partner_id",
            SQL("document.create_date"),
        )

    @api.model
    def _payment_rows(self, arm, tables, named, recorded):
        return self._entry_rows(
            arm,
            tables,
            SQL("document.state IN ('in_process', 'paid') AND document.partner_type = 'customer'"),
            named,
            source=SQL("document.id"),
            **self._moment(SQL("document.date"), recorded, SQL("document.company_id")),
            kind=SQL("'payment'"),
            user=SQL("NULLIF(document.create_uid, %s)", SUPERUSER_ID),
            amount=SQL("document.amount_company_currency_signed"),
            summary=SQL("concat_ws(' · ', document.name, NULLIF(document.memo, ''))"),
            res_model=SQL("'account.payment'"),
            res_id=SQL("document.id"),
        )

    @api.model
    def _arm_bank_receipts(self, arm):
        """Money on a bank statement that no payment stands for; an entry may bring several clients' money."""
        return self._entry_rows(
            arm,
            "account_move document JOIN account_move_line line ON line.move_id = document.id",
            SQL(
                """
                document.state = 'posted' AND document.statement_line_id IS NOT NULL AND %s
                AND NOT EXISTS (
                    SELECT FROM account_payment_account_bank_statement_line_rel paid
                     WHERE paid.account_bank_statement_line_id = document.statement_line_id)
                """,
                is_receivable(),
            ),
            "line.partner_id",
            source=SQL("line.id"),
            **self._moment(
                SQL("document.date"),
                SQL("COALESCE(document.datetime_posted, document.create_date)"),
                SQL("document.company_id"),
            ),
            kind=SQL("'payment'"),
            amount=SQL("-line.balance"),
            summary=SQL("concat_ws(' · ', document.name, NULLIF(line.name, ''))"),
            res_model=SQL("'account.move'"),
            res_id=SQL("document.id"),
        )

    # ------------------------------------------------------
    # Terms and hands
    # ------------------------------------------------------

    @api.model
    def _tracked(self, arm, model, table, field_name, client, **values):
        """Changes of one field as the chatter tracks them."""
        return self._row(
            arm,
            SQL(
                """
                mail_message message
                JOIN mail_tracking_value tracked ON tracked.mail_message_id = message.id
                JOIN %(table)s document ON document.id = message.res_id
                WHERE message.model = %(model)s AND tracked.field_id = %(field)s AND %(client)s IS NOT NULL
                """,
                table=SQL.identifier(table),
                model=model,
                field=self.env["ir.model.fields"]._get(model, field_name).id,
                client=client,
            ),
            source=SQL("tracked.id"),
            date=SQL("message.date"),
            client=client,
            user=SQL("(SELECT MIN(u.id) FROM res_users u WHERE u.partner_id = message.author_id)"),
            company=SQL("document.company_id"),
            res_model=SQL("message.model"),
            res_id=SQL("message.res_id"),
            **values,
        )

    @api.model
    def _arm_manager_changes(self, arm):
        # A contact's manager follows the client's: only the client's own change is one
        return self._tracked(
            arm,
            "res.partner",
            "res_partner",
            "user_id",
            SQL("CASE WHEN document.client_id = document.id THEN document.client_id END"),
            kind=SQL("'manager'"),
            summary=SQL(
                "concat(COALESCE(tracked.old_value_char, '—'), ' → ', COALESCE(tracked.new_value_char, '—'))"
            ),
        )

    @api.model
    def _handover_row(self, arm, states, date, old, new):
        """Hand-overs are silent: they track nothing, and keep their own record."""
        name = "(SELECT p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = {})"
        return self._row(
            arm,
            SQL(
                """
                sales_handover_line line
                JOIN sales_handover handover ON handover.id = line.handover_id
                WHERE line.client_id IS NOT NULL AND line.state IN %s AND EXISTS (
                        SELECT FROM sales_handover_item item
                         WHERE item.handover_id = line.handover_id AND item.res_model = 'res.partner'
                           AND item.res_id = line.client_id AND item.state IN ('moved', 'returned', 'kept'))
                """,
                states,
            ),
            source=SQL("line.id"),
            date=date,
            kind=SQL("'manager'"),
            client=SQL("line.client_id"),
            user=SQL("handover.run_user_id"),
            company=SQL("handover.company_id"),
            summary=SQL("concat(%s, ' → ', %s)", SQL(name.format(old)), SQL(name.format(new))),
            res_model=SQL("'res.partner'"),
            res_id=SQL("line.client_id"),
        )

    @api.model
    def _arm_handovers(self, arm):
        return self._handover_row(
            arm,
            ("done", "undone", "kept"),
            SQL("handover.date_start"),
            "handover.from_user_id",
            "line.receiver_id",
        )

    @api.model
    def _arm_handovers_undone(self, arm):
        return self._handover_row(
            arm,
            ("undone",),
            SQL("COALESCE(handover.date_undone, line.write_date)"),
            "line.receiver_id",
            "handover.from_user_id",
        )

    @api.model
    def _arm_contracts(self, arm):
        """Contracts in force, ended, taken up again: each change of their state."""
        return self._tracked(
            arm,
            "sales.contract",
            "sales_contract",
            "state",
            SQL("document.client_id"),
            kind=SQL("'contract'"),
            summary=SQL("concat_ws(': ', document.name, tracked.new_value_char)"),
        )

    @api.model
    def _arm_releases(self, arm):
        return self._row(
            arm,
            SQL("sales_credit_release release WHERE release.date_decided IS NOT NULL"),
            source=SQL("release.id"),
            date=SQL("release.date_decided"),
            kind=SQL("'release'"),
            client=SQL("release.client_id"),
            user=SQL("release.approver_id"),
            company=SQL("release.company_id"),
            amount=SQL("release.amount"),
            summary=SQL(
                "concat_ws(' · ', release.document_name, %s, NULLIF(release.decision_note, ''))",
                self._release_state_sql(),
            ),
            res_model=SQL("'sales.credit.release'"),
            res_id=SQL("release.id"),
        )

    @api.model
    def _release_state_sql(self):
        states = self.env["sales.credit.release"]._fields["state"]._description_selection(self.env)
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", value, label) for value, label in states)
        return SQL("CASE release.state %s END", cases)
