"""Databases together with their file stores: clone, rename, drop, and what is installed in them."""

import os
import re
import shutil

from . import addons
from .console import CrmError
from .layout import DATA
from .stack import Stack

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
FILESTORES = DATA / "filestore"
MARK = "crm.installed_sources"


def check_name(name: str) -> str:
    """Return ``name`` if PostgreSQL, Odoo and a file system all take it."""
    if not NAME.fullmatch(name):
        raise CrmError(f"{name!r} is no name for a database: use letters, digits, _, - and .")
    return name


def names(stack: Stack) -> list[str]:
    """Return the databases of the server."""
    return stack.query(
        "postgres", "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
    ).splitlines()


def exists(stack: Stack, name: str) -> bool:
    """Tell whether a database is there."""
    return name in names(stack)


def drop(stack: Stack, name: str) -> None:
    """Remove a database, whoever is connected, and its files."""
    stack.query("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(FILESTORES / name, ignore_errors=True)


def clone(stack: Stack, source: str, target: str) -> None:
    """Copy a database that nobody uses, and its files, under a new identity."""
    strategy = (
        "STRATEGY FILE_COPY" if int(stack.query("postgres", "SHOW server_version_num")) >= 150000 else ""
    )
    stack.query("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}" {strategy}')
    stack.query(
        target,
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text"
        " WHERE key IN ('database.uuid', 'database.secret')",
    )
    if (FILESTORES / source).exists():
        shutil.rmtree(FILESTORES / target, ignore_errors=True)
        shutil.copytree(FILESTORES / source, FILESTORES / target, copy_function=_link)


def rename(stack: Stack, source: str, target: str) -> None:
    """Give a finished database its name."""
    shutil.rmtree(FILESTORES / target, ignore_errors=True)
    if (FILESTORES / source).exists():
        (FILESTORES / source).rename(FILESTORES / target)
    stack.query("postgres", f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def is_odoo(stack: Stack, name: str) -> bool:
    """Tell whether the database is Odoo's."""
    return stack.query(name, "SELECT to_regclass('public.ir_module_module') IS NOT NULL") == "t"


def installed(stack: Stack, name: str, modules: list[str]) -> list[str]:
    """Return which of ``modules`` are installed."""
    wanted = ", ".join(f"'{module}'" for module in modules) or "''"
    state = "state IN ('installed', 'to upgrade')"
    return stack.query(
        name, f"SELECT name FROM ir_module_module WHERE {state} AND name IN ({wanted})"
    ).split()


def has_demo(stack: Stack, name: str, module: str) -> bool:
    """Tell whether a module's demo data is in the database."""
    return stack.query(name, f"SELECT demo FROM ir_module_module WHERE name = '{module}'") == "t"


def claim_demo(stack: Stack, name: str) -> list[str]:
    """Let the modules that are installed next bring their demo data, though Odoo's own have none.

    Odoo loads a module's demo data only where everything that it depends on has some.

    :return: the modules that were said to have demo data, for :func:`disclaim_demo`
    """
    return stack.query(
        name,
        "UPDATE ir_module_module SET demo = true WHERE state = 'installed' AND demo IS NOT TRUE"
        " RETURNING name",
    ).split()


def disclaim_demo(stack: Stack, name: str, modules: list[str]) -> None:
    """Take back what :func:`claim_demo` said: an update of Odoo's modules must not load their demo data."""
    names = ", ".join(f"'{module}'" for module in modules) or "''"
    stack.query(name, f"UPDATE ir_module_module SET demo = false WHERE name IN ({names})")


def mark(stack: Stack, name: str) -> None:
    """Remember in the database which sources it was last updated with."""
    stack.query(
        name,
        f"INSERT INTO ir_config_parameter (key, value) VALUES ('{MARK}', '{_sources(stack)}')"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )


def marked(stack: Stack, name: str) -> str:
    """Return what ``mark`` remembered."""
    return stack.query(name, f"SELECT value FROM ir_config_parameter WHERE key = '{MARK}'")


def is_current(stack: Stack, name: str) -> bool:
    """Tell whether the database was updated with the sources as they are."""
    return marked(stack, name) == _sources(stack)


def _sources(stack: Stack) -> str:
    return f"{stack.odoo.identity} {addons.source_hash(addons.names())}"


def set_language(stack: Stack, name: str, lang: str) -> None:
    """Give everybody who is there, and who comes, the language, before our add-on is installed."""
    stack.query(
        name,
        f"UPDATE res_partner SET lang = '{lang}'"
        " WHERE id IN (SELECT partner_id FROM res_users UNION SELECT partner_id FROM res_company)",
    )
    stack.query(
        name,
        f"UPDATE ir_default SET json_value = '\"{lang}\"' WHERE field_id ="
        " (SELECT id FROM ir_model_fields WHERE model = 'res.partner' AND name = 'lang')",
    )


def set_country(stack: Stack, name: str, country: str) -> None:
    """Say where the main company is, before our add-on is installed: it sets up the rest."""
    stack.query(
        name,
        f"UPDATE res_partner SET country_id = (SELECT id FROM res_country WHERE upper(code) = '{country}')"
        " WHERE id = (SELECT partner_id FROM res_company ORDER BY id LIMIT 1)",
    )


def _link(source: str, target: str) -> None:
    """Copy a file of a file store: they are never changed in place, so a hard link will do."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def language(stack: Stack, name: str) -> str:
    """Return the language of the main company."""
    found = stack.query(
        name,
        "SELECT partner.lang FROM res_company company JOIN res_partner partner ON partner.id = partner_id"
        " ORDER BY company.id LIMIT 1",
    )
    return found or "en_US"


def country(stack: Stack, name: str) -> str:
    """Return the code of the main company's country, nothing where it has none."""
    return stack.query(
        name,
        "SELECT upper(country.code) FROM res_company company"
        " JOIN res_partner partner ON partner.id = partner_id"
        " JOIN res_country country ON country.id = partner.country_id ORDER BY company.id LIMIT 1",
    )
