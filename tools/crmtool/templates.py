"""Databases to clone from: Odoo's own modules once, and our add-ons on top of them once per state of their sources."""

import hashlib

from . import addons, databases, pyenv
from .console import say
from .layout import LOGS, STATE
from .stack import Stack

PREFIX = "crm_tmpl"
BUILDING = "_new"


def of_dependencies(stack: Stack, ours: list[str], demo: bool) -> str:
    """Return a database with everything that ``ours`` depend on, in English and Russian."""
    depends = addons.depends(ours)
    name = _name(stack, "demo" if demo else "plain", *depends)
    if not databases.exists(stack, name):
        building = _start(stack, name)
        stack.batch(
            f"creating a template of Odoo's own modules {'with' if demo else 'without'} demo data (once, about two minutes)",
            LOGS / f"{name}.log",
            *("-d", building, "-i", ",".join(depends), "--load-language=ru_RU"),
            "--with-demo" if demo else "--without-demo=True",
        )
        databases.rename(stack, building, name)
    return name


def of_addons(stack: Stack, ours: list[str], lang: str) -> str:
    """Return a database with ``ours`` and their demo data; the one of older sources goes."""
    kind = f"ours_{lang.lower()}"
    name = _name(stack, kind, *addons.depends(ours), addons.source_hash(ours))
    if not databases.exists(stack, name):
        for old in databases.names(stack):
            if old.startswith(f"{PREFIX}_{kind}_{_place()}"):
                databases.drop(stack, old)
        building = _start(stack, name)
        create(stack, building, ours, demo=True, lang=lang)
        databases.rename(stack, building, name)
    return name


def create(stack: Stack, name: str, ours: list[str], demo: bool, lang: str) -> None:
    """Create a database with ``ours`` installed, its company and administrator speaking ``lang``."""
    template = of_dependencies(stack, ours, demo)
    say(f"creating the database {name}")
    databases.clone(stack, template, name)
    databases.set_language(stack, name, lang)
    if ours:
        stack.batch(f"installing {', '.join(ours)}", LOGS / f"{name}.log", "-d", name, "-i", ",".join(ours))


def drop_all(stack: Stack) -> None:
    """Remove the templates of this state folder."""
    for name in databases.names(stack):
        if name.startswith(f"{PREFIX}_") and _place() in name:
            databases.drop(stack, name)


def _start(stack: Stack, name: str) -> str:
    """Return the name to build under: what an interrupted run left there is dropped."""
    building = f"{name}{BUILDING}"
    databases.drop(stack, building)
    return building


def _name(stack: Stack, kind: str, *ingredients: str) -> str:
    digest = hashlib.sha256("\0".join((stack.odoo.identity, pyenv.requirements_hash(), *ingredients)).encode())
    return f"{PREFIX}_{kind}_{_place()}_{digest.hexdigest()[:8]}"


def _place() -> str:
    """Return a key of the state folder: the files of a database are there, so another folder cannot use it."""
    return hashlib.sha256(str(STATE).encode()).hexdigest()[:6]
