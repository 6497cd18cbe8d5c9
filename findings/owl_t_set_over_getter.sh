#!/usr/bin/env bash
# OWL 2.8.1 (the version that Odoo 19 ships): t-set looks like a variable of the template, and shadows a method or a field of
# the component of the same name. Over a getter it doesn't: t-set assigns to an object whose prototype is the component, an
# inherited getter without a setter refuses, and the whole component fails to render with "Cannot set property … which has only a
# getter". A getter added to a component (or to a class that it
# extends, by a patch of another add-on) so breaks each template that had a t-set of that name.
# What is stated here fails when a later version of the library changes it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @odoo/owl@2.8.1 jsdom@24.1.3

cat >asked.cjs <<'JS'
const {JSDOM} = require("jsdom");
const {window} = new JSDOM("<body></body>", {url: "https://crm.example", pretendToBeVisual: true});
for (const name of Object.getOwnPropertyNames(window)) {
    if (!(name in globalThis)) {
        globalThis[name] = window[name];
    }
}
globalThis.window = window;
const {Component, mount, xml, __info__} = require("@odoo/owl");

class Field extends Component {
    static template = xml`<p><t t-set="title" t-value="'of the template'"/><t t-esc="title"/></p>`;
    setup() {
        this.title = "of the component";
    }
}
class Getter extends Component {
    static template = Field.template;
    get title() {
        return "of the component";
    }
}

(async () => {
    console.log("owl", __info__.version);
    for (const Shown of [Field, Getter]) {
        window.document.body.innerHTML = "";
        console.error = console.warn = () => {};
        try {
            await mount(Shown, window.document.body);
            console.log(`${Shown.name}: ${window.document.body.textContent}`);
        } catch (error) {
            console.log(`${Shown.name}: ${(error.cause || error).message}`);
        }
    }
    process.exit(0);
})();
JS
node asked.cjs | tee seen
diff seen - <<'SEEN'
owl 2.8.1
Field: of the template
Getter: Cannot set property title of #<Getter> which has only a getter
SEEN
echo "as described"
