from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.funnel import CODES, LEVELS, rank_sql


class ResPartner(models.Model):
    """The client's place on the way from the cold base to repeat sales."""

    _inherit = "res.partner"

    funnel_level = fields.Selection(
        LEVELS,
        "Level",
        readonly=True,
        copy=False,
        index="btree_not_null",
        group_expand="_group_expand_funnel_level",
        help="The furthest of the client's open deals; “Repeat” once a deal was won, “Cold base” without "
        "any deal.",
    )

    @api.model
    def _group_expand_funnel_level(self, _levels, _domain):
        return list(CODES)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("is_client")._refresh_own_funnel_levels()
        return partners

    def write(self, vals):
        families = self.browse()
        touched = {"is_client", "parent_id", "is_company", "funnel_level"} & vals.keys()
        if touched:
            # sudo: levels are counted again, whoever may see them
            families = self.sudo().client_id | self
        res = super().write(vals)
        if touched:
            # sudo: as above
            (families | self.sudo().client_id)._refresh_own_funnel_levels()
        return res

    def _refresh_own_funnel_levels(self):
        if self:
            # sudo: whose client a partner is, is counted regardless of who asks
            self.env["res.partner"].sudo().flush_model(["client_id", "is_client", "funnel_level"])
            self.env["crm.lead"].sudo().flush_model(["partner_id", "stage_id", "won_status", "active"])
            self._refresh_funnel_levels(self.ids)

    @api.model
    def _refresh_funnel_levels_on(self, stages):
        """Count again for the clients with a deal on these stages."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.client_id
                  FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
                 WHERE lead.stage_id = ANY(%s) AND partner.client_id IS NOT NULL
                """,
                stages.ids,
            )
        )
        self._refresh_funnel_levels([client for (client,) in rows])

    @api.model
    def _refresh_funnel_levels(self, client_ids=None):
        """Count the places of clients from their deals as they are in the database, and write those
        that differ, in one statement.

        :param client_ids: ids of the clients; None: all
        """
        if client_ids is not None and not client_ids:
            return
        self.env.execute_query(
            SQL(
                """
                WITH reached AS (
                    SELECT partner.client_id, BOOL_OR(lead.won_status = 'won') AS won,
                           MAX(%(rank)s) FILTER (WHERE lead.active AND lead.won_status = 'pending')
                               AS rank
                      FROM res_partner partner
                      JOIN crm_lead lead ON lead.partner_id = partner.id
                      LEFT JOIN crm_stage stage ON stage.id = lead.stage_id
                     WHERE %(members)s
                     GROUP BY partner.client_id
                ), placed AS (
                    SELECT client.id,
                           CASE WHEN client.is_client IS NOT TRUE OR client.client_id IS NULL THEN NULL
                                WHEN reached.won THEN 'repeat'
                                WHEN reached.rank IS NULL THEN 'cold'
                                ELSE (%(codes)s::varchar[])[reached.rank + 1] END AS level
                      FROM res_partner client
                      LEFT JOIN reached ON reached.client_id = client.id
                     WHERE %(clients)s
                )
                UPDATE res_partner client SET funnel_level = placed.level
                  FROM placed
                 WHERE client.id = placed.id AND client.funnel_level IS DISTINCT FROM placed.level
                RETURNING client.id
                """,
                rank=rank_sql(SQL("stage.funnel_level")),
                codes=CODES,
                members=self._funnel_ids_sql("partner.client_id", client_ids),
                clients=self._funnel_ids_sql("client.id", client_ids),
            )
        )
        self.invalidate_model(["funnel_level"], flush=False)

    @api.model
    def _funnel_ids_sql(self, column, client_ids):
        table, name = column.split(".")
        field = SQL.identifier(table, name)
        if client_ids is None:
            return SQL("%s IS NOT NULL", field)
        return SQL("%s = ANY(%s)", field, list(client_ids))
