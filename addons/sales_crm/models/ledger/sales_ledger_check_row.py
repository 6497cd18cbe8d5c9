from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .sales_ledger_check import FIGURES

OPEN_MONEY = ("unmatched", "no_client")  # rows of receivables as well


class SalesLedgerCheckRow(models.TransientModel):
    """A sum of the page: ours, an explanation, the ledger's, what is left, or what is in neither."""

    _name = "sales.ledger.check.row"
    _description = "Figure beside the Ledger"
    _order = "check_id, figure, sequence, id"

    check_id = fields.Many2one("sales.ledger.check", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    figure = fields.Selection(FIGURES, required=True)
    part = fields.Selection(
        [
            ("ours", "In our reports"),
            ("explanation", "Explanation"),
            ("ledger", "In the ledger"),
            ("left", "Unexplained"),
            ("aside", "In neither"),
        ],
        required=True,
    )
    kind = fields.Char(required=True)
    name = fields.Char("What", compute="_compute_name")
    amount = fields.Monetary()
    count = fields.Integer("Entries")
    currency_id = fields.Many2one(related="check_id.currency_id")

    @api.depends("figure", "kind")
    @api.depends_context("lang")
    def _compute_name(self):
        names = {figure: {**self._names(), **self._names_of(figure)} for figure in dict(FIGURES)}
        for row in self:
            row.name = names[row.figure][row.kind]

    @api.model
    def _names(self):
        """:return: dict kind -> what it is called, whatever the figure"""
        return {
            "left": self.env._("Left unexplained"),
            "no_client": self.env._("Unmatched money without a client"),
            "exchange": self.env._("Exchange differences"),
            "other_company": self.env._("Matched with entries of another company"),
            "draft": self.env._("Not counted: not posted yet"),
            "branches": self.env._("Not counted: branches and head company, on pages of their own"),
        }

    @api.model
    def _names_of(self, figure):
        """:return: dict kind -> what it is called for this figure"""
        return {
            "receivable": {
                "ours": self.env._("In our reports: what clients owe"),
                "prepaid": self.env._("Paid or credited beyond what is owed, not matched yet"),
                "branch_money": self.env._("Covered by money in another company of the same ledger"),
                "matched_otherwise": self.env._("Matched with entries that are not on clients' accounts"),
                "later": self.env._("Dated after the period"),
                "ledger": self.env._("In the ledger: balance of clients' accounts"),
            },
            "revenue": {
                "ours": self.env._("In our reports: invoiced less credit notes, without tax"),
                "other_account": self.env._("Invoiced on accounts that are not income"),
                "other_date": self.env._("Invoice date and accounting date in different periods"),
                "rounding": self.env._("Cash rounding on invoices"),
                "other_line": self.env._("Other lines of invoices on income accounts"),
                "write_off": self.env._("Bank and cash entries on income accounts: write-offs, interest"),
                "bill": self.env._("Vendor bills on income accounts"),
                "by_hand": self.env._("Other entries on income accounts: by hand, deferrals"),
                "ledger": self.env._("In the ledger: turnover of income accounts"),
            },
            "payment": {
                "ours": self.env._("In our reports: money matched with invoices"),
                "unmatched": self.env._("Clients' money that isn't matched yet"),
                "matched_otherwise": self.env._("Money matched with something else than invoices"),
                "other_account": self.env._("Paid on accounts that are not clients'"),
                "ledger": self.env._("In the ledger: bank and cash entries on clients' accounts"),
            },
        }[figure]

    def action_open_documents(self):
        """:return: list of what the sum consists of: journal items for accounting; for a head without its
            rights the rows of his own reports
        :raise AccessError: the page isn't for the user
        :raise UserError: there is nothing to open, or nothing that he may open
        """
        self.ensure_one()
        self.check_access("read")
        check = self.check_id
        check._check_reader()
        if self.part == "ours":
            return check._action_ours(self.figure, self.name)
        if not self.count:
            raise UserError(self.env._("“%s”: there are no documents.", self.name))
        lines, rows = self._found()
        if self.part == "aside" and self.kind == "draft":
            return self._action_drafts(lines)
        if check._reads_ledger():
            return check._action_entries(self.name, lines)
        if self.figure == "receivable" or self.kind in OPEN_MONEY:
            return check._action_report("sales.receivable.report", self.name, [("id", "in", rows or lines)])
        return check._action_report("sales.performance.report", self.name, [("id", "in", rows)])

    def _action_drafts(self, ids):
        check = self.check_id
        if not check._reads_ledger():
            raise UserError(check._not_yours(self.name))
        model = self.env["sales.ledger.facts"]._drafts_model(self.figure)
        return check._action_list(model, self.name, [("id", "in", ids)])

    def _found(self):
        """:return: (ids of the journal items, or of the drafts; ids of the rows of our report)"""
        # sudo: what the sum consists of; the list of it is opened with the user's rights
        Facts = self.env["sales.ledger.facts"].sudo()
        check = self.check_id.sudo()
        Facts._flush_counted()
        if self.part == "explanation":
            return Facts._found(self.figure, self.kind, *check._period())
        if self.kind == "draft":
            query = SQL("SELECT id FROM (%s) draft", Facts._drafts_sql(self.figure, *check._period()))
        else:
            company, date_from, date_to = check._period()
            companies = check._branches() if self.kind == "branches" else company
            query = SQL(
                "SELECT line.id FROM account_move_line line WHERE %s",
                Facts._ledger_condition(self.figure, companies, date_from, date_to),
            )
        return [found for (found,) in self.env.execute_query(query)], []
