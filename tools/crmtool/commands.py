"""The commands around the running CRM: up, down, status, logs, shell, psql, reset, update."""

import argparse
import os
import sys

from . import addons, cluster, databases, pdf, postgres, pyenv, server, stack, templates, testing, testrun
from .console import CrmError, say
from .layout import DATA, LOGS
from .stack import Stack

DEFAULT_DATABASE = "sales_crm"
DEFAULT_PORT = 8069
DEMO_LOGINS = ("manager1 … manager5", "head", "accountant", "controller", "rules", "admin")


def up(args: argparse.Namespace) -> int:
    """Get everything ready, start the server, say where it is."""
    last = server.record()
    name = databases.check_name(args.db or postgres.default_database() or last.get("db") or DEFAULT_DATABASE)
    port = args.port or DEFAULT_PORT
    with stack.setup_lock():
        ready = stack.ensure()
        pdf.ensure()
        demo = not args.no_demo
        if not databases.exists(ready, name):
            _check_port(port)
            _create(ready, name, demo, args.lang or "en_US", args.country)
        elif args.lang or args.country or args.no_demo:
            say(f"the database {name} is there already: language, country and demo data stay as they are")
        _bring_up(ready, name, port)
    return 0


def _create(ready: Stack, name: str, demo: bool, lang: str, country: str | None) -> None:
    """Create under another name and rename, so that an interrupted start leaves no half database."""
    part = f"{name}_new"
    databases.drop(ready, part)
    # With the example company comes Inventory: it has deliveries. Else it is a choice of one's own.
    templates.create(ready, part, addons.names() if demo else addons.main(), demo, lang, country)
    databases.rename(ready, part, name)


def _bring_up(ready: Stack, name: str, port: int) -> None:
    """Update the database where the sources are newer, and have the server run on it."""
    if not databases.is_odoo(ready, name):
        raise CrmError(f"the database {name} is not Odoo's: choose another one with --db NAME")
    current = databases.is_current(ready, name)
    running = server.running()
    if (
        running
        and current
        and (running["db"], running["port"]) == (name, port)
        and server.answers(port, "/web/health")
    ):
        say("the server is running already")
    else:
        if server.stop():
            say("stopped the server to start it anew")
        _check_port(port)
        if not current:
            _migrate(ready, name)
        server.start(ready, name, port)
    _print_logins(ready, name, port)


def _migrate(ready: Stack, name: str, modules: list[str] | None = None) -> None:
    """Bring the database to the sources that are here now."""
    ours = addons.main()
    missing = [addon for addon in ours if addon not in databases.installed(ready, name, ours)]
    other_odoo = not databases.marked(ready, name).startswith(ready.odoo.identity)
    updated = modules or (["base"] if other_odoo else databases.installed(ready, name, addons.names()))
    options = [f"{flag}{','.join(names)}" for flag, names in (("-i", missing), ("-u", updated)) if names]
    if updated:
        options.append("--i18n-overwrite")  # else labels that have changed keep their translations of before
    if options:
        ready.batch(
            f"updating the database {name} ({', '.join([*missing, *updated])})",
            LOGS / f"{name}.log",
            "-d",
            name,
            *options,
        )
    databases.mark(ready, name)


def _check_port(port: int) -> None:
    if server.running().get("port") != port and not server.port_is_free(port):
        raise CrmError(f"port {port} is busy: choose another one with --port N")


def _print_logins(ready: Stack, name: str, port: int) -> None:
    print(f"\nThe CRM is at http://{server.HOST}:{port} (database {name})")
    if addons.main() and databases.has_demo(ready, name, addons.MAIN):
        print(f"Logins, the password is the login: {', '.join(DEMO_LOGINS)}")
    else:
        print("Login: admin")
    print('Stop it with "./crm down".', flush=True)


def down(args: argparse.Namespace) -> int:
    """Stop the server and the private PostgreSQL."""
    say("the server is stopped" if server.stop() else "the server was not running")
    if testrun.any_alive():
        say("PostgreSQL stays up for the tests that are running")
    elif not postgres.is_named() and any([cluster.stop(place) for place in cluster.PLACES]):
        say("PostgreSQL is stopped")
    return 0


def status(args: argparse.Namespace) -> int:
    """Say what is running; exit code 1 where the server is not."""
    running = server.running()
    if running:
        health = "answers" if server.answers(running["port"], "/web/health") else "does not answer"
        print(f"server:     http://{server.HOST}:{running['port']} {health}, pid {running['pid']}")
        print(f"database:   {running['db']}")
    else:
        print("server:     stopped")
    if postgres.is_named():
        print("PostgreSQL: the one that DATABASE_URL or PGHOST names")
    else:
        state = "running" if cluster.running() else "stopped"
        print(f"PostgreSQL: {state} (private, {cluster.PRODUCT.link})")
    print(f"tests:      {testing.last()}")
    print(f"files:      {DATA}")
    print(f"log:        {server.LOG}")
    return 0 if running else 1


def logs(args: argparse.Namespace) -> int:
    """Show the server's log."""
    if not server.LOG.exists():
        raise CrmError('there is no log yet: start the server with "./crm up"')
    follow = ["-F"] if args.follow else []
    os.execvp("tail", ["tail", "-n", str(args.lines), *follow, str(server.LOG)])


def shell(args: argparse.Namespace) -> int:
    """Open Odoo's Python shell on the database."""
    ready, name = _existing(args)
    command = ready.command("shell", "-d", name, "--no-http", *args.rest)
    os.execve(command[0], [str(part) for part in command], ready.environment())


def psql(args: argparse.Namespace) -> int:
    """Open psql on the database."""
    ready, name = _existing(args)
    os.execve(postgres.psql_program(), ["psql", "-d", name, *args.rest], ready.server.environment())


def reset(args: argparse.Namespace) -> int:
    """Drop the database and create it anew."""
    name = _database(args)
    if not args.yes:
        if not sys.stdin.isatty():
            raise CrmError(f"reset deletes the database {name}: confirm with --yes")
        if input(f"Delete the database {name} with all its data? [y/N] ").strip().lower() not in ("y", "yes"):
            raise CrmError("nothing was changed")
    running = server.running()
    with stack.setup_lock():
        ready = stack.ensure()
        if running.get("db") == name:
            server.stop()
        known = databases.exists(ready, name) and databases.is_odoo(ready, name)
        lang = args.lang or (databases.language(ready, name) if known else "en_US")
        demo = not args.no_demo and (not known or databases.has_demo(ready, name, addons.main()[0]))
        country = args.country or (databases.country(ready, name) if known and not args.lang else None)
        databases.drop(ready, name)
        _create(ready, name, demo, lang, country)
        if running.get("db") == name:
            _bring_up(ready, name, running["port"])
    return 0


def update(args: argparse.Namespace) -> int:
    """Update our add-ons, or one module, and start the server again where it was running."""
    with stack.setup_lock():
        ready, name = _existing(args)
        running = server.running()
        if running.get("db") == name:
            server.stop()
        try:
            _migrate(ready, name, [args.module] if args.module else None)
        finally:
            if running.get("db") == name:
                server.start(ready, name, running["port"])
                _print_logins(ready, name, running["port"])
    return 0


def _database(args: argparse.Namespace) -> str:
    return databases.check_name(
        args.db or postgres.default_database() or server.record().get("db") or DEFAULT_DATABASE
    )


def _existing(args: argparse.Namespace) -> tuple[Stack, str]:
    """Return a ready stack and the database that the command is about."""
    if not pyenv.STAMP.exists():
        raise CrmError('nothing is here yet: run "./crm up" first')
    ready = stack.ensure()
    name = _database(args)
    if not databases.exists(ready, name):
        raise CrmError(f'there is no database {name}: "./crm up --db {name}" creates it')
    return ready, name
