from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

FIGURES = [("receivable", "Receivables"), ("revenue", "Revenue"), ("payment", "Payments")]
# In the order in which they are told
EXPLANATIONS = {
    "receivable": (*("prepaid", "no_client", "branch_money", "other_company", "matched_otherwise", "later"),),
    "revenue": (
        *("other_account", "other_date", "rounding", "other_line", "write_off", "exchange", "bill"),
        "by_hand",
    ),
    "payment": (
        *("unmatched", "no_client", "exchange", "other_company", "matched_otherwise", "other_account"),
    ),
}
ASIDE = ("draft", "branches")  # in neither of the two


class SalesLedgerCheck(models.TransientModel):
    """Our figures of a company and a period beside the ledger's: ours and the explanations are the ledger's.

    For accounting and for heads. The sums are counted as the server; a document behind them is opened with
    the user's own rights.
    """

    _name = "sales.ledger.check"
    _description = "Reconcile with the Ledger"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("First Day", required=True, default=lambda self: self._today().replace(day=1))
    date_to = fields.Date(
        "Last Day",
        required=True,
        default=lambda self: self._today(),
        help="Receivables are as of this day; revenue and payments are of the whole period.",
    )
    row_ids = fields.One2many("sales.ledger.check.row", "check_id", readonly=True)
    receivable_ids = fields.One2many(
        "sales.ledger.check.row",
        "check_id",
        "Receivables",
        domain=[("figure", "=", "receivable")],
        readonly=True,
    )
    revenue_ids = fields.One2many(
        "sales.ledger.check.row", "check_id", domain=[("figure", "=", "revenue")], readonly=True
    )
    payment_ids = fields.One2many(
        "sales.ledger.check.row", "check_id", "Payments", domain=[("figure", "=", "payment")], readonly=True
    )
    is_explained = fields.Boolean(compute="_compute_is_explained")

    @api.model
    def _today(self):
        return self.env.company._sales_today()

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._("Reconcile with the Ledger")

    @api.depends("row_ids.amount")
    def _compute_is_explained(self):
        for check in self:
            check.is_explained = not any(
                check.row_ids.filtered(lambda row: row.part == "left").mapped("amount")
            )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for check in self:
            if check.date_to < check.date_from:
                raise ValidationError(
                    self.env._(
                        "The period ends before it begins. Choose a later end, or an earlier beginning."
                    )
                )

    # ------------------------------------------------------
    # Who may know
    # ------------------------------------------------------

    @api.model
    def _reads_ledger(self):
        """:return: whether the user is of accounting"""
        user = self.env.user
        return user.has_group("account.group_account_readonly") or user.has_group(
            "account.group_account_invoice"
        )

    def _check_reader(self):
        """:raise AccessError: the sums of the company aren't for the user"""
        user = self.env.user
        if not user.has_group("sales_crm.group_head") and (
            user.has_group("sales_crm.group_manager") or not self._reads_ledger()
        ):
            raise AccessError(
                self.env._("The ledger of the whole company is for heads and accounting. Ask your head.")
            )
        # sudo: only which companies there are
        if self.sudo().company_id - user.company_ids:
            raise AccessError(self.env._("You don't work in this company. Choose one of yours."))

    # ------------------------------------------------------
    # Comparing
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        checks._compare()
        return checks

    def write(self, vals):
        res = super().write(vals)
        if {"company_id", "date_from", "date_to"} & set(vals):
            self._compare()
        return res

    @api.model
    def action_open(self):
        """:return: the page of this month, in the current company"""
        return self.create({})._action_form()

    def action_compare(self):
        """:return: the page, counted again"""
        self._compare()
        return self._action_form()

    def _action_form(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reconcile with the Ledger"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
        }

    def _compare(self):
        """Count the rows again. Those that are there stay, as somebody may be about to click one."""
        for check in self:
            check._check_reader()
            # sudo: sums for whoever may know them; the rows are the server's
            check.sudo()._write_rows()

    def _period(self):
        return self.company_id, self.date_from, self.date_to

    def _write_rows(self):
        self.env["sales.ledger.facts"]._flush_counted()
        before = {(row.figure, row.kind): row for row in self.row_ids}
        commands = []
        for figure, _name in FIGURES:
            for sequence, (part, kind, amount, count) in enumerate(self._count(figure)):
                vals = {"part": part, "sequence": sequence, "amount": amount, "count": count}
                row = before.pop((figure, kind), None)
                commands.append(
                    Command.update(row.id, vals)
                    if row
                    else Command.create({**vals, "figure": figure, "kind": kind})
                )
        commands += [Command.update(row.id, {"amount": 0, "count": 0}) for row in before.values()]
        self.row_ids = commands

    def _count(self, figure):
        """:return: list of (part, kind, amount, number of entries)"""
        Facts = self.env["sales.ledger.facts"]
        company, date_from, date_to = self._period()
        ours = Facts._ours(figure, *self._period())
        totals = Facts._totals(figure, *self._period())
        ledger, count = Facts._in_ledger(figure, company, date_from, date_to)
        told = [(kind, *totals[kind]) for kind in EXPLANATIONS[figure] if kind in totals]
        left = company.currency_id.round(ledger - ours - sum(amount for _kind, amount, _count in told))
        return [
            ("ours", "ours", ours, 0),
            *(("explanation", *row) for row in told),
            ("ledger", "ledger", ledger, count),
            ("left", "left", left, 0),
            *(("aside", kind, *found) for kind, found in self._aside(figure).items() if found[1]),
        ]

    def _aside(self, figure):
        """:return: dict kind -> (amount, number) of what is in neither of the two"""
        Facts = self.env["sales.ledger.facts"]
        _company, date_from, date_to = self._period()
        found = {"draft": Facts._drafts(figure, *self._period())}
        if branches := self._branches():
            found["branches"] = Facts._in_ledger(figure, branches, date_from, date_to)
        return found

    def _branches(self):
        """:return: the other companies that keep one ledger with this one"""
        Company = self.env["res.company"]
        return Company.browse(self.env["sales.credit"]._ledger(self.company_id)) - self.company_id

    # ------------------------------------------------------
    # Documents
    # ------------------------------------------------------

    def _action_list(self, model, name, domain, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": domain,
            "context": {"create": False, **context},
        }

    def _action_ours(self, figure, name):
        """:return: the rows of our report that the user may see"""
        if figure == "receivable":
            domain = [("company_id", "=", self.company_id.id), ("left_to_pay", ">", 0)]
            return self._action_report("sales.receivable.report", name, domain)
        return self._action_report(
            "sales.performance.report",
            name,
            [
                ("company_id", "=", self.company_id.id),
                ("date", ">=", self.date_from),
                ("date", "<=", self.date_to),
                ("kind", "in", ("invoiced", "credited") if figure == "revenue" else ("paid",)),
            ],
        )

    def _action_report(self, model, name, domain):
        """:raise UserError: the user sees none of the rows"""
        if not self.env[model].has_access("read") or not self.env[model].search_count(domain, limit=1):
            raise UserError(self._not_yours(name))
        return {**self._action_list(model, name, domain), "views": [[False, "list"], [False, "kanban"]]}

    def _action_entries(self, name, ids):
        return self._action_list("account.move.line", name, [("id", "in", ids)])

    def _not_yours(self, name):
        return self.env._(
            "“%s”: these entries are accounting's, and no list of yours has them. Ask the accountant what "
            "they are; the sum stands here.",
            name,
        )
