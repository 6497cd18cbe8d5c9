from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SalesDesk(models.AbstractModel):
    """What needs somebody's attention: a number, and the list behind it."""

    _inherit = "sales.desk"

    @api.model
    def _attention(self):
        """:return: dict name -> (model, label, aggregate of an amount or None, method of the domain), in the
        order of the screen
        """
        shown = {
            "overdue": (
                *("sales.receivable.report", self.env._("Overdue invoices"), "overdue:sum"),
                self._domain_overdue,
            ),
            "promises": ("sales.promise", self.env._("Broken promises"), None, self._domain_promises),
            "stuck": ("crm.lead", self.env._("Stuck deals"), "expected_revenue:sum", self._domain_stuck),
            "asleep": ("res.partner", self.env._("Clients asleep"), None, self._domain_asleep),
            "no_next_step": (
                *("res.partner", self.env._("Clients without a next step"), None),
                self._domain_unplanned,
            ),
            "contracts": (
                "sales.contract",
                self.env._("Contracts about to end"),
                None,
                self._domain_contracts,
            ),
        }
        if self._is_head():
            shown["exports"] = (
                *("sales.export.day", self.env._("Too many rows exported, days"), "row_count:sum"),
                self._domain_exports,
            )
        return shown

    @api.model
    def _attention_of(self, name):
        """:raise UserError: the user has no such figure"""
        found = self._attention().get(name)
        if not found:
            raise UserError(self.env._("The desk has no such figure: %s.", name))
        return found

    @api.model
    def _domain_overdue(self, scope):
        return Domain("overdue", ">", 0) & self._domain_debt(scope)

    @api.model
    def _domain_promises(self, scope):
        """Those of the clients and ours, which were due in the period."""
        return (
            Domain("state", "in", ("partial", "broken"))
            & Domain("date_due", ">=", scope.first)
            & Domain("date_due", "<=", scope.last)
            & Domain("company_id", "in", self.env.companies.ids)
            & scope.of_users("user_id")
        )

    @api.model
    def _domain_stuck(self, scope):
        return Domain("is_stuck", "=", True) & scope.of_users("user_id")

    @api.model
    def _domain_asleep(self, scope):
        return Domain("is_asleep", "=", True) & scope.of_users("user_id")

    @api.model
    def _domain_unplanned(self, scope):
        """Clients who are anybody's, as the list of clients and the tiles of My Day count them."""
        mine = Domain("user_id", "!=", False) if scope.users is None else scope.of_users("user_id")
        clients = Domain("is_client", "=", True) & Domain("parent_id", "=", False)
        return clients & mine & self.env["res.partner"]._domain_no_next_step()

    @api.model
    def _domain_contracts(self, scope):
        return (
            Domain("is_expiring", "=", True)
            & Domain("company_id", "in", self.env.companies.ids)
            & scope.of_users("user_id")
        )

    @api.model
    def _domain_exports(self, scope):
        """Days of the period on which the heads were told."""
        return (
            Domain("is_told", "=", True)
            & Domain("date", ">=", scope.first)
            & Domain("date", "<=", scope.last)
            & scope.of_users("user_id")
        )

    @api.model
    def _get_attention(self, scope):
        """:return: list of dict ``name``, ``label``, ``count``, ``amount`` (None where there is none), and
        whether that ``is_money``
        """
        return [
            self._prepare_attention(name, label, self.env[model], aggregate, domain(scope))
            for name, (model, label, aggregate, domain) in self._attention().items()
        ]

    @api.model
    def _prepare_attention(self, name, label, Model, aggregate, domain):
        aggregates = ["__count", aggregate] if aggregate else ["__count"]
        [(count, *amounts)] = Model._read_group(domain, [], aggregates)
        return {
            "name": name,
            "label": label,
            "count": count,
            "amount": (amounts[0] or 0) if amounts else None,
            "is_money": bool(aggregate) and aggregate != "row_count:sum",
        }
