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
        """One activity for each invoice on its client's card, for his manager's next working day. An invoice
        that stands in somebody's plan already stays there.

        :return: what has been planned, as a notification
        :raise AccessError: the user may not plan for one of the clients
        """
        self.ensure_one()
        rows = self._rows_to_plan()
        planned = self._planned_moves(rows.move_id)
        # sudo: whether a colleague still works here is no secret
        managed = rows.filtered(lambda row: row.manager_id.sudo().active)
        vals_list = self._prepare_activities(managed.filtered(lambda row: row.move_id not in planned))
        moves = [vals.pop("unpaid_move_id") for vals in vals_list]
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)
        for activity, move in zip(activities, moves, strict=True):
            # sudo: the user sees the invoice, by _rows_to_plan; by hand nobody says which one is in a plan
            activity.sudo().unpaid_move_id = move
        without = len((rows - managed).move_id)
        message = self.env._(
            "Planned: %(new)s. In a plan already: %(old)s.", new=len(vals_list), old=len(planned)
        )
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
        """:return: the open instalments of the invoices, as far as the user may see them; who manages the
        client and whether it is still open is asked now
        """
        return self.env["sales.receivable.report"].search(
            [("move_id", "in", self.line_ids.move_id.ids), ("residual", ">", 0)]
        )

    def _planned_moves(self, moves):
        """:return: those of the invoices for which somebody has an open activity"""
        # sudo: it counts whoever has it, also if the user may not see that activity
        activities = self.env["mail.activity"].sudo().search([("unpaid_move_id", "in", moves.ids)])
        return activities.unpaid_move_id.sudo(False)

    def _prepare_activities(self, rows):
        """:param rows: of the receivables, one or more for an invoice
        :return: list of dict, one for each invoice
        """
        amounts = {line.move_id: line for line in self.line_ids}
        days = rows.manager_id._sales_next_workdays()
        return [
            self._prepare_activity(of_move[0], amounts[move], days[of_move[0].manager_id])
            for move, of_move in rows.grouped("move_id").items()
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

    @api.depends("move_id")
    def _compute_is_planned(self):
        planned = self.collect_id._planned_moves(self.move_id)
        for line in self:
            line.is_planned = line.move_id in planned
