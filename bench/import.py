"""A client base comes in: 20 000 clients with a contact, phones, mails and a next step each.

Side by side in one run, each in a process of its own on a fresh copy of the same database:

* ours: the file is read, checked and imported as the server's cron does it, time of each and peak memory;
* Odoo's ``load()`` of the same columns: clients with their contacts, then the next steps as activities.

Run it with ``./crm bench import [--clients N] [--runs N]``.
"""

import argparse
import base64
import csv
import io
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from contextlib import closing

import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
WAYS = ("ours", "load")
HEADERS = (
    *("Клиент", "Телефон", "Почта", "Город", "Адрес", "Контактное лицо", "Должность", "Телефон контакта"),
    *("Дата следующего шага", "Следующий шаг"),
)
CITIES = ("Тула", "Клин", "Дубна", "Орёл", "Псков")


def lines(count):
    """:return: list of rows of texts, the same in each process"""
    dice = random.Random(1)
    return [
        (
            f"ООО Клиент {number} {dice.randrange(1000)}",
            f"+7 495 {number // 10000 + 200:03} {number // 100 % 100:02} {number % 100:02}",
            f"office{number}@client.example",
            dice.choice(CITIES),
            f"Улица {dice.randrange(100)}, {dice.randrange(90)}",
            f"Имя{number} Фамилия{dice.randrange(1000)}",
            "закупщик",
            f"+7 903 {number // 10000 + 200:03} {number // 100 % 100:02} {number % 100:02}",
            f"2036-11-{dice.randrange(1, 29):02}",
            "Позвонить",
        )
        for number in range(count)
    ]


def run_sql(*statements):
    with closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            for statement in statements:
                cr.execute(statement)


def ours(env, count):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([HEADERS, *lines(count)])
    content = base64.b64encode(text.getvalue().encode())
    attachment = env["ir.attachment"].create({"name": "base.csv", "datas": content})
    record = env["sales.import"].create({"attachment_ids": [(6, 0, attachment.ids)]})
    taken = {}
    for step, state, start in (
        ("read", "mapping", record.action_read),
        ("check", "preview", record.action_analyse),
        ("import", "done", record.action_import),
    ):
        began = time.perf_counter()
        start()
        env.cr.commit()
        record._work_in_background()
        record.invalidate_recordset()
        taken[step] = time.perf_counter() - began
        if record.state != state:
            raise SystemExit(f"{step}: the import is {record.state}: {record.failure}")
    created = record.row_ids.filtered_domain([("result", "=", "created")])
    if len(created) != count:
        raise SystemExit(f"{len(created)} clients instead of {count}")
    return taken


def load(env, count):
    env = env(context={**env.context, "import_file": True})
    rows = lines(count)
    began = time.perf_counter()
    names = ["name", "phone", "email", "city", "street", "is_client", "is_company"]
    names += ["child_ids/name", "child_ids/function", "child_ids/phone"]
    loaded = env["res.partner"].load(names, [[*row[:5], "1", "1", *row[5:8]] for row in rows])
    if not loaded["ids"]:
        raise SystemExit(f"load(): {loaded['messages'][:3]}")
    kind = str(env["mail.activity.type"].search([], limit=1).id)
    model = str(env["ir.model"]._get_id("res.partner"))
    steps = [
        [model, str(client), kind, row[8], row[9]] for client, row in zip(loaded["ids"], rows, strict=True)
    ]
    columns = ["res_model_id/.id", "res_id", "activity_type_id/.id", "date_deadline", "summary"]
    loaded = env["mail.activity"].load(columns, steps)
    if not loaded["ids"]:
        raise SystemExit(f"load(): {loaded['messages'][:3]}")
    env.cr.commit()
    return {"load": time.perf_counter() - began}


def work(way, name, count):
    """In a process of its own: prints seconds and megabytes"""
    odoo.tools.config.parse_config(["--log-level=error", "-d", name], setup_logging=True)
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        admin = env.ref("base.user_admin")
        admin.group_ids |= env.ref("sales_crm.group_head")
        cr.commit()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        env = api.Environment(cr, admin.id, {"lang": "en_US"})
        taken = {"ours": ours, "load": load}[way](env, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": taken, "before": before / 1024, "peak": peak / 1024}))


def measure(way, count):
    name = f"{SOURCE}_{way}"
    copy = f'CREATE DATABASE "{name}" TEMPLATE "{SOURCE}" STRATEGY FILE_COPY'
    run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', copy)
    command = [sys.executable, __file__, "--way", way, "--database", name, "--clients", str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    run_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        work(options.way, options.database, options.clients)
        return
    found = {way: [] for way in WAYS}
    for _run in range(options.runs):
        for way in WAYS:
            found[way].append(measure(way, options.clients))
    print(f"{options.clients} clients with a contact and a next step")
    middle = {}
    for way, results in found.items():
        steps = results[0]["seconds"]
        middle[way] = {step: statistics.median(r["seconds"][step] for r in results) for step in steps}
        peak = max(result["peak"] for result in results)
        before = min(result["before"] for result in results)
        times = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in middle[way].items())
        print(f"{way}: {times}; {peak:.0f} MB at most, {before:.0f} MB before", flush=True)
    ratio = middle["load"]["load"] / middle["ours"]["import"]
    print(f"load() takes {ratio:.2f} × the time of our import", flush=True)


if __name__ == "__main__":
    main()
