#!/usr/bin/env bash
# PostgreSQL 16.2 (package pgserver 0.1.4): whether a query goes by a GIN index (trigrams, arrays, texts) depends on what
# was last written, and even rolled back, not on what the table holds. New entries of the index wait in a list that is
# searched page by page, and the planner counts those pages: near the list's limit it reads the whole table instead,
# some rows later, when the list was emptied, it goes by the index again. ANALYZE doesn't change that; VACUUM does, and
# gin_clean_pending_list(index).
#
# Whoever asks for a plan right after a load, in a test or to look into a slow search, sees one or the other by chance.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pgserver==0.1.4 psycopg2-binary==2.9.10

cat >"$folder/search.py" <<'PY'
import sys

import pgserver
import psycopg2

server = pgserver.get_server(sys.argv[1], cleanup_mode="stop")
connection = psycopg2.connect(server.get_uri())
connection.autocommit = True
cr = connection.cursor()
cr.execute("SHOW server_version")
print("PostgreSQL", cr.fetchone()[0])
cr.execute("CREATE TABLE phone (parts int[]) WITH (autovacuum_enabled = off)")
cr.execute("CREATE INDEX phone_parts ON phone USING gin (parts)")
FILL = "INSERT INTO phone SELECT ARRAY[n, n + 1, n + 2, n + 3, n + 4, n + 5] FROM generate_series(1, %s) n"


def goes_by_the_index():
    cr.execute("ANALYZE phone")
    cr.execute("EXPLAIN SELECT FROM phone WHERE parts @> ARRAY[700]")
    return any("phone_parts" in line for (line,) in cr.fetchall())


cr.execute(FILL, [20000])
cr.execute("SELECT gin_clean_pending_list('phone_parts')")
print("20000 rows, nothing pending:", "index" if goes_by_the_index() else "whole table")
seen = []
for _round in range(40):
    cr.execute("BEGIN")
    cr.execute(FILL, [1700])
    cr.execute("ROLLBACK")
    seen.append(goes_by_the_index())
print("the same rows after each of 40 loads that were rolled back:", "both" if len(set(seen)) > 1 else set(seen))
while goes_by_the_index():
    cr.execute("BEGIN")
    cr.execute(FILL, [1700])
    cr.execute("ROLLBACK")
cr.execute("SELECT gin_clean_pending_list('phone_parts')")
print("the list emptied:", "index" if goes_by_the_index() else "whole table")
PY
"$folder/venv/bin/python" "$folder/search.py" "$folder/data" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
PostgreSQL 16.2
20000 rows, nothing pending: index
the same rows after each of 40 loads that were rolled back: both
the list emptied: index
SEEN
echo "as described"
