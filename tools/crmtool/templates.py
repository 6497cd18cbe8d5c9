"""Databases to clone from: Odoo's own modules, and ours on top of them once per state of their sources."""

import hashlib

from . import addons, clock, databases, pyenv
from .console import CrmError, say
from .layout import LOGS, STATE
from .stack import Stack

PREFIX = "crm_tmpl"
BUILDING = "_new"
WEEK = 7 * 24 * 60 * 60
COUNTRY_MODULES = {"KZ": ("l10n_kz",)}  # countries of which Odoo has a chart of accounts
LANGUAGES = "en_US,ru_RU"  # the first one becomes the default, until set_language


def of_dependencies(stack: Stack, ours: list[str]) -> str:
    """Return a database with everything that ``ours`` depend on, in two languages, without demo data."""
    depends = addons.depends(ours)
    kind = f"plain_{_digest(*depends)}"
    name = _name(stack, kind)
    if not databases.exists(stack, name):
        building = _start(stack, kind, name)
        stack.batch(
            "creating a template of Odoo's modules (once, a minute or two)",
            LOGS / f"{name}.log",
            *("-d", building, "-i", ",".join(depends), f"--load-language={LANGUAGES}"),
            "--without-demo=True",
        )
        _finish(stack, building, name)
    return name


def of_addons(stack: Stack, ours: list[str], lang: str) -> str:
    """Return a database with ``ours`` and their demo data."""
    kind = f"ours_{lang.lower()}"
    name = _name(stack, kind, clock.at(), *addons.depends(ours), addons.source_hash(ours))
    if not databases.exists(stack, name):
        building = _start(stack, kind, name)
        create(stack, building, ours, demo=True, lang=lang)
        _prepare_pages(stack, building)
        _keep_sessions(stack, building)
        _finish(stack, building, name)
    return name


def of_addon_tests(stack: Stack, ours: list[str], beside: tuple[str, ...]) -> str:
    """Return a database with ``ours`` and the modules ``beside`` them, without demo data."""
    kind = f"tests_{_digest(*beside)}"
    name = _name(stack, kind, *addons.depends(ours), addons.source_hash(ours))
    if not databases.exists(stack, name):
        building = _start(stack, kind, name)
        create(stack, building, ours, demo=False, lang="en_US", beside=beside)
        _prepare_pages(stack, building)
        _finish(stack, building, name)
    return name


def create(
    stack: Stack,
    name: str,
    ours: list[str],
    demo: bool,
    lang: str,
    country: str | None = None,
    beside: tuple[str, ...] = (),
) -> None:
    """Create a database with ``ours`` installed, its company and administrator speaking ``lang``.

    :param demo: with the example company; Odoo's own demo data is never there
    :param country: code of the company's country; without it, the one of its language
    :param beside: modules of Odoo to install with them, though they don't depend on them
    """
    template = of_dependencies(stack, ours)
    say(f"creating the database {name}")
    databases.clone(stack, template, name)
    databases.set_language(stack, name, lang)
    if country:
        databases.set_country(stack, name, country)
    if ours:
        log = LOGS / f"{name}.log"
        modules = [*ours, *beside, *COUNTRY_MODULES.get(country, ())]
        foreign = databases.claim_demo(stack, name) if demo else ()
        stack.batch(
            f"installing {', '.join(modules)}",
            log,
            *("-d", name, "-i", ",".join(modules)),
            "--with-demo" if demo else "--without-demo=True",
        )
        if demo:
            databases.disclaim_demo(stack, name, foreign)
        if demo and not databases.has_demo(stack, name, ours[0]):  # Odoo goes on without it
            raise CrmError(f"the demo data of {ours[0]} could not be loaded, the log is {log}")
    databases.mark(stack, name)


def drop_all(stack: Stack) -> None:
    """Remove the templates of this state folder."""
    _drop_like(stack, f"{PREFIX}_{_place(stack)}_")


def _start(stack: Stack, kind: str, name: str) -> str:
    """Drop the templates that the new one replaces, and return the name to build it under."""
    _drop_like(stack, f"{PREFIX}_{_place(stack)}_{kind}_")
    return f"{name}{BUILDING}"


def _prepare_pages(stack: Stack, building: str) -> None:
    """Make the bundles of scripts and styles. Else the first page that a browser opens in a clone waits for
    them, on a loaded machine longer than a page may take.
    """
    stack.shell(building, "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n")


def _keep_sessions(stack: Stack, building: str) -> None:
    """The times of files are not shifted with the clock: Odoo's daily cleaning would take a session that has
    just begun for one as old as the shift is long, and delete it.
    """
    if clock.shift():
        stack.query(
            building,
            "INSERT INTO ir_config_parameter (key, value)"
            f" VALUES ('sessions.max_inactivity_seconds', '{WEEK + max(clock.shift(), 0)}')",
        )


def _finish(stack: Stack, building: str, name: str) -> None:
    """Let a database that is complete be cloned; PostgreSQL knows how much is in it, whoever passed by."""
    stack.query(building, "ANALYZE")
    databases.rename(stack, building, name)


def _drop_like(stack: Stack, prefix: str) -> None:
    for name in databases.names(stack):
        if name.startswith(prefix):
            databases.drop(stack, name)


def _name(stack: Stack, kind: str, *ingredients: str) -> str:
    digest = _digest(stack.odoo.identity, pyenv.requirements_hash(), LANGUAGES, *ingredients)
    return f"{PREFIX}_{_place(stack)}_{kind}_{digest}"


def _place(stack: Stack) -> str:
    """Return a key of the state folder and the server, where a database's files and its tables are."""
    return _digest(str(STATE), *(stack.server.settings.get(name, "") for name in ("PGHOST", "PGPORT")))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:6]
