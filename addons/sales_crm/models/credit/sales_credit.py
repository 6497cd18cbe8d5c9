from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

from ...tools.credit import CreditStanding

# First key of the advisory locks that let only one transaction at a time use up a client's limit
CREDIT_LOCK = 0x5A1E6

FEW = 10_000  # clients; measured with ./crm bench credit


class SalesCredit(models.AbstractModel):
    """How clients stand with a company: one query for one client or for all of them.

    Exposure = posted unpaid invoices − unapplied payments and credit notes + shipped and not yet invoiced,
    whatever became of the order, + the rest of what is confirmed, + what is credited and not invoiced any
    more; in the company's currency, branches count with their company. Core's ``credit_to_invoice`` is not
    used: it stays 0 unless a company setting is on, and leaves out what is not delivered yet.

    Who has, or had, a contract: a client himself, or the family of companies that he belongs to.

    What hardly a client has is left out of the statement where nobody has it: planning it takes longer
    than all the rest for one client.
    """

    _name = "sales.credit"
    _description = "Credit Standing of Clients"

    # ------------------------------------------------------
    # One at a time
    # ------------------------------------------------------

    @api.model
    def _lock(self, clients):
        """Wait until no other transaction uses up the limits of ``clients``, and keep others out until
        the end of this one. Always in the same order, so that two of them don't wait for each other.

        An advisory lock, not one on the partner's row: that one would fail with every change of a phone
        number, and hold up the posting of invoices.
        """
        if not clients.ids:
            return
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS client(id)",
                CREDIT_LOCK,
                sorted(clients.ids),
            )
        )

    @contextmanager
    def _fresh(self):
        """What others have committed until now: this transaction goes on seeing the state in which it began,
        and the one that it waited for in :meth:`_lock` has changed it since.

        :return: context manager with a cursor, for reading; this transaction's own while the add-on is being
            installed: its tables are nobody else's yet
        """
        if not self.env.registry.ready:
            yield self.env.cr
            return
        with self.env.registry.cursor() as cr:
            yield cr

    # ------------------------------------------------------
    # Standings
    # ------------------------------------------------------

    @api.model
    def _standings(self, clients, company, without=None, shipped=False, cr=None):
        """:param clients: commercial partners
        :param company: the company that sells; what its branches and it are owed counts together
        :param dict without: name of a model -> ids of the documents to leave out
        :param bool shipped: of confirmed orders only what was shipped, instead of what was ordered
        :param cr: the cursor to read with, see :meth:`_fresh`; this transaction's, if not given
        :return: dict partner id -> CreditStanding, for each of ``clients``
        """
        if not clients:
            return {}
        self._flush_counted()
        cr = cr or self.env.cr
        reader = self if cr is self.env.cr else self.with_env(self.env(cr=cr))
        cr.execute(reader._standing_sql(company, clients.ids, without, shipped))
        names = [column.name for column in cr.description]
        # sudo: a setting of the company that sells
        required = company.sudo().sales_contract_required
        standings = {}
        for row in cr.fetchall():
            values = dict(zip(names, row, strict=True))
            values = {name: values[name] for name in CreditStanding._fields if name in values}
            standings[values["client_id"]] = CreditStanding(**values, contract_required=required)
        return standings

    @api.model
    def _flush_counted(self):
        for name, fields in {
            "account.move.line": [
                "account_id", "amount_residual", "company_id", "date", "date_maturity", "parent_state",
                "partner_id", "payment_id", "quantity", "reconciled", "product_uom_id", "price_total",
                "sale_line_ids", "statement_line_id",
            ],
            "account.move": ["state", "move_type", "invoice_currency_rate"],
            "sale.order": [
                "state", "company_id", "partner_invoice_id", "currency_rate", "credit_rate", "invoice_status",
                "contract_id",
            ],
            "sale.order.line": [
                "order_id", "price_total", "product_uom_qty", "product_uom_id", "qty_delivered",
                "qty_invoiced", "is_downpayment", "display_type", "price_unit", "discount", "state",
                "credit_note_alone",
            ],
            "sales.contract": None,
            "res.partner": [
                "commercial_partner_id", "credit_limit", "is_client", "parent_id", "property_payment_term_id",
            ],
        }.items():  # fmt: skip
            self.env[name].flush_model(fields)

    @api.model
    def _standing_sql(self, company, client_ids=None, without=None, shipped=False):
        """:param client_ids: None for all clients
        :param dict without: see :meth:`_standings`
        :return: SQL of a row per client with the fields of CreditStanding, and ``available`` and ``state``
        """
        # for many clients it is faster to look at all of them than at each by the index
        few = client_ids if client_ids is not None and len(client_ids) <= FEW else None
        kinds, currencies, past = self._contracts_there(company, few)
        rate = self._contract_rate_sql(company, currencies)
        ledger = self._ledger(company)
        rare = self._rare(few)
        return SQL(
            """
            WITH main AS (%(main)s), %(commission)s debt AS (%(debt)s),
            orders AS (%(orders)s), standing AS (
                SELECT client.id AS client_id,
                       COALESCE(debt.receivable, 0) AS receivable,
                       COALESCE(debt.unapplied, 0) AS unapplied,
                       COALESCE(debt.overdue, 0) AS overdue,
                       %(overdue_days)s AS overdue_days,
                       COALESCE(debt.overdue_late, 0) AS overdue_counting,
                       COALESCE(orders.open_orders, 0)
                           + CASE WHEN main.kind = 'commission'
                                  THEN COALESCE(orders.open_commission, 0) ELSE 0 END AS open_orders,
                       COALESCE(orders.open_commission, 0) AS open_commission,
                       main.id AS contract_id,
                       main.id IS NOT NULL OR %(had_contract)s AS had_contract,
                       CASE WHEN main.id IS NULL THEN %(core_limit)s ELSE main.credit_limit END
                           AS credit_limit,
                       %(commission_limit)s AS commission_limit,
                       COALESCE(main.tolerance_amount, 0) AS tolerance_amount
                  FROM res_partner client
                  LEFT JOIN main ON main.client_id = client.id
                  %(join_commission)s
                  LEFT JOIN debt ON debt.client_id = client.id
                  LEFT JOIN orders ON orders.client_id = client.id
                 WHERE %(clients)s
            )
            SELECT *,
                   ROUND((credit_limit - receivable - open_orders)::numeric, %(digits)s)::float AS available,
                   CASE WHEN ROUND((overdue_counting - tolerance_amount)::numeric, %(digits)s) > 0
                        THEN 'overdue'
                        WHEN ROUND((receivable + open_orders - credit_limit)::numeric, %(digits)s) > 0
                             OR ROUND((open_commission - commission_limit)::numeric, %(digits)s) > 0
                        THEN 'over_limit'
                        WHEN contract_id IS NULL AND (had_contract OR %(required)s) THEN 'no_contract'
                        ELSE 'ok' END AS state
              FROM standing
            """,
            main=self._contract_sql(company, few, rate=rate),
            **self._commission_sql(company, few, rate, "commission" in kinds),
            debt=self._debt_sql(company, ledger, few),
            overdue_days=self._overdue_days_sql(company, ledger),
            orders=self._orders_sql(ledger, few, without or {}, shipped, rare),
            had_contract=self._had_contract_sql(company, rare),
            core_limit=self._core_limit_sql(company, past),
            clients=self._asked_sql(client_ids),
            digits=company.currency_id.decimal_places,
            # sudo: a setting of the company that sells
            required=company.sudo().sales_contract_required,
        )

    @api.model
    def _asked_sql(self, client_ids):
        """:return: SQL condition on ``client``, the partners of whom there is a row"""
        if client_ids is None:
            return SQL("client.is_client IS TRUE")
        if len(client_ids) > FEW:
            return SQL("client.id = ANY(%s::int[])", self._array(client_ids))
        return self._of_clients_sql("client", "id", client_ids)

    @api.model
    def _of_clients_sql(self, alias, column, client_ids):
        """:param client_ids: None for all

        The planner looks at each element of an array, several times; of a subquery only at how many there
        are.
        """
        if client_ids is None:
            return SQL("TRUE")
        return SQL("%s IN (SELECT unnest(%s::int[]))", SQL.identifier(alias, column), self._array(client_ids))

    @api.model
    def _array(self, ids):
        """:return: a parameter for ``%s::int[]``; one word is parsed faster than thousands of numbers"""
        return f"{{{','.join(map(str, ids))}}}"

    @api.model
    def _core_limit_sql(self, company, past):
        """A contract past its end has left its limit in core's field until the nightly job takes it out.

        :param bool past: whether there are contracts past their end that the job has not ended yet
        :return: SQL of the limit that accounting gave to a client without a contract; NULL: none
        """
        # sudo: a setting of the company that sells
        if not company.sudo().account_use_credit_limit:
            return SQL("NULL::float")
        # sudo: the amount is compared, and shown to those who see the client
        Partner = self.env["res.partner"].sudo().with_company(company)
        limit = SQL("NULLIF(%s, 0)", Partner._field_to_sql("client", "credit_limit"))
        if not past:
            return limit
        return SQL(
            """
            CASE WHEN NOT EXISTS (
                 SELECT FROM sales_contract past
                  WHERE past.client_id = client.id AND past.company_id = %(company)s AND %(over)s
                    AND past.payment_term_id = %(term)s) THEN %(limit)s END
            """,
            company=company.id,
            over=self._past_end_sql("past", company),
            term=Partner._field_to_sql("client", "property_payment_term_id"),
            limit=limit,
        )

    @api.model
    def _past_end_sql(self, alias, company):
        """:return: SQL condition: the contract is past its end, which the nightly job has yet to write"""
        return SQL(
            "(%(state)s = 'active' AND %(end)s < %(today)s AND %(prolongation)s != 'auto')",
            state=SQL.identifier(alias, "state"),
            end=SQL.identifier(alias, "date_end"),
            prolongation=SQL.identifier(alias, "prolongation"),
            today=company._sales_today(),
        )

    # ------------------------------------------------------
    # Contracts
    # ------------------------------------------------------

    @api.model
    def _contract_sql(self, company, client_ids, kind=None, rate=None):
        """:param rate: SQL of the rate at which amounts are converted; None: they stay as they are
        :return: SQL of the contract in force per client: supply before commission, the branch's own before
        the company's
        """
        # sudo: contracts of companies above hold for whoever may not enter these
        chain = company.sudo().parent_ids.ids
        return SQL(
            """
            SELECT DISTINCT ON (contract.client_id)
                   contract.id, contract.client_id, contract.kind,
                   contract.overdue_tolerance_days AS tolerance_days,
                   %(limit)s AS credit_limit, %(tolerance)s AS tolerance_amount
              FROM sales_contract contract
             WHERE contract.state = 'active' AND contract.date_start <= %(today)s
               AND (contract.date_end IS NULL OR contract.date_end >= %(today)s
                    OR contract.prolongation = 'auto')
               AND contract.company_id = ANY(%(chain)s) AND %(clients)s AND %(kind)s
             ORDER BY contract.client_id, contract.kind = 'commission',
                      array_position(%(chain)s, contract.company_id) DESC,
                      contract.date_start DESC, contract.id DESC
            """,
            limit=self._contract_amount_sql(company, "credit_limit", rate),
            tolerance=self._contract_amount_sql(company, "overdue_tolerance_amount", rate),
            today=company._sales_today(),
            chain=chain,
            clients=self._of_clients_sql("contract", "client_id", client_ids),
            kind=SQL("contract.kind = %s", kind) if kind else SQL("TRUE"),
        )

    @api.model
    def _contract_amount_sql(self, company, column, rate):
        amount = SQL.identifier("contract", column)
        if rate is None:
            return SQL("%s::float", amount)
        return SQL("ROUND((%s * %s)::numeric, %s)::float", amount, rate, company.currency_id.decimal_places)

    @api.model
    def _commission_sql(self, company, client_ids, rate, there):
        """:param bool there: whether any of the clients has a contract for commission
        :return: dict of the parts of the statement that tell the limit for goods on commission beside a
            contract for supply
        """
        if not there:
            return {"commission": SQL(), "join_commission": SQL(), "commission_limit": SQL("NULL::float")}
        return {
            "commission": SQL(
                "commission AS (%s),", self._contract_sql(company, client_ids, "commission", rate)
            ),
            "join_commission": SQL("LEFT JOIN commission ON commission.client_id = client.id"),
            "commission_limit": SQL("CASE WHEN main.kind = 'supply' THEN commission.credit_limit END"),
        }

    @api.model
    def _contracts_there(self, company, client_ids):
        """:return: the kinds of the clients' contracts, the ids of their currencies, and whether some are
        past their end
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT kind, currency_id, COALESCE(%s, FALSE) FROM sales_contract contract"
                " WHERE state = 'active' AND %s",
                self._past_end_sql("contract", company),
                self._of_clients_sql("contract", "client_id", client_ids),
            )
        )
        return (
            {kind for kind, _currency, _past in rows},
            {currency for _kind, currency, _past in rows},
            any(past for _kind, _currency, past in rows),
        )

    @api.model
    def _contract_rate_sql(self, company, currencies):
        """:param currencies: ids of the currencies of the contracts
        :return: SQL of today's rate of the currency of ``contract`` to the company's; None if all
            contracts are in the company's
        """
        foreign = sorted(currencies - {company.currency_id.id})
        if not foreign:
            return None
        rates = [
            SQL(
                "WHEN %s THEN %s",
                currency.id,
                currency._get_conversion_rate(currency, company.currency_id, company, company._sales_today()),
            )
            for currency in self.env["res.currency"].browse(foreign)
        ]
        return SQL("CASE contract.currency_id %s ELSE 1 END::float", SQL(" ").join(rates))

    # ------------------------------------------------------
    # Whose ledger, and who had a contract
    # ------------------------------------------------------

    @api.model
    def _ledger(self, company):
        """:return: ids of the companies that keep one ledger with ``company``: the root and its branches,
        also those that the user may not enter
        """
        # sudo: one ledger is kept with companies that the user may not enter
        root = company.sudo().root_id.id
        rows = self.env.execute_query(
            SQL("SELECT id FROM res_company WHERE parent_path LIKE %s", f"{root}/%")
        )
        return [branch for (branch,) in rows]

    @api.model
    def _had_contract_sql(self, company, rare):
        """A branch, or a new card beside the one with the contract, would begin without any limit.

        :param set rare: see :meth:`_rare`
        :return: SQL condition on ``client``: sometimes a contract with the company was in force
        """
        # sudo: contracts of companies above hold for whoever may not enter these
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
            "credited": SQL("EXISTS (SELECT FROM sale_order_line WHERE credit_note_alone IS TRUE)"),
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
            "left_over": self._of_orders_sql(self._left_over_sql(), client_ids),
            "credited": self._of_orders_sql(self._credited_sql(), client_ids),
        }
        return {name: conditions[name] for name in names if name in conditions}

    @api.model
    def _of_orders_sql(self, orders, client_ids):
        """:param SQL orders: the ids of orders
        :return: SQL condition: one of the clients pays one of them
        """
        return SQL(
            """
            EXISTS (SELECT FROM sale_order ord
                      JOIN res_partner payer ON payer.id = ord.partner_invoice_id
                     WHERE ord.id IN (%s) AND %s)
            """,
            orders,
            self._of_clients_sql("payer", "commercial_partner_id", client_ids),
        )

    @api.model
    def _which(self, conditions):
        """:return: set of the names whose condition is true"""
        query = SQL("SELECT %s", SQL(", ").join(conditions.values()))
        [found] = self.env.execute_query(query)
        return {name for name, there in zip(conditions, found, strict=True) if there}
