"""Shows that moving code between files changed nothing that lives in a database, and no override's turn.

``.crm/venv/bin/python tools/same_database.py COMMIT`` installs the add-ons of an earlier commit with their
demo data, notes what is in the database, updates it with the add-ons that are here, notes it again and prints
every difference. Exit code 1 if there is one. Takes a minute or two; the database is dropped.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from crmtool import addons, databases, stack, templates
from crmtool.console import CrmError, say
from crmtool.layout import LOGS, ROOT

BESIDE = ("stock",)

# what each kind of thing is called, and all that would tell one from another
KINDS = {
    "external id": """
        SELECT module || '.' || name, model || ' noupdate ' || noupdate FROM ir_model_data
         WHERE module IN ('sales_crm', 'sales_crm_stock', 'sales_crm_dashboard')
            OR model IN ('ir.model', 'ir.model.fields')""",
    "column": """
        SELECT table_name || '.' || column_name,
               concat_ws(' ', data_type, numeric_precision, is_nullable, column_default)
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "view": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "trigger": """
        SELECT tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
         WHERE NOT tgisinternal""",
    "access": """
        SELECT data.module || '.' || data.name,
               md5((to_jsonb(acl) - '{create_date,write_date}'::text[])::text)
          FROM ir_model_access acl JOIN ir_model_data data
               ON data.model = 'ir.model.access' AND data.res_id = acl.id""",
    "rule": """
        SELECT data.module || '.' || data.name, concat_ws(' ', rule.domain_force, rule.active, perm_read,
               perm_write, perm_create, perm_unlink)
          FROM ir_rule rule JOIN ir_model_data data ON data.model = 'ir.rule' AND data.res_id = rule.id""",
    "screen": """
        SELECT data.module || '.' || data.name, md5(concat_ws(' ', arch_db, priority, active, mode))
          FROM ir_ui_view screen JOIN ir_model_data data
               ON data.model = 'ir.ui.view' AND data.res_id = screen.id""",
}

# In each model the bodies of ours that define the same name, in the order in which they are asked
OVERRIDES = """
import inspect, json
def told(value):
    value = getattr(value, 'fget', value)
    try:
        return inspect.getsource(inspect.unwrap(getattr(value, '__func__', value)))
    except TypeError:
        return repr(value)
found = {}
for name, model in sorted(env.registry.items()):
    for base in model.__mro__:
        ours = base.__module__.startswith('odoo.addons.sales_crm')
        if ours and getattr(base, '_name', name) == name:
            for attribute, value in vars(base).items():
                if callable(value) or isinstance(value, (classmethod, staticmethod, property)):
                    found.setdefault(f'{name}.{attribute}', []).append(told(value))
print('@@' + json.dumps(found))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit")
    commit = parser.parse_args().commit
    with stack.setup_lock():
        ready = stack.ensure_for_tests()
        template = templates.of_dependencies(ready, addons.names())
    name = f"same_{commit[:12]}"
    databases.drop(ready, name)
    databases.clone(ready, template, name)
    try:
        before, after = both(ready, name, commit)
    finally:
        databases.drop(ready, name)
    different = [line for kind in before for line in differences(kind, before[kind], after[kind])]
    print("\n".join(different) or "nothing differs")
    return bool(different)


def both(ready, name, commit):
    """:return: what is in a database of the commit, and in the same updated by what is here"""
    modules = ",".join([*addons.names(), *BESIDE])
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit, "addons"], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        earlier = f"--addons-path={folder}/addons"
        databases.claim_demo(ready, name)
        install = (earlier, "-d", name, "-i", modules, "--with-demo")
        ready.batch(f"installing {commit}", LOGS / f"{name}.log", *install)
        before = noted(ready, name, earlier)
    ready.batch("updating", LOGS / f"{name}.log", "-d", name, "-u", ",".join(addons.names()))
    return before, noted(ready, name)


def noted(ready, name, *options):
    """:return: dict kind -> dict of what it is called and what it is"""
    kinds = {}
    for kind, query in KINDS.items():
        rows = ready.query(name, f"SELECT jsonb_object_agg(told.a, told.b) FROM ({query}) told (a, b)")
        kinds[kind] = json.loads(rows or "{}")
    kinds["override"] = overrides(ready, name, *options)
    say(", ".join(f"{len(things)} of {kind}" for kind, things in kinds.items()))
    return kinds


def overrides(ready, name, *options):
    """:return: dict ``model.method`` -> our sources of it, in the order in which they are asked"""
    command = ready.command("shell", "-d", name, "--no-http", "--log-level=error", *options)
    done = subprocess.run(
        [str(part) for part in command],
        input=OVERRIDES,
        capture_output=True,
        text=True,
        env=ready.environment(),
        check=False,
    )
    for line in done.stdout.splitlines():
        if "@@" in line:
            return json.loads(line.partition("@@")[2])
    raise CrmError(f"Odoo's shell failed:\n{done.stdout}\n{done.stderr}")


def differences(kind, before, after):
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{kind} {name}: gone"
        elif name not in before:
            yield f"{kind} {name}: new"
        elif before[name] != after[name]:
            yield f"{kind} {name}: {what_of(before[name])} -> {what_of(after[name])}"


def what_of(thing):
    """:return: a text, or the first lines of the sources in their order"""
    return thing if isinstance(thing, str) else [" ".join(source.split())[:150] for source in thing]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(main())
