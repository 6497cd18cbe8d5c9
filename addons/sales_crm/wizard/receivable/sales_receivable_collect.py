from odoo import api, fields, models
from odoo.tools import format_amount


class SalesReceivableCollect(models.TransientModel):
    """The shortest list of invoices whose payment makes a red figure green, on its way into the plans."""

    _name = "sales.receivable.collect"
    _description = "What to Collect"

    figure = fields.Selection(
        [("debt", "Debt / shipments"), ("overdue", "Overdue / debt")], required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    manager_names = fields.Char("Managers", readonly=True)
    debt = fields.Monetary(readonly=True)
    overdue = fields.Monetary(readonly=True)
    shipments = fields.Monetary(readonly=True)
    amount = fields.Monetary("To Collect", compute="_compute_ratios")
    target = fields.Float(compute="_compute_ratios")
    ratio = fields.Float("Now", compute="_compute_ratios")
    ratio_after = fields.Float("When It Is Paid", compute="_compute_ratios")
    line_ids = fields.One2many("sales.receivable.collect.line", "collect_id", "Invoices", readonly=True)

    @api.depends("line_ids.amount", "figure", "debt", "overdue", "shipments")
    def _compute_ratios(self):
        for collect in self:
            # sudo: the targets are settings of the company
            company = collect.company_id.sudo()
            overdue = collect.figure == "overdue"
            collect.amount = sum(collect.line_ids.mapped("amount"))
            collect.target = company.sales_kpi_overdue_target if overdue else company.sales_kpi_debt_target
            collect.ratio = collect._ratio_when_paid(0)
            collect.ratio_after = collect._ratio_when_paid(collect.amount)

    def _ratio_when_paid(self, paid):
        over, under = (
            (self.overdue - paid, self.debt - paid)
            if self.figure == "overdue"
            else (self.debt - paid, self.shipments)
        )
        return over / under if under > 0 else 0.0

    # ------------------------------------------------------
    # Into the plans
    # ------------------------------------------------------

    def action_plan(self):
        """One activity for each invoice and client on the client's card, for his manager's next working day.
        What stands in somebody's plan already stays there.

        :return: what has been planned, as a notification
        :raise AccessError: the user may not plan for one of the clients
        """
        self.ensure_one()
        rows = self._rows_to_plan()
        planned = self._planned(rows.move_id)
        # sudo: whether a colleague still works here is no secret
        managed = rows.filtered(lambda row: row.manager_id.sudo().active)
        vals_list = self._prepare_activities(managed.filtered(lambda row: row._debt_key() not in planned))
        debts = [(vals.pop("unpaid_move_id"), vals.pop("unpaid_client_id")) for vals in vals_list]
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)
        for activity, (move, client) in zip(activities, debts, strict=True):
            # sudo: the user sees the debt, by _rows_to_plan; by hand nobody says which one is in a plan
            activity.sudo().write({"unpaid_move_id": move, "unpaid_client_id": client})
        old = {row._debt_key() for row in rows} & planned
        message = self.env._(
            "Planned: %(new)s. In a plan already: %(old)s.", new=len(vals_list), old=len(old)
        )
        without = len({row._debt_key() for row in rows - managed})
        if without:
            message += "\n" + self.env._(
                "%s invoices are of clients without a manager. Give the clients a manager first.", without
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if without else "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _rows_to_plan(self):
        """:return: the open instalments of the invoices and clients, as far as the user may see them; who
        manages the client and whether something is still to pay is asked now
        """
        rows = self.env["sales.receivable.report"].search(
            [("move_id", "in", self.line_ids.move_id.ids), ("left_to_pay", ">", 0)]
        )
        chosen = {line._debt_key() for line in self.line_ids}
        return rows.filtered(lambda row: row._debt_key() in chosen)

    def _planned(self, moves):
        """:return: set of (invoice, client) for which somebody has an open activity"""
        # sudo: it counts whoever has it, also if the user may not see that activity
        activities = self.env["mail.activity"].sudo().search([("unpaid_move_id", "in", moves.ids)])
        return {
            (activity.unpaid_move_id.id, activity.unpaid_client_id.commercial_partner_id.id)
            for activity in activities
        }

    def _prepare_activities(self, rows):
        """:param rows: of the receivables, one or more for an invoice and client
        :return: list of dict, one for each invoice and client
        """
        lines = {line._debt_key(): line for line in self.line_ids}
        days = rows.manager_id._sales_next_workdays()
        return [
            self._prepare_activity(of_debt[0], lines[key], days[of_debt[0].manager_id])
            for key, of_debt in rows.grouped(lambda row: row._debt_key()).items()
        ]

    def _prepare_activity(self, row, line, day):
        # sudo: the language of a colleague is no secret
        env = self.with_context(lang=row.manager_id.sudo().lang).env
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": row.client_id.id,
            "activity_type_id": self.env.ref("sales_crm.mail_activity_type_payment").id,
            "user_id": row.manager_id.id,
            "date_deadline": day,
            "unpaid_move_id": row.move_id.id,
            "unpaid_client_id": row.client_id.id,
            "summary": env._(
                "Get %(amount)s for %(invoice)s",
                amount=format_amount(env, line.amount, self.currency_id),
                invoice=row.number,
            ),
        }


class SalesReceivableCollectLine(models.TransientModel):
    _name = "sales.receivable.collect.line"
    _description = "Invoice to Collect"
    _order = "amount DESC, id"

    collect_id = fields.Many2one("sales.receivable.collect", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="collect_id.currency_id")
    move_id = fields.Many2one("account.move", required=True, ondelete="cascade")
    number = fields.Char("Invoice")
    client_id = fields.Many2one("res.partner")
    manager_id = fields.Many2one("res.users", "Manager Now")
    date_due = fields.Date("Due Date")
    days_overdue = fields.Integer()
    amount = fields.Monetary("To Collect")
    is_planned = fields.Boolean(
        "Planned", compute="_compute_is_planned", help="Somebody has an open activity to get it paid."
    )

    @api.depends("move_id", "client_id")
    def _compute_is_planned(self):
        planned = self.collect_id._planned(self.move_id)
        for line in self:
            line.is_planned = line._debt_key() in planned

    def _debt_key(self):
        """:return: (id of the invoice, id of the client)"""
        return self.move_id.id, self.client_id.id
