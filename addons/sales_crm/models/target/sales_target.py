from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.months import month_of


class SalesTarget(models.Model):
    """What is to be sold in a month: by a manager, by a team, or, with neither, by the company.

    A team's target, and the company's, is a figure of its own; where none is set, the managers' are summed.
    Heads write them; a manager reads his own, his team's and the company's, the leader of a team those of its
    members. The chatter keeps who changed what, and when; so nobody deletes a target, it is set to 0.
    """

    _name = "sales.target"
    _description = "Sales Target"
    _inherit = "mail.thread"
    _order = "month DESC, company_id, user_id, team_id, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(
        required=True,
        default=lambda self: month_of(self.env.company._sales_today()),
        tracking=True,
        help="Any day of the month will do; the first one is kept.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Manager",
        check_company=True,
        domain="[('share', '=', False)]",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="For a target of the whole team. Without a team and a manager, the target is the company's.",
    )
    amount = fields.Monetary(
        "Sales",
        tracking=True,
        help="In the company's currency. What it is compared with (ordered, invoiced or paid) stands in the "
        "settings.",
    )
    new_clients = fields.Integer(
        tracking=True, help="Clients whose first order or invoice with the company lies in the month."
    )
    visits = fields.Integer(tracking=True, help="Visits done in the month.")

    # Month first: targets are asked for by period
    _of_month_uniq = models.UniqueIndex(
        "(month, company_id, COALESCE(user_id, 0), COALESCE(team_id, 0))",
        "There is a target for this month already. Change that one.",
    )
    _first_of_month = models.Constraint(
        "CHECK (EXTRACT(DAY FROM month) = 1)", "A target is for a month: its first day is kept."
    )
    _of_one = models.Constraint(
        "CHECK (user_id IS NULL OR team_id IS NULL)",
        "A target is a manager's or a team's. Leave one of them empty.",
    )
    _not_negative = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0 AND COALESCE(new_clients, 0) >= 0 AND COALESCE(visits, 0) >= 0)",
        "A target can't be negative.",
    )

    @api.depends("month", "user_id", "team_id", "company_id")
    def _compute_display_name(self):
        for target in self:
            whose = target.user_id or target.team_id or target.company_id
            # sudo: who reads the target knows whose it is
            month = target.month and format_date(self.env, target.month, date_format="LLLL y")
            target.display_name = f"{whose.sudo().display_name or ''}, {month or ''}"

    @api.onchange("month")
    def _onchange_month(self):
        if self.month:
            self.month = month_of(self.month)

    @api.onchange("user_id")
    def _onchange_user_id(self):
        if self.user_id:
            self.team_id = False

    # ------------------------------------------------------
    # A month is its first day, whatever day was given
    # ------------------------------------------------------

    @api.model
    def _of_first_day(self, vals):
        month = fields.Date.to_date(vals.get("month"))
        return {**vals, "month": month_of(month)} if month else vals

    @api.model
    def default_get(self, fields):
        return self._of_first_day(super().default_get(fields))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._of_first_day(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._of_first_day(vals))

    def _set_figures(self, figures):
        """Write what differs only, so that the trace tells of changes.

        :param dict figures: field -> value
        """
        self.ensure_one()
        changed = {name: value for name, value in figures.items() if self[name] != value}
        if changed:
            self.write(changed)
