import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.phone import search_runs
from ...tools.search_key import add_search_key, has_words, is_common, search_words

# What makes up the key of a partner; core's ``_rec_names_search`` is among it
KEY_COLUMNS = (
    "complete_name",
    "phone",
    "email",
    "vat",
    "ref",
    "company_registry",
    "street",
    "street2",
    "city",
)


class ResPartner(models.Model):
    """A client is found by whatever of him or of his contacts is typed, however it is typed.

    The database keeps what is looked for in a column of its own, ``search_key``, with an index; see
    ``tools/search_key.py``.
    """

    # Beside the phones themselves
    _inherit = "res.partner"

    contact_search = fields.Char(
        "Phone or Mail",
        store=False,
        search="_search_contact_search",
        help="Finds the client by any phone, mail or messenger of his or of his people.",
    )

    def init(self):
        res = super().init()
        add_search_key(self.env.cr, self._table, KEY_COLUMNS, self.pool.has_trigram)
        return res

    # ------------------------------------------------------
    # By anything
    # ------------------------------------------------------

    @api.model
    def _search_display_name(self, operator, value):
        """By name, phone, mail, numbers and address, in any field for a client and in the clients' box."""
        if operator != "ilike" or not isinstance(value, str):
            return super()._search_display_name(operator, value)
        found = self._search_key_sql(value)
        if not found:
            return super()._search_display_name(operator, value)
        is_phone = search_runs(value)
        domain = (
            self._common_domain(value) if is_common(value) and not is_phone else self._found_domain(found)
        )
        if set(self._rec_names_search) - set(KEY_COLUMNS):  # another add-on's
            domain |= Domain(super()._search_display_name(operator, value))
        return domain

    @api.model
    def _search_key_sql(self, text):
        """:return: SQL of the ids of the partners who have what was typed, and of the clients whose contacts
        they are; None if nothing was typed that could be looked for. Whether the user may see them is
        decided by the record rules.
        """
        if not search_words(text):
            return None
        return self._family_sql(*self._search_key_conditions(text))

    @api.model
    def _search_key_conditions(self, text):
        """:return: tuple of SQL conditions on ``partner`` and on ``channel``"""
        variants = [[run] for run in search_runs(text)] or [search_words(text)]
        return tuple(
            SQL(" OR ").join(SQL("(%s)", has_words(alias, words)) for words in variants)
            for alias in ("partner", "channel")
        )

    @api.model
    def _found_domain(self, found):
        """As an array, so that the database looks for them once, and doesn't guess how many they will be.

        :param SQL found: query of ids
        :return: domain of these partners
        """

        def to_sql(_model, alias, _query):
            return SQL("%s = ANY(ARRAY%s)", SQL.identifier(alias, "id"), found)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _common_domain(self, text):
        """Finds the same as :meth:`_found_domain` where many have what was typed: each is asked in the order
        of the list, his own key first, and the list is soon full.

        :return: domain of the partners who have it, and of the clients whose contacts they are
        """
        self._flush_search_keys()
        words = search_words(text)

        def to_sql(_model, alias, _query):
            return SQL(
                """
                (%(own)s
                 OR EXISTS (SELECT FROM res_partner partner WHERE partner.client_id = %(id)s AND %(has)s)
                 OR EXISTS (SELECT FROM sales_contact_channel channel
                             WHERE channel.partner_id = %(id)s AND %(channel)s)
                 OR EXISTS (SELECT FROM res_partner partner
                              JOIN sales_contact_channel channel ON channel.partner_id = partner.id
                             WHERE partner.client_id = %(id)s AND %(channel)s))
                """,
                own=has_words(alias, words),
                id=SQL.identifier(alias, "id"),
                has=has_words("partner", words),
                channel=has_words("channel", words),
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _flush_search_keys(self):
        self.flush_model([*KEY_COLUMNS, "client_id"])
        self.env["sales.contact.channel"].flush_model(["partner_id", "value_key"])

    @api.model
    def _family_sql(self, own, of_channel):
        """:param SQL own: condition on ``partner``
        :param SQL of_channel: condition on ``channel``
        :return: SQL of the ids of the partners who meet one of them, and of the clients whose contacts they
            are
        """
        self._flush_search_keys()
        return SQL(
            """
            (SELECT unnest(ARRAY[partner.id, COALESCE(partner.client_id, partner.id)])
               FROM res_partner partner
              WHERE %s
              UNION ALL
             SELECT unnest(ARRAY[partner.id, COALESCE(partner.client_id, partner.id)])
               FROM sales_contact_channel channel
               JOIN res_partner partner ON partner.id = channel.partner_id
              WHERE %s)
            """,
            own,
            of_channel,
        )

    # ------------------------------------------------------
    # By phone or mail only
    # ------------------------------------------------------

    @api.model
    def _search_contact_search(self, operator, value):
        """Whole or in part, as it is typed: 8 (916) 111-22-33, 1112233, petrov@, @petrov."""
        if operator == "in":
            return Domain.OR(self._search_contact_search("ilike", text) for text in value if text)
        if operator not in ("ilike", "like") or not isinstance(value, str):
            return NotImplemented
        found = self._contact_search_sql(value)
        return self._found_domain(found) if found else Domain.FALSE

    @api.model
    def _contact_search_sql(self, text):
        """:return: like ``_search_key_sql``; None if it can't be a phone, a mail or a messenger"""
        runs = search_runs(text)
        text = text.strip().lower().lstrip("@")
        is_short = len(search_words(text)) < 1 or len(text) < 3
        if not runs and (is_short or not re.fullmatch(r"[\w.+-]*@?[\w.-]*", text, flags=re.ASCII)):
            return None
        if runs:
            digits = SQL(r"regexp_replace(partner.phone, '\D', '', 'g')")
            own = SQL(" OR ").join(SQL("%s LIKE %s", digits, f"%{run}%") for run in runs)
        else:
            own = SQL("lower(partner.email) LIKE %s", "%{}%".format(text.replace("_", r"\_")))
        key, channel = self._search_key_conditions(text)
        return self._family_sql(SQL("(%s) AND (%s)", key, own), channel)
