from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SalesDesk(models.AbstractModel):
    """What opens behind each figure: the records that were counted."""

    _inherit = "sales.desk"

    @api.model
    def get_desk_action(self, figure, options=None, value=False):
        """:param str figure: a name of :meth:`_actions` or of :meth:`_attention`
        :param dict options: as for :meth:`get_desk`
        :param value: a manager's id (``False`` for all), a month, a level of the funnel
        :return: an action
        :raise UserError: no such figure
        :raise AccessError: the user doesn't work in sales
        """
        desk = self._sales_plain()  # what was counted opens, whatever the caller's context
        desk._check_may_see()
        scope, _options = desk._prepare_scope(options)
        actions = desk._actions()
        if figure in actions:
            return actions[figure](scope, value)
        return desk._action_attention(figure, scope)

    @api.model
    def _actions(self):
        """:return: dict figure -> method of the scope and the value"""
        return {
            "today": self._action_today,
            "sales": self._action_sales,
            "month": self._action_month,
            "clients": self._action_clients,
            "debt": self._action_debt,
            "overdue_debt": self._action_overdue_debt,
            "indicators": self._action_indicators,
            "level": self._action_level,
            "visits": self._action_visits,
        }

    @api.model
    def _of_one(self, scope, user_id):
        """:return: the scope of one of its managers; the same without one
        :raise UserError: somebody else
        """
        if not user_id:
            return scope
        if scope.users is not None and user_id not in scope.users:
            raise UserError(self.env._("This manager isn't on the desk that is open."))
        return scope._replace(users=[user_id])

    @api.model
    def _open(self, name, model, domain, views=("list", "form"), **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, view) for view in views],
            "domain": list(domain),
            "context": context,
        }

    @api.model
    def _action_attention(self, name, scope):
        model, label, _aggregate, domain = self._attention_of(name)
        found = domain(scope)
        if name == "exports":
            Log = self.env["sales.export.log"]
            days = self.env[model].search(found)
            logs = Domain.OR(Log._domain_of_day(day.user_id, day.date) for day in days)
            return self._open(label, Log._name, logs)
        views = ("list", "kanban", "form") if model != "sales.receivable.report" else ("list", "pivot")
        return self._open(label, model, found, views)

    @api.model
    def _action_today(self, scope, _user_id):
        name = "sales_team_day_action" if self._is_head() else "sales_my_day_action"
        return self.env["ir.actions.actions"]._for_xml_id(f"sales_crm.{name}")

    @api.model
    def _action_sales(self, scope, user_id):
        domain = self._sales_domain(self._of_one(scope, user_id), scope.first, scope.end)
        return self._open_performance(domain, ["date:month", "client_id"])

    @api.model
    def _action_month(self, scope, month):
        first = self._to_date(month)
        if not first:
            raise UserError(self.env._("Choose a month."))
        last = fields.Date.end_of(first, "month")
        return self._open_performance(self._sales_domain(scope, first, last), ["user_id", "client_id"])

    @api.model
    def _action_clients(self, scope, _value):
        """The same months of both years."""
        now, before = self._sales_windows(scope)
        domain = self._sales_domain(scope, *now) | self._sales_domain(scope, *before)
        return self._open_performance(domain, ["client_id"], ["date:year"])

    @api.model
    def _open_performance(self, domain, rows, columns=()):
        return self._open(
            self.env._("Sales Performance"),
            "sales.performance.report",
            domain,
            ("pivot", "graph", "list"),
            pivot_row_groupby=rows,
            pivot_column_groupby=[*columns],
            pivot_measures=[self._measure()],
            graph_groupbys=rows[:1],
            graph_measure=self._measure(),
        )

    @api.model
    def _action_debt(self, scope, user_id):
        domain = Domain("left_to_pay", ">", 0) & self._domain_debt(self._of_one(scope, user_id))
        return self._open(
            self.env._("Receivables"), "sales.receivable.report", domain, ("list", "kanban", "pivot")
        )

    @api.model
    def _action_overdue_debt(self, scope, user_id):
        domain = self._domain_overdue(self._of_one(scope, user_id))
        return self._open(
            self.env._("Overdue invoices"), "sales.receivable.report", domain, ("list", "kanban", "pivot")
        )

    @api.model
    def _action_indicators(self, scope, _value):
        return self._open(
            self.env._("Debt Indicators"),
            "sales.receivable.kpi",
            self._domain_debt(scope),
            ("list", "graph", "pivot"),
            search_default_by_day=1,
        )

    @api.model
    def _action_level(self, scope, level):
        return self.env["sales.funnel"].get_deals_action(self._funnel_options(scope), level)

    @api.model
    def _action_visits(self, scope, user_id):
        return self._open(
            self.env._("Coverage by Visits"),
            "sales.visit.report",
            self._visits_domain(self._of_one(scope, user_id)),
            ("list", "pivot"),
        )
