from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """When a client was visited, and when he is to be visited again."""

    _inherit = "res.partner"

    visit_interval_days = fields.Integer(
        "Own Visit Interval",
        tracking=True,
        help="Calendar days from one visit of this client to the next one. 0: as for the client's class.",
    )
    visit_every_days = fields.Integer(
        "Visit Every (Days)",
        compute="_compute_visit_due_date",
        compute_sudo=True,
        store=True,
        aggregator=None,
        help="The client's own interval, else his class's, in calendar days. 0: no regular visits.",
    )
    last_visit_date = fields.Date(
        "Last Visit",
        compute="_compute_contact_dates",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        copy=False,
        help="The last day on which a visit was done and the client was met, where the manager is.",
    )
    visit_due_date = fields.Date(
        "Visit Due",
        compute="_compute_visit_due_date",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        copy=False,
        help="So many days after the last visit; after the card was made, if there was none yet.",
    )
    visit_overdue = fields.Boolean(compute="_compute_visit_overdue")

    _visit_interval_not_negative = models.Constraint(
        "CHECK (visit_interval_days >= 0)", "The days between visits can't be negative."
    )

    @api.model
    def _contact_dates_sql(self):
        visited = SQL("%s AND type.is_visit IS TRUE", self._reached_sql())
        return {
            **super()._contact_dates_sql(),
            "last_visit_date": SQL("MAX(%s) FILTER (WHERE %s)", self._day_done_sql(), visited),
        }

    @api.depends(
        "active",
        "is_client",
        "client_class",
        "visit_interval_days",
        "last_visit_date",
        "company_id",
        "user_id.company_id",
        "create_date",
    )
    def _compute_visit_due_date(self):
        main_company = self.env["res.company"].search([], limit=1)
        for partner in self:
            days = partner._get_visit_interval(main_company) if partner.is_client else 0
            partner.visit_every_days = days
            start = partner.last_visit_date or partner._get_day_created()
            due = start + timedelta(days=days) if days and partner.active else False
            partner.visit_due_date = due

    def _get_visit_interval(self, main_company):
        """:param main_company: whose settings count where client and manager have no company
        :return: days between visits, by the client himself, else by his class; 0: none
        """
        if self.visit_interval_days:
            return self.visit_interval_days
        company = self.company_id or self.user_id.company_id or main_company
        name = company._sales_visit_fields().get(self.client_class)
        return company[name] if name else 0

    def _get_day_created(self):
        """:return: the day on which the card was made, where the client's manager is"""
        moment = self.create_date or fields.Datetime.now()
        # sudo: where a colleague is decides a date only
        return self.user_id.sudo()._sales_local(moment).date() if self.user_id else moment.date()

    def _recompute_days_of(self, users):
        """The day on which a card was made is that of the client's manager as well."""
        res = super()._recompute_days_of(users)
        made = Domain("user_id", "in", users.ids) & Domain("last_visit_date", "=", False)
        clients = self.with_context(active_test=False).search(made & Domain("visit_every_days", "!=", 0))
        clients._recompute_visit_due_dates()
        return res

    def _recompute_visit_due_dates(self):
        """Ask again: the intervals of companies or, by SQL, classes of these clients have changed."""
        for name in ("visit_every_days", "visit_due_date"):
            self.env.add_to_compute(self._fields[name], self)

    @api.depends("visit_due_date")
    @api.depends_context("tz")
    def _compute_visit_overdue(self):
        today = fields.Date.context_today(self)
        for partner in self:
            partner.visit_overdue = bool(partner.visit_due_date and partner.visit_due_date < today)
