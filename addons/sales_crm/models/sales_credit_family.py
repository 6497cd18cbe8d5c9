from odoo import api, models
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    """Who has, or had, a contract: a client himself, or the family of companies that he belongs to."""

    # Beside the standing of the clients
    _inherit = "sales.credit"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _had_contract_sql(self, company, rare):
        """A branch, or a new card beside the one with the contract, would begin without any limit.

        :param set rare: see :meth:`_rare`
        :return: SQL condition on ``client``: sometimes a contract with the company was in force
        """
        was_in_force = SQL(
            "(past.state != 'draft' OR past.was_active) AND past.company_id = ANY(%s)",
            company.sudo().parent_ids.ids,
        )
        own = SQL(
            "EXISTS (SELECT FROM sales_contract past WHERE past.client_id = client.id AND %s)", was_in_force
        )
        if "family" not in rare:
            return own
        return SQL(
            """(
            %(own)s OR client.parent_id IS NOT NULL AND EXISTS (
                WITH RECURSIVE ancestor AS (
                    SELECT id, parent_id FROM res_partner WHERE id = client.parent_id
                    UNION
                    SELECT above.id, above.parent_id
                      FROM res_partner above JOIN ancestor ON above.id = ancestor.parent_id
                ), family AS (
                    SELECT id FROM ancestor WHERE parent_id IS NULL
                    UNION
                    SELECT member.id FROM res_partner member JOIN family ON member.parent_id = family.id
                )
                SELECT FROM family JOIN sales_contract past ON past.client_id = family.id
                 WHERE %(was_in_force)s))
            """,
            own=own,
            was_in_force=was_in_force,
        )
