from odoo import api, models
from odoo.fields import Domain

SHOWN = 5  # clients of a list


class SalesDesk(models.AbstractModel):
    """Which clients bring the sales, who buys less, and whom a manager calls next."""

    _inherit = "sales.desk"

    @api.model
    def _prepare_clients(self, clients):
        """:param dict clients: id -> [amount now, a year before]
        :return: dict ``top``: who bought most, ``falling``: who buys less than before, the largest difference
            first; list of dict ``id``, ``name``, ``amount``, ``before``, ``change`` in percent or None
        """
        top = sorted(clients, key=lambda client: (-clients[client][0], client))
        top = [client for client in top[:SHOWN] if clients[client][0] > 0]
        falling = sorted(clients, key=lambda client: (clients[client][0] - clients[client][1], client))
        falling = [client for client in falling[:SHOWN] if clients[client][0] < clients[client][1]]
        # sudo: whose sales the user sees, he sees; cards that are archived keep their name
        named = self.env["res.partner"].sudo().browse({*top, *falling})
        names = {client.id: client.name or "" for client in named}

        def prepare(client):
            amount, before = clients[client]
            return {
                "id": client,
                "name": names[client],
                "amount": amount,
                "before": before,
                "change": 100 * (amount - before) / before if before > 0 else None,
            }

        return {"top": [*map(prepare, top)], "falling": [*map(prepare, falling)]}

    # ------------------------------------------------------
    # A manager's next client
    # ------------------------------------------------------

    @api.model
    def _get_next_client(self, scope):
        """:return: the client whom a manager calls first: dict ``id``, ``name``, ``why``; False if nobody
        waits. Who owes most comes first, then who has broken a promise, who has fallen asleep (the best
        class and the largest turnover first), who has no next step
        """
        for find in (self._find_overdue, self._find_broken, self._find_asleep, self._find_unplanned):
            client, why = find(scope)
            if client:
                return {"id": client.id, "name": client.name or "", "why": why}
        return False

    @api.model
    def _find_overdue(self, scope):
        rows = self.env["sales.receivable.report"]._read_group(
            self._domain_overdue(scope),
            ["client_id"],
            ["days_overdue:max"],
            order="overdue:sum DESC, client_id",
            limit=1,
        )
        for client, days in rows:
            return client, self.env._("has been in arrears for %s days", days)
        return None, None

    @api.model
    def _find_broken(self, scope):
        promise = self.env["sales.promise"].search(
            self._domain_promises(scope) & Domain("direction", "=", "client"),
            order="date_due DESC, id DESC",
            limit=1,
        )
        return promise.client_id, self.env._("has not kept a promise")

    @api.model
    def _find_asleep(self, scope):
        client = self.env["res.partner"].search(
            self._domain_asleep(scope), order="client_class, paid_turnover DESC, id", limit=1
        )
        return client, self.env._("used to buy and has stopped")

    @api.model
    def _find_unplanned(self, scope):
        client = self.env["res.partner"].search(
            self._domain_unplanned(scope), order="client_class, id", limit=1
        )
        return client, self.env._("has no next step")
