from odoo import api, fields, models
from odoo.tools import format_amount


class SalesMyDay(models.AbstractModel):
    """What a client owes and what was promised, beside the work with him.

    A broken promise is what the day begins with.
    """

    _inherit = "sales.my.day"

    @api.model
    def _prepare_rows(self, activities, manager):
        """:return: list of dict, also with ``money``, see :meth:`_get_money`; False where there is nothing to
        say or the client may not be seen
        """
        rows = super()._prepare_rows(activities, manager)
        ids = {row["client"]["id"] for row in rows if row["client"] and row["client"]["readable"]}
        money = self._get_money(self.env["res.partner"].browse(ids), manager)
        return [
            {**row, "money": bool(row["client"]) and money.get(row["client"]["id"], False)} for row in rows
        ]

    @api.model
    def _get_money(self, clients, manager):
        """In a number of queries that does not grow with the clients.

        :return: dict client id -> dict of ``debt`` and ``overdue`` (amounts as text, empty if there is none),
            ``overdue_days``, ``promise`` (False, or dict of the next one that is open: ``date``, ``amount``
            as text, ``kind``, ``is_ours``, ``is_late``)
        """
        promises = self._get_next_promises(clients)
        today = manager._sales_today()
        currency = self.env.company.currency_id
        money = {}
        for client in clients:
            promise = promises.get(client.id)
            # What is smaller than a coin is no debt
            debt, overdue = (
                max(currency.round(client[name]), 0) for name in ("receivable_amount", "overdue_amount")
            )
            if not (promise or debt):
                continue
            money[client.id] = {
                "debt": self._format_money(debt, currency),
                "overdue": self._format_money(overdue, currency),
                "overdue_days": client.overdue_days if overdue else 0,
                "promise": bool(promise)
                and {
                    "date": fields.Date.to_string(promise.date_due),
                    "amount": self._format_money(promise.amount, promise.currency_id),
                    "kind": promise.kind,
                    "is_ours": promise.direction == "company",
                    "is_late": promise.date_due < today,
                },
            }
        return money

    @api.model
    def _get_next_promises(self, clients):
        """:return: dict client id -> the open promise that is due first, of those that the user may see"""
        Promise = self.env["sales.promise"]
        if not clients or not Promise.has_access("read"):
            return {}
        promises = Promise.search(
            [
                ("client_id", "in", clients.ids),
                ("state", "=", "open"),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="date_due desc, id desc",
        )
        return {promise.client_id.id: promise for promise in promises}

    @api.model
    def _format_money(self, amount, currency):
        """:return: text without what is after the point; empty for nothing"""
        return format_amount(self.env, round(amount), currency, trailing_zeroes=False) if amount else ""

    @api.model
    def _prepare_row(self, activity, manager):
        # sudo: whether the activity is about a promise, not about which
        promises = activity.sudo().chased_promise_ids
        return {**super()._prepare_row(activity, manager), "promise_broken": bool(promises)}

    @api.model
    def _get_order(self, row):
        return (not (row["urgent"] and row["promise_broken"]), *super()._get_order(row))
