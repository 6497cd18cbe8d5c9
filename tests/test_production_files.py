"""The files for a production start: no Docker engine is needed to see that they hold what they must."""

import configparser
import re
import subprocess

import pytest
import yaml
from crmtool.layout import ADDONS, ROOT
from crmtool.odoo import SERIES

PIN = re.compile(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+( ; python_version < \"3\.\d+\")?")
SECRETS = ("POSTGRES_PASSWORD", "ADMIN_PASSWORD")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")


@pytest.fixture(scope="module")
def settings() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "odoo.conf")
    return parser["options"]


def test_services_stand_on_the_official_images(compose, dockerfile):
    assert compose["services"]["db"]["image"] == "postgres:16"
    assert re.search(r"^FROM (.+)$", dockerfile, re.M)[1] == f"odoo:{SERIES}"
    assert {compose["services"][name]["build"] for name in ("init", "odoo")} == {"."}


def test_data_lives_in_named_volumes(compose):
    mounts = {
        mount.split(":")[1]: mount.split(":")[0]
        for service in compose["services"].values()
        for mount in service["volumes"]
        if not mount.startswith("./")
    }
    assert set(mounts) == {"/var/lib/postgresql/data", "/var/lib/odoo"}
    assert set(mounts.values()) == set(compose["volumes"])


def test_what_stays_up_has_a_health_check_and_a_memory_limit(compose):
    for name in ("db", "odoo", "proxy"):
        service = compose["services"][name]
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
        assert service["restart"] == "unless-stopped"
        assert service["mem_limit"]


def test_services_wait_for_each_other(compose):
    services = compose["services"]
    assert services["init"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["odoo"]["depends_on"]["init"]["condition"] == "service_completed_successfully"
    assert services["proxy"]["depends_on"]["odoo"]["condition"] == "service_healthy"


def test_secrets_come_from_the_environment_without_defaults(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{(\w+):\?.+\}", value)[1] in SECRETS
    assert "PASSWORD" not in (ROOT / "Dockerfile").read_text("utf-8")


def test_only_the_proxy_is_reached_from_outside(compose):
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"proxy"}
    assert compose["services"]["proxy"]["ports"] == ["${CRM_ADDRESS:-127.0.0.1:8069}:80"]


def test_settings_are_for_production(settings):
    assert settings.getboolean("list_db") is False
    assert settings.getboolean("proxy_mode") is True
    assert settings["dbfilter"] == f"^{settings['db_name']}$"
    assert settings.getint("workers") >= 2
    assert 0 < settings.getint("limit_memory_soft") < settings.getint("limit_memory_hard")
    assert 0 < settings.getint("limit_time_cpu") < settings.getint("limit_time_real")
    assert not {"admin_passwd", "db_password"} & set(settings)


def test_memory_limits_fit_into_the_container(settings, compose):
    processes = settings.getint("workers") + settings.getint("max_cron_threads") + 1
    limit = compose["services"]["odoo"]["mem_limit"]
    assert processes * settings.getint("limit_memory_soft") <= int(limit.removesuffix("g")) * 1024**3


def test_init_uses_the_database_of_the_settings(settings):
    script = (ROOT / "docker" / "init.sh").read_text("utf-8")
    assert re.search(r"^database=(\w+)$", script, re.M)[1] == settings["db_name"]
    subprocess.run(["bash", "-n", ROOT / "docker" / "init.sh"], check=True)


def test_image_holds_exactly_the_pinned_packages(dockerfile):
    installs = re.findall(r"\bpip3? install ([^&]+)", dockerfile)
    assert len(installs) == 1
    assert "--no-deps" in installs[0]
    assert re.findall(r"-r (\S+)", installs[0]) == ["/tmp/requirements-addon.txt"]
    assert "COPY requirements-addon.txt /tmp/requirements-addon.txt" in dockerfile
    assert "apt-get" not in dockerfile


def test_image_holds_settings_and_add_ons(dockerfile, settings):
    assert "COPY odoo.conf /etc/odoo/odoo.conf" in dockerfile
    assert f"COPY addons {settings['addons_path']}" in dockerfile
    assert dockerfile.rstrip().endswith("USER odoo")


def test_the_image_is_named_after_the_version():
    """Else a pulled update would be started from the image that is there already."""
    version = eval((ADDONS / "sales_crm" / "__manifest__.py").read_text("utf-8"))["version"]
    assert f"image: sales-crm:{version}\n" in (ROOT / "docker-compose.yml").read_text("utf-8")
    for name in ("README.md", "docker-compose.yml"):
        commands = re.findall(r"docker compose up\b.*", (ROOT / name).read_text("utf-8"))
        assert commands and all("--build" in command for command in commands)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-addon.txt", "requirements-dev.txt"])
def test_requirements_are_exact(name):
    lines = [
        line for line in (ROOT / name).read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    assert lines
    for line in lines:
        assert PIN.fullmatch(line), line


def test_add_ons_ask_for_no_package_that_is_not_pinned():
    provided = {
        re.split(r"==", line)[0].lower().replace("_", "-")
        for name in ("requirements.txt", "requirements-addon.txt")
        for line in (ROOT / name).read_text("utf-8").splitlines()
    }
    for path in ADDONS.glob("*/__manifest__.py"):
        asked = eval(path.read_text("utf-8")).get("external_dependencies", {}).get("python", [])
        assert {name.lower().replace("_", "-") for name in asked} <= provided
