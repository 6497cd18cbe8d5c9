from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.query import Query

CREDIT_FIELDS = {
    "receivable_amount": "receivable",
    "overdue_amount": "overdue",
    "overdue_days": "overdue_days",
    "credit_available": "available",
    "credit_state": "state",
    "contract_id": "contract_id",
}

# What the cache gets of each: computed in SQL, in the order of the fields
CREDIT_COLUMNS = {
    "receivable_amount": "receivable",
    "overdue_amount": "overdue",
    "overdue_days": "overdue_days",
    "credit_available": "COALESCE(available, 0)",
    "credit_limited": "available IS NOT NULL",
    "credit_state": "state",
    "contract_id": "contract_id",
}


class ResPartner(models.Model):
    """What a client owes, for whoever may see the client: no accounting rights are needed.

    The figures are of the current company with its branches, in its currency, as of today in its time
    zone. They are never stored: postings change them, and posting must not become slower.
    """

    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"

    sales_contract_count = fields.Integer("Contracts", compute="_compute_sales_contract_count")
    receivable_amount = fields.Monetary(
        "Debt",
        compute="_compute_credit",
        search="_search_credit_amount",
        help="Posted invoices that are not paid, less payments and credit notes that are not matched yet.",
    )
    overdue_amount = fields.Monetary(
        "Overdue",
        compute="_compute_credit",
        search="_search_overdue_amount",
        help="Open instalments past their due date, less what payments and credit notes that are not matched "
        "yet cover: the oldest debt first.",
    )
    overdue_days = fields.Integer(
        compute="_compute_credit",
        search="_search_overdue_days",
        help="How long the oldest instalment that is not covered is past its due date.",
    )
    credit_available = fields.Monetary(
        compute="_compute_credit",
        search="_search_credit_available",
        help="Credit limit less the debt, less orders that are confirmed and not yet invoiced; together with "
        "the other cards of the same firm.",
    )
    credit_limited = fields.Boolean(compute="_compute_credit")
    credit_state = fields.Selection(
        [
            ("ok", "Ships"),
            ("over_limit", "Over the limit"),
            ("overdue", "Overdue"),
            ("no_contract", "No contract"),
        ],
        "Credit",
        compute="_compute_credit",
        search="_search_credit_state",
        help="What stops the client's next order.",
    )
    credit_same_firm = fields.Char(
        "One Limit With",
        compute="_compute_credit_same_firm",
        help="Other cards with the same tax number: they are one firm and owe together, up to one limit.",
    )
    contract_id = fields.Many2one(
        "sales.contract",
        "Contract in Force",
        compute="_compute_credit",
        search="_search_contract_id",
    )

    @api.depends_context("company", "uid")
    def _compute_credit(self):
        stored = self.browse(partner.id for partner in self if partner.id)
        stored.check_access("read")
        stored._load_credit()
        for partner in self - stored:
            client = partner.commercial_partner_id._origin
            for name in CREDIT_COLUMNS:
                partner[name] = client[name] if client else False
            partner.credit_state = (client.credit_state or "ok") if partner.client_id else False

    def _read_format(self, fnames, load="_classic_read"):
        """All that is read at once is computed at once, not a thousand at a time, and nothing beside it."""
        names = [name for name in CREDIT_COLUMNS if name in fnames]
        if names:
            missing = set().union(*(self._fields[name]._cache_missing_ids(self) for name in names))
            self.browse(missing)._load_credit(names)
        return super()._read_format(fnames, load)

    def _load_credit(self, names=tuple(CREDIT_COLUMNS)):
        """Put figures of these partners, who are in the database, into the cache: one query for who pays for
        them, another one for all figures, and no work per record and field, which would take longer than
        the queries. The caller has checked that the user may see them.

        :param names: of the figures
        """
        payers, nobody = self._query_payers()
        figures = self._query_credit(self.env.company, list(dict.fromkeys(payers.values())), names)
        # of a partner who has been deleted there is nothing
        partners = self.browse(partner for partner, payer in payers.items() if payer in figures)
        rows = [figures[payers[partner]] for partner in partners._ids]
        for name, values in zip(names, zip(*rows, strict=True), strict=bool(rows)):
            self._fields[name]._insert_cache(partners, values)
        if "credit_state" in names:
            self._fields["credit_state"]._update_cache(self.browse(nobody), None)

    def _query_payers(self):
        """:return: dict partner id -> id of his commercial partner, and a list of the ids of those who belong
        to no client
        """
        if not self.ids:
            return {}, []
        self.flush_model(["commercial_partner_id", "client_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, COALESCE(commercial_partner_id, id), client_id FROM res_partner partner WHERE %s",
                self.env["sales.credit"]._of_clients_sql("partner", "id", self.ids),
            )
        )
        payers = {partner: payer for partner, payer, _client in rows}
        return payers, [partner for partner, _payer, client in rows if not client]

    @api.model
    def _query_credit(self, company, partner_ids, names):
        """:param names: keys of ``CREDIT_COLUMNS``
        :return: dict partner id -> tuple of these figures, as the cache has them. They are of what he owes
            himself: nothing, if another pays for him
        """
        if not partner_ids:
            return {}
        Credit = self.env["sales.credit"]
        Credit._flush_counted()
        rows = self.env.execute_query(
            SQL(
                "SELECT client_id, %s FROM (%s) standing",
                SQL(", ").join(SQL(CREDIT_COLUMNS[name]) for name in names),
                Credit._figures_sql(company, partner_ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    @api.depends_context("company", "lang", "uid")
    def _compute_credit_same_firm(self):
        clients = self.commercial_partner_id._origin
        counted = self.env["sales.credit"]._counted_with(clients, self.env.company)
        cards = self.browse({card for others in counted.values() for card in others})
        seen = cards._filtered_access("read")
        for partner in self:
            others = counted.get(partner.commercial_partner_id._origin.id, [])
            names = seen.filtered(lambda card, others=others: card.id in others).mapped("display_name")
            if len(names) < len(others):
                hidden = len(others) - len(names)
                names.append(self.env._("other managers' cards: %s (amounts not shown)", hidden))
            partner.credit_same_firm = ", ".join(names)

    def _compute_sales_contract_count(self):
        counts = dict(
            self.env["sales.contract"]._read_group(
                [("client_id", "in", self.ids)], ["client_id"], ["__count"]
            )
        )
        for partner in self:
            partner.sales_contract_count = counts.get(partner, 0)

    # ------------------------------------------------------
    # Search, order, group: the same query, joined
    # ------------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr in CREDIT_FIELDS and query is not None:
            return self._credit_to_sql(alias, field_expr, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _credit_to_sql(self, alias, field_name, query):
        """:return: SQL of a figure of the standing; ``query`` gets the standing of the clients joined once"""
        self._check_field_access(self._fields[field_name], "read")
        standing = query.make_alias(alias, "sales_credit")
        if standing not in query._joins:
            Credit = self.env["sales.credit"]
            Credit._flush_counted()
            query.add_join(
                "LEFT JOIN",
                standing,
                SQL("(%s)", Credit._figures_sql(self.env.company)),
                SQL("%s = %s", SQL.identifier(standing, "client_id"), SQL.identifier(alias, "client_id")),
            )
        return SQL.identifier(standing, CREDIT_FIELDS[field_name])

    @api.model
    def _search_credit_column(self, column, condition):
        """:param SQL condition: on ``column``
        :return: Domain of the clients, and their contacts, whose standing meets it
        """
        Credit = self.env["sales.credit"]
        Credit._flush_counted()
        query = Query(self.env, "credit", SQL("(%s)", Credit._figures_sql(self.env.company)))
        query.add_where(SQL("%s %s", SQL.identifier("credit", column), condition))
        return Domain("client_id", "in", query.subselect(SQL.identifier("credit", "client_id")))

    @api.model
    def _search_credit_number(self, column, operator, value):
        if operator in ("in", "not in"):
            values = [number or 0 for number in value]
            condition = SQL("= ANY(%s)", values) if operator == "in" else SQL("!= ALL(%s)", values)
        elif operator in ("<", ">", "<=", ">="):
            condition = SQL("%s %s", SQL(operator), value)
        else:
            return NotImplemented
        return self._search_credit_column(column, condition)

    @api.model
    def _search_credit_amount(self, operator, value):
        return self._search_credit_number("receivable", operator, value)

    @api.model
    def _search_overdue_amount(self, operator, value):
        return self._search_credit_number("overdue", operator, value)

    @api.model
    def _search_overdue_days(self, operator, value):
        return self._search_credit_number("overdue_days", operator, value)

    @api.model
    def _search_credit_available(self, operator, value):
        return self._search_credit_number("available", operator, value)

    @api.model
    def _search_credit_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._search_credit_column("state", SQL("= ANY(%s)", [state for state in value if state]))

    @api.model
    def _search_contract_id(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        Contract = self.env["sales.contract"]
        if operator == "in":
            contracts = Contract.browse([contract for contract in value if contract])
        else:
            contracts = Contract.search(value)
        return self._search_credit_column("contract_id", SQL("= ANY(%s)", contracts.ids))

    # ------------------------------------------------------
    # Contracts
    # ------------------------------------------------------

    def _contracts_in_force(self):
        """:return: every contract of these clients that counts today, whatever the company"""
        # sudo: contracts of companies that the user may not enter go on as well
        contracts = self.env["sales.contract"].sudo().search([("client_id", "in", self.ids)])
        return contracts.filtered("is_in_force")

    def action_view_contracts(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id("sales_crm.sales_contract_action"),
            "domain": [("client_id", "=", self.commercial_partner_id.id)],
            "context": {"default_client_id": self.commercial_partner_id.id},
        }
