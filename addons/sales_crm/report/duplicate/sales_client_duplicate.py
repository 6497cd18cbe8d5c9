from odoo import api, fields, models
from odoo.tools import SQL

ID_BITS = 26
# What more clients than this share is a switchboard or a mail of the branch, not a sign of a twin
MOST_OWNERS = 10


class SalesClientDuplicate(models.Model):
    """Pairs of clients with a tax number, a phone or a mail in common, theirs or that of their contacts, or
    with the same name.
    """

    _name = "sales.client.duplicate"
    _description = "Possible Duplicates"
    _auto = False
    _order = "same_vat DESC, same_count DESC, id"
    _rec_name = "client_id"

    _sales_guard_path = "client_id"
    _depends = {
        "res.partner": ["client_id", "company_id"],
        "sales.client.distinct": ["client_id", "twin_id"],
        "sales.partner.key": ["kind", "value", "partner_id"],
    }

    client_id = fields.Many2one("res.partner", readonly=True)
    twin_id = fields.Many2one("res.partner", "Possible Duplicate", readonly=True)
    client_manager_id = fields.Many2one(related="client_id.user_id", string="Manager")
    twin_manager_id = fields.Many2one(related="twin_id.user_id", string="Other Manager")
    same_vat = fields.Boolean("Tax Number", readonly=True)
    same_phone = fields.Boolean("Phone", readonly=True)
    same_email = fields.Boolean("Mail", readonly=True)
    same_name = fields.Boolean("Name", readonly=True)
    same_count = fields.Integer("In Common", readonly=True)
    same_values = fields.Char("What They Share", readonly=True)
    same_kinds = fields.Char("The Same Is", compute="_compute_same_kinds")

    @property
    def _table_query(self):
        return SQL(
            """
            WITH shared AS MATERIALIZED (
                SELECT DISTINCT key.kind, key.value, partner.client_id
                  FROM sales_partner_key key JOIN res_partner partner ON partner.id = key.partner_id
                 WHERE partner.client_id IS NOT NULL
            ), few AS MATERIALIZED (
                SELECT kind, value FROM shared GROUP BY kind, value HAVING COUNT(*) BETWEEN 2 AND %(most)s
            )
            SELECT (one.client_id::bigint << %(bits)s) + other.client_id AS id,
                   one.client_id, other.client_id AS twin_id,
                   bool_or(few.kind = 'vat') AS same_vat, bool_or(few.kind = 'phone') AS same_phone,
                   bool_or(few.kind = 'email') AS same_email,
                   bool_or(few.kind = 'name') AS same_name, COUNT(*)::int AS same_count,
                   string_agg(few.value, ', ' ORDER BY few.kind, few.value)
                       FILTER (WHERE few.kind != 'name') AS same_values
              FROM few
              JOIN shared one ON one.kind = few.kind AND one.value = few.value
              JOIN shared other ON other.kind = few.kind AND other.value = few.value
                               AND other.client_id > one.client_id
             WHERE NOT EXISTS (
                    SELECT FROM sales_client_distinct known
                     WHERE (known.client_id = one.client_id AND known.twin_id = other.client_id)
                        OR (known.client_id = other.client_id AND known.twin_id = one.client_id))
             GROUP BY one.client_id, other.client_id
            """,
            bits=ID_BITS,
            most=MOST_OWNERS,
        )

    @api.depends("same_vat", "same_phone", "same_email", "same_name")
    @api.depends_context("lang")
    def _compute_same_kinds(self):
        for pair in self:
            same = {kind for kind in ("vat", "phone", "email", "name") if pair[f"same_{kind}"]}
            pair.same_kinds = self.env["res.partner"]._duplicate_kinds(same)

    def _pair(self):
        """:return: both clients"""
        self.ensure_one()
        self.check_access("read")
        return self.client_id | self.twin_id

    def action_merge(self):
        """:return: Odoo's own wizard with both clients"""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("base.action_partner_deduplicate"),
            "name": self.env._("Merge the Clients"),
            "context": {
                "active_model": "res.partner",
                "active_ids": self._pair().ids,
                "active_test": False,
                "sales_merge_pair": True,
            },
        }

    def action_distinct(self):
        """These are two clients: the list doesn't show them together any more."""
        pairs = [{"client_id": pair._pair()[0].id, "twin_id": pair._pair()[1].id} for pair in self]
        self.env["sales.client.distinct"].create(pairs)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_client(self):
        return self._open(self._pair()[0])

    def action_open_twin(self):
        return self._open(self._pair()[1])

    @api.model
    def _open(self, client):
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": client.id,
            "views": [(self.env.ref("sales_crm.res_partner_view_form_client").id, "form")],
        }
