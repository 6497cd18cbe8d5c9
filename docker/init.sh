#!/usr/bin/env bash
# Before the server starts: creates the database at the first start, updates the add-on at every later one.
# A first start that was interrupted begins anew: the database gets its name only when it is finished.
set -euo pipefail

database=sales_crm
part="${database}_new"
export PGHOST="$HOST" PGUSER="$USER" PGPASSWORD="$PASSWORD"
connection=(--db_host "$HOST" --db_user "$USER" --db_password "$PASSWORD")

exists() { # DATABASE
    [ "$(psql -d postgres -Atc "SELECT count(*) FROM pg_database WHERE datname = '$1'")" = 1 ]
}

batch() { # DATABASE OPTION…
    odoo "${connection[@]}" -d "$1" --db-filter="^$1\$" --stop-after-init --no-http --workers=0 "${@:2}"
}

if exists "$database"; then
    batch "$database" -u sales_crm
    exit
fi

if exists "$part"; then
    odoo db "${connection[@]}" drop "$part"
fi
batch "$part" -i base --load-language=en_US,ru_RU
odoo shell "${connection[@]}" -d "$part" --no-http --workers=0 <<'PYTHON'
import os

admin = env.ref("base.user_admin")
admin.password = os.environ["ADMIN_PASSWORD"]
(admin.partner_id | env.company.partner_id).lang = os.environ["CRM_LANG"]
env["ir.default"].set("res.partner", "lang", os.environ["CRM_LANG"])
country = os.environ.get("CRM_COUNTRY") or {"ru_RU": "RU"}.get(os.environ["CRM_LANG"])
if country:  # before accounting is installed, which asks for it
    env.company.country_id = env["res.country"].search([("code", "=", country)])
env.cr.commit()
PYTHON
batch "$part" -i sales_crm
odoo db "${connection[@]}" rename "$part" "$database"
