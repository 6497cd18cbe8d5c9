#!/usr/bin/env bash
# PostgreSQL 16.2 (package pgserver 0.1.4): VACUUM that passes over a table while the transaction that fills it is open
# counts committed rows only. It writes reltuples = 0 beside the real number of pages, and from then on the planner
# expects one row, whatever the table's size: also after the commit, until somebody analyses it. A table that nobody
# has looked at is estimated from its pages, and that guess is the right one within a factor of two or so.
#
# Autovacuum does this by itself, about once a minute, during any first import that takes longer: the same load takes
# seconds or hours, by the minute at which it began. ANALYZE inside the loading transaction sees its own rows and helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pgserver==0.1.4 psycopg2-binary==2.9.10

cat >"$folder/load.py" <<'PY'
import json
import sys

import pgserver
import psycopg2

ROWS = 20_000
server = pgserver.get_server(sys.argv[1], cleanup_mode="stop")


def connect():
    connection = psycopg2.connect(server.get_uri())
    connection.autocommit = True
    return connection


def expected(cr, table):
    cr.execute(f"EXPLAIN (FORMAT JSON) SELECT * FROM {table}")
    [[plan]] = cr.fetchall()
    plan = plan if isinstance(plan, list) else json.loads(plan)
    return plan[0]["Plan"]["Plan Rows"]


def pages_and_rows(cr, table):
    cr.execute("SELECT relpages > 0, reltuples::int FROM pg_class WHERE relname = %s", [table])
    return cr.fetchone()


loader, visitor = connect().cursor(), connect().cursor()
loader.execute("SHOW server_version")
print("PostgreSQL", loader.fetchone()[0])
for table, visit in (("untouched", None), ("visited", "VACUUM visited"), ("analysed", "VACUUM analysed")):
    loader.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, name text) WITH (autovacuum_enabled = off)")
    loader.execute("BEGIN")
    loader.execute(f"INSERT INTO {table} SELECT n, 'client ' || n FROM generate_series(1, {ROWS}) n")
    if visit:
        visitor.execute(visit)
    if table == "analysed":
        loader.execute("ANALYZE analysed")
    loader.execute("COMMIT")
    guess = expected(loader, table)
    near = ROWS / 2 < guess < ROWS * 2
    print(f"{table}: expects {'about what is there' if near else guess}, pages and rows {pages_and_rows(loader, table)}")
PY
"$folder/venv/bin/python" "$folder/load.py" "$folder/data" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
PostgreSQL 16.2
untouched: expects about what is there, pages and rows (False, -1)
visited: expects 1, pages and rows (True, 0)
analysed: expects about what is there, pages and rows (True, 20000)
SEEN
echo "as described"
