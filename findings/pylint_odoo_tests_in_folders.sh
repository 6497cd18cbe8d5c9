#!/usr/bin/env bash
# pylint-odoo 10.0.12 lets a test post a message that is not translated, and knows a test by the folder in which
# its file lies directly: `record.message_post(body="Hello")` in `tests/test_order.py` is no fault, the very same
# line in `tests/order/test_order.py` is a translation-required. Whoever sorts an add-on's tests into folders,
# as Odoo's own `mail` does with `tests/discuss/`, finds a lint red that was green, in lines that he only moved.
# What is stated here fails when a later version of pylint-odoo changes it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pylint-odoo==10.0.12 setuptools 2>/dev/null

module="$folder/addons/demo_sale"
mkdir -p "$module/tests/order" "$module/models"
cat > "$module/__manifest__.py" <<'PYTHON'
{"name": "Demo Sale", "version": "19.0.1.0.0", "license": "AGPL-3", "author": "Odoo Community Association (OCA)"}
PYTHON
touch "$module/__init__.py" "$module/tests/__init__.py" "$module/tests/order/__init__.py" "$module/models/__init__.py"
for file in models/order.py tests/test_order.py tests/order/test_order.py; do
    cat > "$module/$file" <<'PYTHON'
def tell(order):
    order.message_post(body="Orders of this client wait")
PYTHON
done

cd "$folder/addons"
"$folder/venv/bin/pylint" --load-plugins=pylint_odoo --disable=all --enable=translation-required \
    --valid-odoo-versions=19.0 demo_sale > "$folder/out" || true
grep -o '^demo_sale[^:]*' "$folder/out" | sort -u | tee "$folder/files"
test "$(cat "$folder/files")" = "demo_sale/models/order.py
demo_sale/tests/order/test_order.py"
