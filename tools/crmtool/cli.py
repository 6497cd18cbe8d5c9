"""The command line of ./crm."""

import argparse
import os
import signal
from collections.abc import Sequence

from . import bench, commands, i18n, lint, testing
from .console import CrmError, warn


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    os.environ.pop("PYTHONPATH", None)  # how the launcher found us; no business of the programs that we start
    signal.signal(signal.SIGTERM, _interrupt)
    args = _parse(argv)
    try:
        return args.run(args)
    except CrmError as error:
        warn(str(error))
        return 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        warn("interrupted")
        return 130


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; what shell and psql do not know they hand over."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if rest and not args.hands_over:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    args.rest = rest[1:] if rest[:1] == ["--"] else rest
    return args


def _interrupt(signum, frame) -> None:
    """Leave as with Ctrl-C, everything cleaned up on the way out; a second signal waits for that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="crm", description="Runs and tests the sales CRM.")
    found = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_running(found)
    _add_checking(found)
    return parser


def _add_running(found) -> None:
    up = _command(
        found, "up", commands.up, "get everything ready, start the server, print its address and the logins"
    )
    up.add_argument("--port", type=_port, metavar="N", help=f"port on 127.0.0.1 ({commands.DEFAULT_PORT})")
    _add_database(up)
    _add_content(up)
    _command(found, "down", commands.down, "stop the server and the private PostgreSQL")
    _command(found, "status", commands.status, "say what is running")
    logs = _command(found, "logs", commands.logs, "show the server's log")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    logs.add_argument("-n", "--lines", type=int, default=100, help="how many lines (100)")
    shell = _command(
        found,
        "shell",
        commands.shell,
        "open Odoo's Python shell on the database; further arguments are handed over",
    )
    psql = _command(
        found, "psql", commands.psql, "open psql on the database; further arguments are handed over"
    )
    for command in (shell, psql):
        _add_database(command)
        command.set_defaults(hands_over=True)
    reset = _command(found, "reset", commands.reset, "delete the database and create it anew")
    _add_database(reset)
    _add_content(reset)
    reset.add_argument("-y", "--yes", action="store_true", help="do not ask")
    update = _command(found, "update", commands.update, "update our add-ons, or one module, in the database")
    _add_database(update)
    update.add_argument("module", nargs="?", metavar="MODULE", help="only this one")


def _add_checking(found) -> None:
    check = _command(found, "lint", lint.lint, "check the sources and the translations")
    check.add_argument("--fix", action="store_true", help="mend first what can be mended")
    test = _command(found, "test", testing.test, "lint, run the add-ons' tests and the black-box tests")
    test.add_argument(
        "-k",
        dest="expression",
        metavar="EXPR",
        help="only tests whose names meet the expression, as in pytest",
    )
    test.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="order of the add-ons' test classes, and their random cases (the day's)",
    )
    test.add_argument(
        "-j", "--jobs", type=int, metavar="N", help="how many things to do side by side (one per core)"
    )
    test.add_argument(
        "--changed",
        nargs="?",
        const="",
        metavar="COMMIT",
        help="only tests that what was changed since may touch (since the last landing on main)",
    )
    test.add_argument(
        "--at",
        metavar="'YYYY-MM-DD hh:mm [ZONE]'",
        help="with that clock, of UTC unless a zone is named, instead of the machine's; without lint",
    )
    which = test.add_mutually_exclusive_group()
    which.add_argument("--addon", action="store_true", help="only the add-ons' tests")
    which.add_argument("--e2e", action="store_true", help="only the black-box tests")
    _command(found, "i18n", i18n.i18n, "bring the add-ons' .pot and ru.po files up to date with the sources")
    measure = _command(
        found, "bench", bench.bench, "run a measurement of bench/; further arguments are handed over"
    )
    measure.add_argument("name", metavar="NAME", help="which one: the program's name without .py")
    measure.set_defaults(hands_over=True)


def _command(found, name: str, run, text: str) -> argparse.ArgumentParser:
    command = found.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.set_defaults(run=run, hands_over=False)
    return command


def _add_database(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--db", metavar="NAME", help=f"database (the last one used, else {commands.DEFAULT_DATABASE})"
    )


def _add_content(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=("ru_RU", "en_US"), help="language of a new database (en_US)")
    command.add_argument(
        "--country",
        choices=("RU", "BY", "KZ"),
        default=os.environ.get("CRM_COUNTRY") or None,
        help="country of a new database's company (RU for ru_RU, else none; also CRM_COUNTRY)",
    )
    command.add_argument("--no-demo", action="store_true", help="a new database without demo data")


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port
