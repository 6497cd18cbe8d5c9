"""The command ./crm from outside: what it says when something is wrong, and that it can be repeated."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from crmtool import layout, server

TIMEOUT = 300


class Crm:
    """./crm with a state folder of its own, which borrows Python's packages and the data of the real one."""

    def __init__(self, state: Path, environment: dict[str, str]):
        self.state = state
        self.environment = {**environment, "CRM_STATE_DIR": str(state)}
        (state / "venv").symlink_to(layout.VENV)
        layout.DATA.mkdir(parents=True, exist_ok=True)
        (state / "data").symlink_to(layout.DATA)

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [layout.ROOT / "crm", *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )


@pytest.fixture
def crm(tmp_path, stack):
    """The command, its server stopped at the end."""
    command = Crm(tmp_path, stack.environment())
    yield command
    command("down")


@pytest.fixture
def crm_with_odoo(crm):
    """The command with Odoo there already."""
    (crm.state / "odoo").symlink_to(layout.UNPACKED)
    return crm


def test_help_names_the_commands(crm):
    shown = crm("--help").stdout
    for command in (
        "up",
        "down",
        "status",
        "logs",
        "shell",
        "psql",
        "reset",
        "update",
        "lint",
        "test",
        "bench",
        "i18n",
    ):
        assert f"    {command} " in shown


def test_python_that_cannot_make_environments_is_one_sentence(tmp_path):
    for program in ("bash", "readlink", "dirname"):
        (tmp_path / program).symlink_to(shutil.which(program))
    python = tmp_path / "python3"
    python.write_text("#!/usr/bin/env bash\nexit 1\n")
    python.chmod(0o755)
    done = subprocess.run(
        [shutil.which("bash"), layout.ROOT / "crm", "status"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "apt install python3-venv" in done.stderr


def truncated_package(path: Path) -> None:
    """Make a package whose description is whole and whose content is cut off."""
    tree = path.parent / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: odoo-19\nVersion: 19.0\nArchitecture: all\n"
        "Maintainer: nobody <nobody@example.com>\nDescription: cut off\n"
    )
    (tree / "noise").write_bytes(os.urandom(200_000))
    subprocess.run(["dpkg-deb", "--build", tree, path], check=True, capture_output=True)
    os.truncate(path, 100_000)


def other_series(path: Path) -> None:
    """Make a folder that looks like Odoo 18."""
    (path / "odoo").mkdir(parents=True)
    (path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, 'final', 0, '')\n")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b"no package"), "is not a readable Debian package"),
        (truncated_package, "could not be unpacked"),
        (lambda path: path.mkdir(), "holds no Odoo"),
        (other_series, "is Odoo 18.0; the add-ons need 19.0"),
    ],
    ids=["missing", "garbage", "truncated", "empty-folder", "other-series"],
)
def test_unusable_odoo_is_said_and_leaves_nothing(crm, tmp_path, prepare, message):
    path = tmp_path / "given.deb"
    prepare(path)
    done = crm("up", "--db", "crm_test_never", CRM_ODOO=str(path))
    assert done.returncode == 1
    assert message in done.stdout
    assert "Traceback" not in done.stdout
    assert not list((crm.state / "odoo").glob(".part-*")) and not list((crm.state / "odoo").glob("*"))


def test_up_is_idempotent_and_down_ends_it(crm_with_odoo, make_database):
    crm, database, port = crm_with_odoo, make_database("up"), server.free_port()
    arguments = ("up", "--db", database, "--port", str(port))

    first = crm(*arguments)
    assert first.returncode == 0, first.stdout
    assert f"http://127.0.0.1:{port}" in first.stdout
    assert "manager1" in first.stdout
    assert server.answers(port)

    second = crm(*arguments)
    assert second.returncode == 0, second.stdout
    assert "running already" in second.stdout

    assert crm("status").returncode == 0
    assert crm("psql", "-Atc", "SELECT current_database()").stdout.strip() == database
    assert "HTTP" in crm("logs").stdout

    assert crm("down").returncode == 0
    assert not server.answers(port)
    assert crm("status").returncode == 1
    assert "was not running" in crm("down").stdout


def test_busy_port_is_said(crm_with_odoo, make_database):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = crm_with_odoo("up", "--db", make_database("busy"), "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} is busy: choose another one with --port N" in done.stdout


def test_foreign_database_is_left_alone(crm_with_odoo, run, stack):
    database = run.database("foreign")
    stack.query("postgres", f'CREATE DATABASE "{database}"')
    done = crm_with_odoo("up", "--db", database, "--port", str(server.free_port()))
    assert done.returncode == 1
    assert "is not Odoo's" in done.stdout


def test_reset_asks_first(crm_with_odoo, stack, make_database):
    database = make_database("keep")
    done = crm_with_odoo("reset", "--db", database)
    assert done.returncode == 1
    assert "confirm with --yes" in done.stdout
    assert stack.query("postgres", f"SELECT count(*) FROM pg_database WHERE datname = '{database}'") == "1"


def test_unreachable_server_is_said(crm_with_odoo):
    done = crm_with_odoo("up", "--db", "crm_test_never", PGHOST=str(crm_with_odoo.state / "nowhere"))
    assert done.returncode == 1
    assert "PostgreSQL" in done.stdout
    assert "Traceback" not in done.stdout
