"""The night's classes of clients beside one plain SQL statement for the same figures.

100 000 clients, 1 000 000 invoices with 2 000 000 lines, each paid by a bank entry. Medians, in turn, each
rolled back:

* first night: nothing is stored yet, every client is written;
* any night: nothing has changed, all is counted and nothing written;
* plain SQL: one UPDATE of class, turnover, regularity and rhythm, for one company and one currency, without
  credit notes, write-offs, rates, borders of other companies, batches, and what else hangs on the class.

Run it with ``./crm bench client_class [--clients N] [--invoices N] [--runs N]``.
"""

import argparse
import os
import statistics
import time

import credit
import data
from carry import clone, connect, drop, run_sql

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]

PLAIN = """
    WITH paid AS (
        SELECT invoice.partner_id AS id, SUM(matched.amount) AS paid
          FROM account_partial_reconcile matched
          JOIN account_move_line debit ON debit.id = matched.debit_move_id
          JOIN account_move invoice ON invoice.id = debit.move_id
          JOIN account_move_line credit ON credit.id = matched.credit_move_id
          JOIN account_move entry ON entry.id = credit.move_id
         WHERE invoice.state = 'posted' AND invoice.move_type = 'out_invoice' AND entry.move_type = 'entry'
           AND matched.max_date > CURRENT_DATE - interval '12 months'
         GROUP BY invoice.partner_id
    ), ranked AS (
        SELECT id, paid, SUM(paid) OVER () AS total,
               SUM(paid) OVER (ORDER BY paid DESC) - SUM(paid) OVER (PARTITION BY paid) AS before
          FROM paid
    ), monthly AS (
        SELECT id, sqrt(GREATEST(SUM(amount * amount) / 12 - (SUM(amount) / 12) ^ 2, 0))
                   / NULLIF(SUM(amount) / 12, 0) AS variation
          FROM (SELECT partner_id AS id, date_trunc('month', invoice_date) AS month,
                       SUM(amount_total_signed) AS amount
                  FROM account_move
                 WHERE state = 'posted' AND move_type = 'out_invoice'
                   AND invoice_date >= date_trunc('month', CURRENT_DATE) - interval '12 months'
                   AND invoice_date < date_trunc('month', CURRENT_DATE)
                 GROUP BY partner_id, date_trunc('month', invoice_date)) month
         GROUP BY id
    ), rhythm AS (
        SELECT id, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(gap) AS gaps,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median
          FROM (SELECT partner_id AS id, invoice_date AS day, invoice_date - lag(invoice_date) OVER (
                       PARTITION BY partner_id ORDER BY invoice_date) AS gap
                  FROM account_move WHERE state = 'posted' AND move_type = 'out_invoice'
                 GROUP BY partner_id, invoice_date) purchase
         GROUP BY id
    )
    UPDATE res_partner client
       SET client_class = figures.letter, client_class_turnover = figures.letter,
           paid_turnover = figures.paid, client_regularity = figures.regularity,
           is_asleep = figures.asleep, last_purchase_date = figures.last_day,
           purchase_interval_days = figures.median
      FROM (SELECT rhythm.id, ranked.paid, rhythm.last_day, ROUND(rhythm.median) AS median,
                   CASE WHEN COALESCE(before, 0) < 0.8 * total THEN 'A'
                        WHEN before < 0.95 * total THEN 'B' ELSE 'C' END AS letter,
                   CASE WHEN first_day >= date_trunc('month', CURRENT_DATE) - interval '12 months' THEN 'new'
                        WHEN variation <= 0.25 THEN 'X' WHEN variation <= 0.5 THEN 'Y'
                        WHEN variation IS NOT NULL THEN 'Z' END AS regularity,
                   gaps >= 2 AND CURRENT_DATE - last_day > GREATEST(2 * median, 30) AS asleep
              FROM rhythm
              LEFT JOIN ranked ON ranked.id = rhythm.id
              LEFT JOIN monthly ON monthly.id = rhythm.id) figures
     WHERE figures.id = client.id
       AND (client.client_class_turnover, client.paid_turnover, client.client_regularity)
           IS DISTINCT FROM (figures.letter, figures.paid, figures.regularity)
"""


def pay(cr):
    """A bank entry for each invoice, of a part that differs from client to client."""
    journal = credit.one(cr, "SELECT id FROM account_journal WHERE type = 'bank' ORDER BY id LIMIT 1")
    cr.execute(
        """
        INSERT INTO account_move (name, ref, journal_id, currency_id, company_id, state, move_type, auto_post,
                                  date, partner_id, commercial_partner_id, amount_total_signed)
        SELECT 'PAID/' || id, id::text, %s, currency_id, company_id, 'posted', 'entry', 'no', date,
               partner_id, commercial_partner_id, 0
          FROM account_move WHERE name LIKE 'BENCH/%%'
        """,
        [journal],
    )
    cr.execute(
        """
        INSERT INTO account_move_line (move_id, currency_id, company_id, journal_id, parent_state, date,
                                       partner_id, account_id, display_type, balance, amount_currency, name)
        SELECT entry.id, entry.currency_id, entry.company_id, entry.journal_id, 'posted', entry.date,
               entry.partner_id, debit.account_id, 'payment_term', -1 - entry.partner_id % 499,
               -1 - entry.partner_id % 499, debit.id::text
          FROM account_move entry
          JOIN account_move_line debit
            ON debit.move_id = entry.ref::int AND debit.display_type = 'payment_term'
         WHERE entry.name LIKE 'PAID/%'
        """
    )
    cr.execute(
        """
        INSERT INTO account_partial_reconcile (debit_move_id, credit_move_id, company_id, amount,
                                               debit_amount_currency, credit_amount_currency, max_date,
                                               debit_currency_id, credit_currency_id)
        SELECT line.name::int, line.id, line.company_id, -line.balance, -line.balance, -line.balance,
               line.date, line.currency_id, line.currency_id
          FROM account_move_line line JOIN account_move entry ON entry.id = line.move_id
         WHERE entry.name LIKE 'PAID/%'
        """
    )


def prepare(name, clients, invoices):
    clone(SOURCE, name)
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        company, currency = env.company.id, env.company.currency_id.id
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            cr.execute("UPDATE ir_cron SET active = FALSE")
            pairs = data.make_clients(cr, clients, data.make_managers(cr, 50))
            # The rows are right: no foreign key has to be checked
            cr.execute("SET LOCAL session_replication_role = replica")
            cr.execute("UPDATE res_partner SET client_id = id, partner_share = TRUE WHERE is_client IS TRUE")
            credit.make_invoices(cr, pairs, invoices, company, currency)
            cr.execute("ANALYZE account_move, account_move_line")
            pay(cr)
        connection.commit()
    run_sql(name, "VACUUM ANALYZE")


def ours(env):
    env["sales.client.class"]._classify_at_once()
    env.flush_all()


def plain(env):
    env.cr.execute(PLAIN)


def letters(env):
    env.cr.execute("SELECT id, client_class, client_regularity FROM res_partner WHERE is_client IS TRUE")
    return set(env.cr.fetchall())


def timed(cr, method):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.invalidate_all()
    start = time.perf_counter()
    method(env)
    return time.perf_counter() - start


def measure(name, runs):
    with Registry(name).cursor() as cr:
        taken = {label: [] for label in ("first night", "any night", "plain SQL", "plain SQL, any night")}
        for run in range(runs + 1):
            found = []
            for first, again, method in (
                ("first night", "any night", ours),
                ("plain SQL", "plain SQL, any night", plain),
            ):
                times = timed(cr, method), timed(cr, method)
                found.append(letters(api.Environment(cr, SUPERUSER_ID, {})))
                cr.rollback()
                if run or not runs:
                    taken[first].append(times[0])
                    taken[again].append(times[1])
            different = len(found[0] ^ found[1])
    return {label: statistics.median(times) for label, times in taken.items()}, different


def main():
    parser = argparse.ArgumentParser(prog="crm bench client_class")
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    name = f"{SOURCE}_class"
    try:
        prepare(name, args.clients, args.invoices)
        taken, different = measure(name, args.runs)
        for label, seconds in taken.items():
            print(f"{label:24}{seconds * 1000:10.1f} ms")
        print(f"{different} clients differ")
        for label, beside in (("first night", "plain SQL"), ("any night", "plain SQL, any night")):
            print(f"{label}: {taken[label] / taken[beside]:.2f} × plain SQL")
    finally:
        odoo.sql_db.close_db(name)
        drop(name)


if __name__ == "__main__":
    main()
