"""The funnel of a year among 500 000 deals with 3 000 000 moves, and the price of writing a move down.

* ours: the picture and the conversion by manager, as ``sales.funnel`` gives them to a head and to a
  manager, with their access rules;
* plain SQL: the same numbers by hand-written SQL on the same table, without any rules;
* a change of stage: ``write({'stage_id': …})`` on one deal and on 80, with the moves and without them.

Run it with ``./crm bench funnel [--deals N] [--runs N]``.
"""

import argparse
import os
import random
import statistics
import time
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from unittest.mock import patch

import data
import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
LEVELS = ("cold", "informed", "interest", "offer", "negotiation", "deal")
YEAR = {"date_from": "2025-01-01", "date_to": "2025-12-31"}
PLAIN_BARS = """
    WITH entered AS (
        SELECT lead_key, date, amount, user_id FROM sales_stage_move
         WHERE rank_before < 0 AND rank_after >= 0 AND date >= '2025-01-01' AND date < '2026-01-01'
    ), path AS (
        SELECT entered.lead_key, entered.amount, entered.user_id, entered.date,
               MIN(move.date) FILTER (WHERE rank_before < 1 AND rank_after >= 1) AS d1,
               MIN(move.date) FILTER (WHERE rank_before < 2 AND rank_after >= 2) AS d2,
               MIN(move.date) FILTER (WHERE rank_before < 3 AND rank_after >= 3) AS d3,
               MIN(move.date) FILTER (WHERE rank_before < 4 AND rank_after >= 4) AS d4,
               MIN(move.date) FILTER (WHERE rank_before < 5 AND rank_after >= 5) AS d5,
               MIN(move.date) FILTER (WHERE rank_before < 6 AND rank_after >= 6) AS d6
          FROM entered JOIN sales_stage_move move USING (lead_key)
         GROUP BY 1, 2, 3, 4
    )
    SELECT %s COUNT(*), SUM(amount), COUNT(d1), SUM(amount) FILTER (WHERE d1 IS NOT NULL), AVG(d1 - date),
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d1 - date), COUNT(d2), AVG(d2 - date),
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d2 - date), COUNT(d3), AVG(d3 - date),
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d3 - date), COUNT(d4), AVG(d4 - date),
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d4 - date), COUNT(d5), AVG(d5 - date),
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d5 - date), COUNT(d6), AVG(d6 - date),
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d6 - date)
      FROM path %s
"""


def connect(name):
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    return closing(connection)


def prepare(deals):
    """Managers, clients, stages, ``deals`` deals over three years, and about six moves for each."""
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        stages = (
            env["crm.stage"]
            .create(
                [
                    {"name": level, "funnel_level": level, "sequence": number, "is_won": level == "deal"}
                    for number, level in enumerate(LEVELS)
                ]
            )
            .ids
        )
        company = env.company
        managers = data.make_managers(cr._obj, 500)
        pairs = data.make_clients(cr._obj, 15_000, managers)
        cr.execute("UPDATE res_partner SET client_id = id, partner_share = TRUE WHERE is_client")
        env.flush_all()
        cr.execute("SET LOCAL session_replication_role = replica")  # every reference is right
        _make_deals(cr._obj, deals, pairs, stages, company)
        env["res.partner"]._refresh_funnel_levels()
        cr.commit()
    with connect(SOURCE) as connection, connection.cursor() as cr:
        for table in ("crm_lead", "sales_stage_move", "res_partner"):
            cr.execute(f"VACUUM ANALYZE {table}")


def _make_deals(cr, count, pairs, stages, company):
    dice = random.Random(7)
    ids = data.next_ids(cr, "crm_lead", count)
    lives = [_make_life(dice) for _id in ids]
    owners = [dice.choice(pairs) for _id in ids]
    data.copy(
        cr,
        "crm_lead",
        (
            *("id", "name", "type", "active", "partner_id", "user_id", "company_id", "stage_id"),
            *("won_status", "probability", "expected_revenue", "approach", "create_date"),
            "date_last_stage_update",
        ),
        (
            (
                *(lead, f"Deal {lead}", "opportunity", "t", client, manager, company.id, stages[life[-1][0]]),
                *("won" if life[-1][0] == 5 else "pending", 100 if life[-1][0] == 5 else 10),
                *(1000 + lead % 900, "active", life[0][1], life[-1][1]),
            )
            for lead, life, (client, manager) in zip(ids, lives, owners, strict=True)
        ),
    )
    data.copy(
        cr,
        "sales_stage_move",
        (
            *("lead_id", "lead_key", "lead_name", "client_id", "user_id", "company_id", "currency_id"),
            *("stage_from_id", "stage_to_id", "level_from", "level_to", "rank_before", "rank_after"),
            *("outcome", "date", "days_in_stage", "amount", "rebuilt"),
        ),
        (
            (
                *(lead, lead, f"Deal {lead}", client, manager, company.id, company.currency_id.id),
                *_make_move(life, number, stages),
                *(1000 + lead % 900, "f"),
            )
            for lead, life, (client, manager) in zip(ids, lives, owners, strict=True)
            for number in range(len(life))
        ),
    )


def _make_life(dice):
    """:return: list of (rank, moment), six on average; deals go to and fro"""
    moment = datetime(2024, 1, 1) + timedelta(minutes=dice.randrange(3 * 365 * 1440))
    life = [(0, moment)]
    for _step in range(dice.randrange(1, 10)):
        rank = life[-1][0]
        if rank == 5:
            break
        moment += timedelta(minutes=dice.randrange(20_000))
        life.append((min(max(rank + dice.choice((-1, 1, 1, 1, 2)), 0), 5), moment))
    while len(life) < 6:
        moment += timedelta(minutes=dice.randrange(20_000))
        life.append((life[-1][0], moment))
    return life


def _make_move(life, number, stages):
    rank, moment = life[number]
    before = life[number - 1] if number else None
    outcome = "created" if not number else "won" if rank == 5 and before[0] != 5 else "moved"
    reached = max(step[0] for step in life[: number + 1])
    return (
        stages[before[0]] if before else None,
        stages[rank],
        LEVELS[before[0]] if before else None,
        LEVELS[rank],
        max((step[0] for step in life[:number]), default=-1),
        reached,
        outcome,
        moment,
        (moment - before[1]).total_seconds() / 86400 if before else 0,
    )


def timed(method, *args):
    start = time.perf_counter()
    result = method(*args)
    return time.perf_counter() - start, result


def measure_figures(runs):
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cr.execute("SELECT user_id FROM sales_stage_move LIMIT 1")
        [manager] = cr.fetchone()
        head = env["res.users"].create(
            {
                "name": "Head",
                "login": "bench_head",
                "group_ids": [(4, env.ref("sales_crm.group_head").id)],
            }
        )
        times = {}
        for _run in range(runs):
            for who, user in (("head", head.id), ("manager", manager)):
                funnel = env["sales.funnel"].with_user(user)
                options = funnel._complete(YEAR)
                seconds, bars = timed(funnel._get_bars, options)
                times.setdefault(f"ours, {who}: picture", []).append(seconds)
                seconds, groups = timed(funnel._get_groups, options)
                times.setdefault(f"ours, {who}: by manager", []).append(seconds)
                if who == "head":
                    shown = bars, groups
            for label, statement in (
                ("plain SQL: picture", PLAIN_BARS % ("", "")),
                ("plain SQL: by manager", PLAIN_BARS % ("user_id,", "GROUP BY user_id")),
            ):
                seconds, _none = timed(cr.execute, statement)
                rows = cr.fetchall()
                times.setdefault(label, []).append(seconds)
                if label.endswith("picture"):
                    _check(shown[0], rows[0])
        cr.rollback()
    for label, seconds in times.items():
        print(f"  {label:28} {statistics.median(seconds) * 1000:8.0f} ms", flush=True)
    for part in ("picture", "by manager"):
        ours, plain = (statistics.median(times[f"{who}: {part}"]) for who in ("ours, head", "plain SQL"))
        print(f"  {part}: {ours / plain:.2f} × plain SQL")


def _check(bars, row):
    """The screen shows what plain SQL counts."""
    counts = [row[0], row[2], row[6], row[9], row[12], row[15], row[18]]
    if [bar["count"] for bar in bars] != counts:
        raise SystemExit(f"wrong result: {bars} instead of {counts}")


def measure_moves(runs):
    """One deal at a time and 80 at a time, each with an empty cache as a request has it, in one
    transaction that is rolled back.
    """
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env.user.group_ids |= env.ref("sales_crm.group_head")
        leads = env["crm.lead"].search([("won_status", "=", "pending")], limit=10_000)
        stages = env["crm.stage"].search([("funnel_level", "in", ("informed", "interest"))])
        for size, count in ((1, 100 * runs), (80, 4 * runs)):
            times = {"with moves": [], "stock": []}
            for number in range(count):
                for turn, (label, measured) in enumerate(times.items()):
                    part = leads[(2 * number + turn) * size % (len(leads) - size) :][:size]
                    with ExitStack() as stack:
                        if label == "stock":
                            _without_moves(stack, env)
                        env.invalidate_all()
                        seconds, _none = timed(_move, part, stages)
                        measured.append(seconds)
            ours, stock = (statistics.median(seconds) for seconds in times.values())
            print(
                f"  a change of stage of {size}: {ours * 1000:.2f} ms with moves, {stock * 1000:.2f} ms"
                f" stock, {ours / stock:.2f} × stock",
                flush=True,
            )
        cr.rollback()


def _move(leads, stages):
    leads.stage_id = stages[0] if leads[0].stage_id != stages[0] else stages[1]
    leads.env.flush_all()
    leads.env.cr.precommit.run()


def _without_moves(stack, env):
    lead, move = type(env["crm.lead"]), type(env["sales.stage.move"])
    stack.enter_context(patch.object(lead, "_stage_move_triggers", lambda self: set()))
    stack.enter_context(patch.object(lead, "_show_alive", lambda self: None))
    stack.enter_context(patch.object(move, "_query_status", lambda self, leads: {}))


def main():
    parser = argparse.ArgumentParser(prog="crm bench funnel")
    parser.add_argument("--deals", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    prepare(args.deals)
    with connect(SOURCE) as connection, connection.cursor() as cr:
        cr.execute("SELECT COUNT(*) FROM sales_stage_move")
        print(f"{args.deals:,} deals, {cr.fetchone()[0]:,} moves, medians of {args.runs} runs:", flush=True)
    measure_figures(args.runs)
    measure_moves(args.runs)


if __name__ == "__main__":
    main()
