#!/usr/bin/env bash
# vobject 0.9.9 (the library that Odoo requires for vCards) reads vCard 2.1 by the rules of 3.0, in which a comma separates
# values: of a text it keeps what stands before the first comma and says nothing. vCard 2.1, which phones and Outlook
# still write, knows no escaping, so "FN:Lisina, Vera" is valid there and becomes "Lisina"; a note, a job title, the address of a
# web page lose their rest alike. ORG and the street aren't cut, but become lists of lists. A backslash before each comma, put
# there before the file is read, keeps everything.
# What is stated here fails when a later version of the library changes it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vobject==0.9.9

"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import vobject

CARD = """BEGIN:VCARD
VERSION:2.1
N:Lisina;Vera
FN:Lisina, Vera
TITLE:buyer, tea and coffee
ORG:Les Test, Ltd
NOTE:calls on Mondays, before ten
URL:https://les.example/?page=1,2
END:VCARD
"""

print("vobject", vobject.VERSION)
for text in (CARD, CARD.replace(",", "\\,")):
    card = vobject.readOne(text)
    for name in ("fn", "title", "org", "note", "url"):
        print(f"{name}: {getattr(card, name).value!r}")
PYTHON
diff "$folder/seen" - <<'SEEN'
vobject 0.9.9
fn: 'Lisina'
title: 'buyer'
org: [['Les Test', ' Ltd']]
note: 'calls on Mondays'
url: 'https://les.example/?page=1'
fn: 'Lisina, Vera'
title: 'buyer, tea and coffee'
org: ['Les Test, Ltd']
note: 'calls on Mondays, before ten'
url: 'https://les.example/?page=1,2'
SEEN
echo "as described"
