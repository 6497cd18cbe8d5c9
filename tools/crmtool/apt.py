"""Debian's packages: installed where that is allowed, or fetched through a private list, past the system."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .console import CrmError, say, warn
from .process import run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def privilege() -> list[str] | None:
    """Return the prefix that lets apt install (nothing for root, sudo without a password), or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install(packages: list[str], purpose: str) -> None:
    """Install Debian packages into the system, or say what to install by hand."""
    prefix = privilege()
    wanted = " ".join(packages)
    if prefix is None:
        raise CrmError(
            f'{purpose} is missing and cannot be installed without root: run "apt install {wanted}" once'
        )
    say(f"installing {purpose} ({wanted})")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    try:
        run([*apt, "update"], "apt-get update failed")
    except CrmError as error:  # a broken third-party list need not stop us
        warn(str(error))
    run([*apt, "install", "--yes", "--no-install-recommends", *packages], f"{purpose} could not be installed")


def fetch(packages: list[str], suite: str, folder: Path) -> list[Path]:
    """Download packages of a Debian suite into ``folder`` through an apt configuration of our own."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise CrmError(
            "Odoo 19 is fetched as a Debian package, and this is no Debian: "
            "set CRM_ODOO to the folder of Odoo 19's sources"
        )
    if not KEYRING.exists():
        raise CrmError(
            f'{KEYRING} is missing: run "apt install debian-archive-keyring", '
            "or set CRM_ODOO to a folder or .deb of Odoo 19"
        )
    with tempfile.TemporaryDirectory(prefix="crm-apt-") as private:
        os.chmod(private, 0o755)
        env = _one_suite(Path(private), suite)
        run(["apt-get", "update"], "the list of Debian's packages could not be read", env=env)
        run(["apt-get", "download", *packages], "a download from Debian failed", env=env, cwd=folder)
    return sorted(folder.glob("*.deb"))


def _one_suite(folder: Path, suite: str) -> dict[str, str]:
    """Return an environment in which apt knows one suite of Debian and nothing else."""
    sources = folder / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {_archive(folder / 'machine')} {suite} main\n")
    return _private_apt(folder / "suite", f'Dir::Etc::sourcelist "{sources}";', 'Dir::Etc::sourceparts "-";')


def _private_apt(folder: Path, *settings: str) -> dict[str, str]:
    """Return an environment in which apt keeps what it fetches in ``folder``, so that no root is needed."""
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    config = folder / "apt.conf"
    lines = (
        f'Dir::State::lists "{folder}/lists";',
        f'Dir::Cache "{folder}/cache";',
        'APT::Sandbox::User "root";',
        'Acquire::Languages "none";',
        'Acquire::Retries "3";',
        *settings,
    )
    config.write_text("\n".join(lines) + "\n")
    return {**os.environ, "APT_CONFIG": str(config)}


def _archive(folder: Path) -> str:
    """Return the address of the Debian archive that this machine uses itself."""
    found = _archives(dict(os.environ))
    if not found:  # apt names its sources only after it has read their lists
        env = _private_apt(folder)
        with contextlib.suppress(CrmError):  # one broken source need not matter
            run(["apt-get", "update"], "the lists of apt's own sources could not be read", env=env)
        found = _archives(env)
    if not found:
        raise CrmError(
            "apt on this machine reaches no Debian archive: add one to its sources, "
            "or set CRM_ODOO to a folder or .deb of Odoo 19"
        )
    return found[0]


def _archives(env: dict[str, str]) -> list[str]:
    targets = run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI) $(CODENAME)",
            "Created-By: Packages",
            "Origin: Debian",
        ],
        "apt's own configuration could not be read",
        env=env,
    )
    return [target.split()[0] for target in targets.splitlines() if "security" not in target]
