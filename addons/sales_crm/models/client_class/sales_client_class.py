import logging

from odoo import api, models
from odoo.tools import SQL

from ..receivable.sales_receivable_ledger import SHIPMENT_TYPES

_logger = logging.getLogger(__name__)

PURCHASE_TYPES = ("out_invoice", "out_receipt")

PURSES = ("bank", "cash", "credit")

FIGURES = (
    "client_class_turnover",
    "paid_turnover",
    "paid_turnover_currency_id",
    "client_regularity",
    "is_asleep",
    "last_purchase_date",
    "purchase_interval_days",
)

# How the ORM may have stored that there is none
EMPTY_AS = {
    "is_asleep": "COALESCE(%s, FALSE)",
    "paid_turnover": "NULLIF(%s, 0)",
    "purchase_interval_days": "NULLIF(%s, 0)",
}


class SalesClientClass(models.AbstractModel):
    """The night's figures of every client: class, regularity, and whether he is asleep.

    **Turnover paid**: what bank, cash and card entries have settled of his posted invoices, in the 12 months
    that end today, by the day on which money and invoice met; less what was paid back to him on credit notes.
    An invoice that a credit note settles is not paid, so it isn't counted. Of a payment with a write-off only
    the money counts. With tax, of the client with his contacts and branches.

    **Class** (ABC analysis after Pareto): clients in the order of turnover paid. By shares: A as long as
    those who paid more than he make up less than the share of A, B likewise, else C; so those who paid the
    same are in one class, whatever the share comes to. By amounts: A or B from the amount on. Who paid
    nothing has no class.

    **Regularity** (XYZ analysis): coefficient of variation = standard deviation of the whole group / mean, of
    what was invoiced less credit notes in each of the last 12 full calendar months, months without purchase
    as 0. X and Y up to their borders, else Z; none below the smallest number of months with purchases. Whose
    first invoice lies within these months is new: nothing can be said of the months before it.

    **Asleep**: days since the last day with an invoice > factor × median of the days between two such days,
    and > the smallest number of days; from three such days on. Invoices that were reversed are no purchases.

    Clients belong to the company on their card, else to their manager's, else to the first one; the borders
    are its, and he is ranked among its clients. What he did with all companies counts, in its currency: what
    is in another one at the rate of the day of the count. Days are those of that company.
    """

    _name = "sales.client.class"
    _description = "Classes of Clients"
    _inherit = "sales.batch.step"

    _batch_size = 2000  # clients written in one transaction
    _ended_batch_size = 100  # likewise, with a message on each

    @api.model
    def _cron_classify(self):
        """Count all clients anew and write those that have changed, in batches; a run that was broken off
        finds the rest in the next."""
        while self._retry(self._end_by_hand) and self._commit(0, 1):
            pass
        left = changed = self._retry(self._count_changes)
        time_left = self._commit(0, left)
        while left and time_left:
            written = self._retry(self._write_batch)
            left = max(left - written, 0) if written else 0
            time_left = self._commit(written, left)
        self.env.cr.execute("DROP TABLE IF EXISTS sales_client_night")
        _logger.info("Classes of clients: %s changed, %s are left for the next run", changed, left)

    @api.model
    def _classify_at_once(self):
        """The same in the current transaction: after an installation or an update."""
        self._count_changes()
        while self._write_batch():
            pass
        self.env.cr.execute("DROP TABLE sales_client_night")

    @api.model
    def _end_by_hand(self):
        """:return: how many classes set by hand were over"""
        return self.env["res.partner"]._end_classes_by_hand(self._ended_batch_size)

    @api.model
    def _count_changes(self):
        """Fill the temporary table of this session with the figures that differ from what is stored.

        :return: number of clients in it
        """
        self._flush_counted()
        self._make_homes()
        self.env.cr.execute("DROP TABLE IF EXISTS sales_client_night")
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE sales_client_night AS %s", self._changes_sql()))
        self.env.cr.execute("CREATE INDEX ON sales_client_night (id)")
        self.env.cr.execute("ANALYZE sales_client_night")
        [(count,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM sales_client_night"))
        return count

    @api.model
    def _make_homes(self):
        """Fill a temporary table with the clients and their companies. How many these are PostgreSQL can't
        guess from ``client_id = id``, and would compare each client with each."""
        # sudo: which company is the first doesn't depend on who may enter it
        main = self.env["res.company"].sudo().search([], order="id", limit=1).id
        self.env.cr.execute("DROP TABLE IF EXISTS sales_client_home")
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE sales_client_home ON COMMIT DROP AS
                SELECT client.id, COALESCE(client.company_id, manager.company_id, %s) AS company_id
                  FROM res_partner client LEFT JOIN res_users manager ON manager.id = client.user_id
                 WHERE client.client_id = client.id
                """,
                main,
            )
        )
        self.env.cr.execute("CREATE UNIQUE INDEX ON sales_client_home (id)")
        self.env.cr.execute("ANALYZE sales_client_home")

    @api.model
    def _write_batch(self):
        """:return: how many clients were taken from the temporary table"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH batch AS (
                    DELETE FROM sales_client_night
                     WHERE id IN (SELECT id FROM sales_client_night ORDER BY id LIMIT %s)
                    RETURNING *
                ), written AS (
                    UPDATE res_partner client
                       SET %s, client_class = CASE WHEN client.client_class_manual IS TRUE
                                                   THEN client.client_class
                                                   ELSE batch.client_class_turnover END
                      FROM batch WHERE batch.id = client.id
                )
                SELECT id FROM batch
                """,
                self._batch_size,
                SQL(", ").join(
                    SQL("%s = batch.%s", SQL.identifier(name), SQL.identifier(name)) for name in FIGURES
                ),
            )
        )
        clients = self.env["res.partner"].browse(id_ for (id_,) in rows)
        clients.invalidate_recordset([*FIGURES, "client_class"])
        clients.modified(["client_class"])
        return len(rows)

    @api.model
    def _flush_counted(self):
        for name, fields in {
            "account.account": ["account_type"],
            "account.journal": ["type"],
            "account.move": [
                "amount_total_signed", "company_id", "invoice_date", "journal_id", "move_type",
                "origin_payment_id", "partner_id", "payment_state", "state",
            ],
            "account.move.line": ["account_id", "amount_currency", "move_id", "parent_state", "partner_id"],
            "account.partial.reconcile": [
                "amount", "company_id", "credit_move_id", "debit_move_id", "max_date",
            ],
            "account.payment": ["amount"],
            "res.company": None,
            "res.partner": ["client_id", "company_id", "user_id", "client_class", *FIGURES],
            "res.users": ["company_id"],
        }.items():  # fmt: skip
            self.env[name].flush_model(fields)

    # ------------------------------------------------------
    # The query
    # ------------------------------------------------------

    @api.model
    def _changes_sql(self):
        """:return: SQL of a row per client whose figures differ from the stored ones: id, FIGURES"""
        columns = [SQL.identifier(name) for name in FIGURES]
        return SQL(
            """
            WITH company AS MATERIALIZED (%(companies)s), rate AS MATERIALIZED (%(rates)s),
            home AS (SELECT id, company_id FROM sales_client_home
            ), turnover AS (%(turnover)s), monthly AS (%(monthly)s), rhythm AS (%(rhythm)s),
            ranked AS (
                SELECT turnover.*, company.class_by, company.a_share, company.b_share,
                       company.a_amount, company.b_amount,
                       SUM(paid) OVER (PARTITION BY company.id) AS total,
                       SUM(paid) OVER (PARTITION BY company.id ORDER BY paid DESC)
                       - SUM(paid) OVER (PARTITION BY company.id, paid) AS before
                  FROM turnover JOIN company ON company.id = turnover.company_id
                 WHERE paid > 0
            ), figures AS (
                SELECT home.id, %(letter)s AS client_class_turnover, ranked.paid AS paid_turnover,
                       company.currency_id AS paid_turnover_currency_id,
                       %(regularity)s AS client_regularity, %(asleep)s AS is_asleep,
                       rhythm.last_day AS last_purchase_date, rhythm.median AS purchase_interval_days
                  FROM home
                  JOIN company ON company.id = home.company_id
                  LEFT JOIN ranked ON ranked.id = home.id
                  LEFT JOIN monthly ON monthly.id = home.id
                  LEFT JOIN rhythm ON rhythm.id = home.id
            )
            SELECT figures.* FROM figures JOIN res_partner client ON client.id = figures.id
             WHERE (%(counted)s) IS DISTINCT FROM (%(stored)s)
                OR (client.client_class_manual IS NOT TRUE
                    AND client.client_class IS DISTINCT FROM figures.client_class_turnover)
             UNION ALL
            SELECT partner.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM res_partner partner
             WHERE partner.client_id IS DISTINCT FROM partner.id
               AND (partner.client_class_turnover IS NOT NULL OR partner.client_regularity IS NOT NULL
                    OR partner.is_asleep IS TRUE)
            """,
            companies=self._companies_sql(),
            rates=self._rates_sql(),
            turnover=self._turnover_sql(),
            monthly=self._monthly_sql(),
            rhythm=self._rhythm_sql(),
            letter=self._letter_sql(),
            regularity=self._regularity_sql(),
            asleep=self._asleep_sql(),
            counted=SQL(", ").join(SQL("figures.%s", column) for column in columns),
            stored=SQL(", ").join(
                SQL(EMPTY_AS.get(name, "%s"), SQL("client.%s", column))
                for name, column in zip(FIGURES, columns, strict=True)
            ),
        )

    @api.model
    def _companies_sql(self):
        """:return: SQL of a row per company: its day, its currency, the borders in its settings"""
        days = self.env["sales.receivable.ledger"]._days()
        return SQL(
            """
            SELECT day.today, company.id, company.currency_id, currency.decimal_places AS digits,
                   company.sales_class_by AS class_by,
                   company.sales_class_a_share::numeric AS a_share,
                   company.sales_class_b_share::numeric AS b_share,
                   COALESCE(company.sales_class_a_amount, 0) AS a_amount,
                   COALESCE(company.sales_class_b_amount, 0) AS b_amount,
                   company.sales_regularity_x::numeric AS x, company.sales_regularity_y::numeric AS y,
                   company.sales_regularity_months AS months,
                   company.sales_asleep_factor::numeric AS factor,
                   company.sales_asleep_min_days AS min_days
              FROM res_company company
              JOIN unnest(%s::int[], %s::date[]) AS day(company_id, today) ON day.company_id = company.id
              JOIN res_currency currency ON currency.id = company.currency_id
            """,
            [company.id for company in days],
            list(days.values()),
        )

    @api.model
    def _rates_sql(self):
        """:return: SQL of the worth of a unit of each company's currency in that of each other company, on
        its day: home_id, company_id, rate
        """
        days = self.env["sales.receivable.ledger"]._days()
        rows = [
            (
                home.id,
                company.id,
                company.currency_id._get_conversion_rate(company.currency_id, home.currency_id, home, day),
            )
            for home, day in days.items()
            for company in days
        ]
        homes, companies, rates = zip(*rows, strict=True)
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::numeric[]) AS rate(home_id, company_id, rate)",
            list(homes),
            list(companies),
            list(rates),
        )

    @api.model
    def _turnover_sql(self):
        """Whose money it is is found first: beside companies and rates, of which PostgreSQL knows nothing, it
        would compare each payment with each client.

        :return: SQL of a row per client with money in the 12 months: id, company_id, paid
        """
        return SQL(
            """
            WITH settled AS MATERIALIZED (
            SELECT home.id, home.company_id AS home_id, money.company_id, money.max_date, money.amount
              FROM (
                    SELECT matched.company_id, matched.max_date, debit.partner_id,
                           matched.amount * LEAST(1, COALESCE(
                               payment.amount / NULLIF(-credit.amount_currency, 0), 1)) AS amount
                      FROM account_partial_reconcile matched
                      JOIN account_move_line debit ON debit.id = matched.debit_move_id
                      JOIN account_move invoice ON invoice.id = debit.move_id
                      JOIN account_move_line credit ON credit.id = matched.credit_move_id
                      JOIN account_move entry ON entry.id = credit.move_id
                      JOIN account_journal purse ON purse.id = entry.journal_id
                      LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
                     WHERE invoice.move_type IN %(invoices)s AND invoice.state = 'posted'
                       AND entry.move_type = 'entry' AND entry.state = 'posted' AND purse.type IN %(purses)s
                     UNION ALL
                    SELECT matched.company_id, matched.max_date, credit.partner_id, -matched.amount
                      FROM account_partial_reconcile matched
                      JOIN account_move_line credit ON credit.id = matched.credit_move_id
                      JOIN account_move refund ON refund.id = credit.move_id
                      JOIN account_move_line debit ON debit.id = matched.debit_move_id
                      JOIN account_move entry ON entry.id = debit.move_id
                      JOIN account_journal purse ON purse.id = entry.journal_id
                     WHERE refund.move_type = 'out_refund' AND refund.state = 'posted'
                       AND entry.move_type = 'entry' AND entry.state = 'posted' AND purse.type IN %(purses)s
                   ) money
              JOIN res_partner payer ON payer.id = money.partner_id
              JOIN home ON home.id = payer.client_id
            )
            SELECT settled.id, settled.home_id AS company_id,
                   ROUND(SUM(settled.amount * rate.rate), MAX(company.digits)) AS paid
              FROM settled
              JOIN company ON company.id = settled.home_id
              JOIN rate ON rate.home_id = settled.home_id AND rate.company_id = settled.company_id
             WHERE settled.max_date > (company.today - interval '12 months')::date
               AND settled.max_date <= company.today
             GROUP BY settled.id, settled.home_id
            """,
            invoices=PURCHASE_TYPES,
            purses=PURSES,
        )

    @api.model
    def _monthly_sql(self):
        """:return: SQL of a row per client with purchases in the 12 full months: id, number of months with
        purchases, coefficient of variation
        """
        return SQL(
            """
            SELECT id, COUNT(*) FILTER (WHERE amount > 0) AS months,
                   CASE WHEN SUM(amount) > 0
                        THEN sqrt(GREATEST(SUM(amount * amount) / 12 - (SUM(amount) / 12) ^ 2, 0))
                             / (SUM(amount) / 12) END AS variation
              FROM (
                    SELECT home.id, date_trunc('month', move.invoice_date) AS month,
                           SUM(move.amount_total_signed * rate.rate) AS amount
                      FROM account_move move
                      JOIN res_partner buyer ON buyer.id = move.partner_id
                      JOIN home ON home.id = buyer.client_id
                      JOIN company ON company.id = home.company_id
                      JOIN rate ON rate.home_id = home.company_id AND rate.company_id = move.company_id
                     WHERE move.state = 'posted' AND move.move_type IN %(types)s
                       AND move.invoice_date < date_trunc('month', company.today)
                       AND move.invoice_date >= date_trunc('month', company.today) - interval '12 months'
                     GROUP BY home.id, date_trunc('month', move.invoice_date)
                   ) month
             GROUP BY id
            """,
            types=SHIPMENT_TYPES,
        )

    @api.model
    def _rhythm_sql(self):
        """:return: SQL of a row per client with purchases: id, the first and the last day, number of the
        intervals between days with purchases and their median, rounded
        """
        return SQL(
            """
            SELECT id, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(gap) AS gaps,
                   (percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)) AS exact,
                   ROUND((percentile_cont(0.5) WITHIN GROUP (ORDER BY gap))::numeric)::int AS median
              FROM (
                    SELECT home.id, move.invoice_date AS day,
                           move.invoice_date - lag(move.invoice_date) OVER (
                               PARTITION BY home.id ORDER BY move.invoice_date) AS gap
                      FROM account_move move
                      JOIN res_partner buyer ON buyer.id = move.partner_id
                      JOIN home ON home.id = buyer.client_id
                      JOIN company ON company.id = home.company_id
                     WHERE move.state = 'posted' AND move.move_type IN %(types)s
                       AND move.payment_state IS DISTINCT FROM 'reversed'
                       AND move.invoice_date <= company.today
                     GROUP BY home.id, move.invoice_date
                   ) purchase
             GROUP BY id
            """,
            types=PURCHASE_TYPES,
        )

    @api.model
    def _letter_sql(self):
        return SQL(
            """
            CASE WHEN ranked.paid IS NULL THEN NULL
                 WHEN ranked.class_by = 'amount' THEN
                      CASE WHEN ranked.paid >= ranked.a_amount THEN 'A'
                           WHEN ranked.paid >= ranked.b_amount THEN 'B' ELSE 'C' END
                 WHEN ranked.before < ranked.a_share * ranked.total THEN 'A'
                 WHEN ranked.before < ranked.b_share * ranked.total THEN 'B'
                 ELSE 'C' END::varchar
            """
        )

    @api.model
    def _regularity_sql(self):
        return SQL(
            """
            CASE WHEN rhythm.first_day >= date_trunc('month', company.today) - interval '12 months' THEN 'new'
                 WHEN monthly.variation IS NULL OR monthly.months < company.months THEN NULL
                 WHEN monthly.variation <= company.x THEN 'X'
                 WHEN monthly.variation <= company.y THEN 'Y'
                 ELSE 'Z' END::varchar
            """
        )

    @api.model
    def _asleep_sql(self):
        return SQL(
            """
            COALESCE(rhythm.gaps >= 2
                     AND company.today - rhythm.last_day > company.factor * rhythm.exact::numeric
                     AND company.today - rhythm.last_day > company.min_days, FALSE)
            """
        )
