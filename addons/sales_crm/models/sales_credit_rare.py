from odoo import api, models
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    """What hardly a client has is left out of the statement where nobody has it: planning it takes longer
    than all the rest for one client.
    """

    # Beside the standing of the clients
    _inherit = "sales.credit"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _rare(self, client_ids):
        """:param client_ids: None for all, of whom some will have it
        :return: set of those names of :meth:`_rare_sql` that the statement has to ask for
        """
        if client_ids is None:
            return set(self._rare_sql())
        anybody = self._which(self._rare_sql())
        return self._which(self._rare_of_sql(client_ids, anybody)) if anybody else anybody

    @api.model
    def _rare_sql(self):
        """:return: dict name -> SQL condition: whether anybody may have it, found out at once"""
        return {
            "family": SQL("TRUE"),
            "left_over": SQL("EXISTS (%s)", self._left_over_sql()),
        }

    @api.model
    def _rare_of_sql(self, client_ids, names):
        """:param names: those that somebody has
        :return: dict name -> SQL condition: whether any of the clients has it
        """
        conditions = {
            "family": SQL(
                "EXISTS (SELECT FROM res_partner client WHERE client.parent_id IS NOT NULL AND %s)",
                self._of_clients_sql("client", "id", client_ids),
            ),
            "left_over": SQL(
                """
                EXISTS (SELECT FROM sale_order ord
                          JOIN res_partner payer ON payer.id = ord.partner_invoice_id
                         WHERE ord.id IN (%s) AND %s)
                """,
                self._left_over_sql(),
                self._of_clients_sql("payer", "commercial_partner_id", client_ids),
            ),
        }
        return {name: conditions[name] for name in names if name in conditions}

    @api.model
    def _which(self, conditions):
        """:return: set of the names whose condition is true"""
        query = SQL("SELECT %s", SQL(", ").join(conditions.values()))
        [found] = self.env.execute_query(query)
        return {name for name, there in zip(conditions, found, strict=True) if there}
