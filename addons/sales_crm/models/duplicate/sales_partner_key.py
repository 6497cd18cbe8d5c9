from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import create_index

KINDS = [("vat", "Tax number"), ("phone", "Phone"), ("email", "Email"), ("name", "Name")]
SIMILAR = 0.6  # a letter more, less or another in a name of eight; not “Vector” and “Vector Plus”


class SalesPartnerKey(models.Model):
    """By what a partner is recognised: his tax number, phones, mails and name, normalised, a row each.

    Written by ``res.partner._refresh_duplicate_keys`` and nobody else. Twins are found by the index on kind
    and value, however many partners there are; names that are alike by an index of trigrams, where the
    database has them.
    """

    _name = "sales.partner.key"
    _description = "Key of a Partner"
    _rec_name = "value"
    _log_access = False
    _sales_guard_path = "partner_id"

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True)
    value = fields.Char(required=True)

    _value_unique = models.Constraint(
        "UNIQUE (kind, value, partner_id)", "A partner has this phone, mail or tax number already."
    )

    def init(self):
        res = super().init()
        if self.pool.has_trigram:
            create_index(
                self.env.cr,
                "sales_partner_key_name_trgm",
                self._table,
                ["value gin_trgm_ops"],
                method="gin",
                where="kind = 'name'",
            )
        return res

    @api.model
    def _replace(self, wanted):
        """Write the keys of partners; only what differs is touched.

        :param dict wanted: partner id -> set of (kind, value)
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT id, partner_id, kind, value FROM sales_partner_key WHERE partner_id = ANY(%s)",
                list(wanted),
            )
        )
        stored = {(partner, kind, value): id_ for id_, partner, kind, value in rows}
        keys = {(partner, kind, value) for partner, found in wanted.items() for kind, value in found}
        gone = [id_ for key, id_ in stored.items() if key not in keys]
        missing = sorted(keys - stored.keys())
        if gone:
            self.env.cr.execute(SQL("DELETE FROM sales_partner_key WHERE id = ANY(%s)", gone))
        if missing:
            partners, kinds, values = zip(*missing, strict=True)
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO sales_partner_key (partner_id, kind, value)
                    SELECT * FROM unnest(%s::int[], %s::varchar[], %s::varchar[])
                    ON CONFLICT DO NOTHING
                    """,
                    list(partners),
                    list(kinds),
                    list(values),
                )
            )
        if gone or missing:
            self.invalidate_model()

    @api.model
    def _owners(self, keys, limit=200):
        """Who has these keys: of outsiders, in companies that the user works in, or in none. Whoever has the
        same name only comes last.

        :param keys: set of (kind, value)
        :param int limit: how many at most, None for all
        :return: list of (kind, value, id of the partner, id of the client that he is or belongs to, else of
            his commercial partner)
        """
        if not keys:
            return []
        kinds, values = zip(*sorted(keys), strict=True)
        self.env["res.partner"].flush_model(
            ["client_id", "commercial_partner_id", "company_id", "partner_share"]
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT key.kind, key.value, partner.id,
                       COALESCE(partner.client_id, partner.commercial_partner_id, partner.id)
                  FROM unnest(%s::varchar[], %s::varchar[]) AS wanted(kind, value)
                  JOIN sales_partner_key key ON key.kind = wanted.kind AND key.value = wanted.value
                  JOIN res_partner partner ON partner.id = key.partner_id
                 WHERE partner.partner_share IS TRUE
                   AND (partner.company_id IS NULL OR partner.company_id = ANY(%s))
                 ORDER BY key.kind = 'name', partner.id
                 LIMIT %s
                """,
                list(kinds),
                list(values),
                self.env.companies.ids,
                limit,
            )
        )

    @api.model
    def _alike(self, names):
        """Clients with almost the same name, the most alike first.

        :param names: set of keys of names
        :return: list of (key of the name, id of the client); empty where the database knows no trigrams
        """
        if not names or not self.pool.has_trigram:
            return []
        self.env["res.partner"].flush_model(["client_id", "company_id"])
        # The index asks for this border; until the end of the transaction, in which nobody else has one
        self.env.cr.execute(SQL("SELECT set_config('pg_trgm.similarity_threshold', %s, TRUE)", str(SIMILAR)))
        return self.env.execute_query(
            SQL(
                """
                SELECT wanted.name, found.id
                  FROM unnest(%s::varchar[]) AS wanted(name)
                 CROSS JOIN LATERAL (
                    SELECT partner.id, similarity(key.value, wanted.name) AS alike
                      FROM sales_partner_key key
                      JOIN res_partner partner ON partner.id = key.partner_id
                                              AND partner.client_id = partner.id
                     WHERE key.kind = 'name' AND key.value %% wanted.name AND key.value != wanted.name
                       AND (partner.company_id IS NULL OR partner.company_id = ANY(%s))
                     ORDER BY alike DESC, partner.id
                     LIMIT 20) AS found
                 ORDER BY found.alike DESC, found.id
                """,
                sorted(names),
                self.env.companies.ids,
            )
        )
