#!/usr/bin/env bash
# luxon 3.5.0 (the version that Odoo 19 ships for its dates): DateTime.toRelativeCalendar() without a unit names the
# larger calendar unit that differs, however near the date is. Asked on 31 December, tomorrow is "next year", on the
# last day of a month "next month"; yet on a Sunday it is "tomorrow", though another week. With {unit: "days"} it is
# "tomorrow" always.
#
# Who shows due dates to people (Odoo's widget remaining_days does it this way) tells a manager on 31 December that the
# call of tomorrow is a matter of next year.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund luxon@3.5.0

cat >asked.cjs <<'JS'
const {DateTime, VERSION} = require("luxon");
const said = (today, day, options) =>
    DateTime.fromISO(day).toRelativeCalendar({base: DateTime.fromISO(today), locale: "en", ...options});
console.log(`luxon ${VERSION}`);
for (const [today, day] of [
    ["2029-12-31", "2030-01-01"],
    ["2029-11-30", "2029-12-01"],
    ["2029-11-18", "2029-11-19"],
    ["2029-11-20", "2029-11-21"],
]) {
    console.log(`on ${today}, ${day} is ${said(today, day)}; in days: ${said(today, day, {unit: "days"})}`);
}
JS
node asked.cjs | tee seen
diff seen - <<'SEEN'
luxon 3.5.0
on 2029-12-31, 2030-01-01 is next year; in days: tomorrow
on 2029-11-30, 2029-12-01 is next month; in days: tomorrow
on 2029-11-18, 2029-11-19 is tomorrow; in days: tomorrow
on 2029-11-20, 2029-11-21 is tomorrow; in days: tomorrow
SEEN
echo "as described"
