from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.receivable import covered, days_overdue, due_date, is_open_receivable, is_overdue, residual

AGES = [
    # Sorted by value wherever Odoo groups
    ("00_not_due", "Not due"),
    ("01_30", "1–30 days"),
    ("31_60", "31–60 days"),
    ("61_90", "61–90 days"),
    ("91_over", "Over 90 days"),
    ("covered", "Covered by unmatched"),
    ("unapplied", "Not matched yet"),
]


class SalesReceivableReport(models.Model):
    """What clients owe, an open instalment a row, for people without accounting rights.

    The rows are the open lines of the ledger, so they add up to the debt on the client's card. What is not
    matched yet covers the oldest debts of its client first, see
    :func:`~odoo.addons.sales_crm.tools.receivable.covered`: only what is left then is to pay or overdue. Days
    are counted in the time zone of the company, see ``res.company._sales_today``.
    """

    _name = "sales.receivable.report"
    _description = "Receivable"
    _auto = False
    _order = "date_due, id"
    _rec_name = "number"
    _sales_guard_path = "client_id"

    number = fields.Char("Invoice", readonly=True)
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, help="To whom the invoice went.")
    contract_id = fields.Many2one("sales.contract", readonly=True)
    invoice_manager_id = fields.Many2one(
        "res.users", "Manager at Invoice", readonly=True, help="Who sold, as it stands on the invoice."
    )
    manager_id = fields.Many2one(
        "res.users", "Manager Now", readonly=True, help="Whose client he is today, and who gets the money in."
    )
    team_id = fields.Many2one("crm.team", readonly=True, help="The team of the manager now.")
    company_id = fields.Many2one("res.company", readonly=True)
    invoice_date = fields.Date(readonly=True)
    date_due = fields.Date("Due Date", readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator="max")
    age = fields.Selection(AGES, readonly=True, help="How long the instalment is past its due date.")
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)
    residual = fields.Monetary(
        "Debt",
        currency_field="company_currency_id",
        readonly=True,
        help="What is left to pay; payments and credit notes that are not matched yet count against it.",
    )
    covered = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What payments and credit notes that are not matched yet cover of it, the oldest debt first; of "
        "these themselves, what they cover. Accounting is to match it.",
    )
    left_to_pay = fields.Monetary(
        "Left to Pay",
        currency_field="company_currency_id",
        readonly=True,
        help="Debt less what is covered. Negative: the client has paid more than he owes.",
    )
    overdue = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What is left to pay of instalments past their due date, less what is covered by payments and "
        "credit notes that are not matched yet.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    residual_currency = fields.Monetary(
        "Debt in Currency", readonly=True, aggregator=None, help="In the currency of the invoice."
    )

    _depends = {
        "account.move": ["name", "invoice_user_id", "contract_id", "invoice_date", "partner_id"],
        "account.move.line": [
            "account_id", "amount_residual", "amount_residual_currency", "balance", "company_id",
            "currency_id", "date", "date_maturity", "move_id", "parent_state", "partner_id", "payment_id",
            "reconciled", "statement_line_id",
        ],
        "account.account": ["account_type"],
        "res.company": ["currency_id", "parent_path"],
        "res.partner": ["commercial_partner_id", "user_id"],
        "res.users": ["sale_team_id"],
    }  # fmt: skip

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self):
        """:return: SQL of the columns; ``day.today`` is the company's day"""
        left = SQL("(%s - COALESCE(covered.amount, 0))", residual())
        due = due_date()
        return SQL(
            """
            SELECT line.id, line.move_id, move.name AS number, debtor.commercial_partner_id AS client_id,
                   COALESCE(move.partner_id, line.partner_id) AS partner_id, move.contract_id,
                   move.invoice_user_id AS invoice_manager_id, client.user_id AS manager_id,
                   manager.sale_team_id AS team_id, line.company_id,
                   COALESCE(move.invoice_date, move.date) AS invoice_date, %(due)s AS date_due,
                   CASE WHEN %(overdue)s THEN %(days)s ELSE 0 END AS days_overdue,
                   CASE WHEN %(left)s = 0 THEN 'covered'
                        WHEN %(left)s < 0 THEN 'unapplied'
                        WHEN NOT %(overdue)s THEN '00_not_due'
                        WHEN %(days)s <= 30 THEN '01_30'
                        WHEN %(days)s <= 60 THEN '31_60'
                        WHEN %(days)s <= 90 THEN '61_90'
                        ELSE '91_over' END AS age,
                   company.currency_id AS company_currency_id,
                   line.balance AS amount, %(residual)s AS residual,
                   COALESCE(covered.amount, 0) AS covered, %(left)s AS left_to_pay,
                   CASE WHEN %(overdue)s THEN %(left)s ELSE 0 END AS overdue,
                   line.currency_id, line.amount_residual_currency AS residual_currency
            """,
            due=due,
            days=days_overdue(SQL("day.today"), due),
            overdue=is_overdue(SQL("day.today"), due, left),
            left=left,
            residual=residual(),
        )

    @api.model
    def _from(self):
        Ledger = self.env["sales.receivable.ledger"]
        return SQL(
            """
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_company company ON company.id = line.company_id
              JOIN %(days)s ON day.company_id = line.company_id
              LEFT JOIN (%(covered)s) covered ON covered.id = line.id
              LEFT JOIN res_partner debtor ON debtor.id = line.partner_id
              LEFT JOIN res_partner client ON client.id = debtor.commercial_partner_id
              LEFT JOIN res_users manager ON manager.id = client.user_id
            """,
            days=Ledger._days_sql(),
            covered=covered(SQL("(%s)", Ledger._balances_now_sql())),
        )

    @api.model
    def _where(self):
        return SQL("WHERE %s AND %s != 0", is_open_receivable(), residual())

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("client_id", "invoice_manager_id", mode)

    def _debt_key(self):
        """:return: (id of the invoice, id of the client): an entry may say what several clients owe"""
        return self.move_id.id, self.client_id.id

    def action_open_document(self):
        """:return: the invoice or payment of this row
        :raise AccessError: the user has no right to see it
        """
        self.ensure_one()
        if not self.move_id.has_access("read"):
            raise AccessError(
                self.env._(
                    "You may not open %s: it is accounting's. What you need of it stands in this list.",
                    self.number,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [[False, "form"]],
        }

    def action_match(self):
        """Match the unmatched payments and credit notes among the rows with the debts among them, of each
        client, account and company on its own, as core does it: the oldest debt first.

        :return: what was matched, as a notification
        :raise AccessError: the user is no accountant
        :raise UserError: there is nothing to match among the rows
        """
        self.check_access("read")
        lines = self.env["account.move.line"].browse(self.ids)
        lines.check_access("write")
        matched = 0
        for of_client in lines.grouped(self._match_key).values():
            if len({line.amount_residual > 0 for line in of_client}) == 2:
                of_client.reconcile()
                matched += 1
        if not matched:
            raise UserError(
                self.env._(
                    "There is nothing to match: choose a client's payment or credit note and his invoices, "
                    "all on one account."
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Matched for %s clients.", matched),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _match_key(self, line):
        """:return: what lines must have in common to be matched"""
        return line.company_id.root_id, line.account_id, line.partner_id.commercial_partner_id

    def action_promise(self):
        """:return: the dialog for a promise to pay what is left of this instalment
        :raise UserError: it is a payment that waits to be matched
        """
        self.ensure_one()
        self.check_access("read")
        if self.left_to_pay <= 0:
            raise UserError(self.env._("%s: nothing is left to pay, so nothing to promise.", self.number))
        # sudo: only whether it is an invoice
        invoice = self.move_id.sudo().move_type == "out_invoice"
        return self.env["sales.promise"]._action_ask(
            self.client_id,
            amount=self._left_in_currency(),
            currency_id=self.currency_id.id,
            company_id=self.company_id.id,
            move_id=self.move_id.id if invoice else False,
        )

    def _left_in_currency(self):
        """:return: what is left to pay, in the currency of the invoice"""
        return self.currency_id.round(self.residual_currency * self.left_to_pay / self.residual)
