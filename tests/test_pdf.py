"""./crm up gets wkhtmltopdf where it may, and runs without it where it may not."""

import pytest
from crmtool import apt, pdf
from crmtool.console import CrmError


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without wkhtmltopdf: what apt was asked for, and what its answer is."""
    asked = []
    there = set()

    def install(packages, purpose):
        asked.append(packages)
        there.update(packages)

    monkeypatch.setattr(pdf, "TRIED", tmp_path / "tried")
    monkeypatch.setattr(pdf.shutil, "which", lambda name: name if name in there else None)
    monkeypatch.setattr(apt, "install", install)
    return asked


def test_it_is_installed_once(machine):
    assert pdf.ensure()
    assert pdf.ensure()
    assert machine == [["wkhtmltopdf"]]


def test_without_rights_it_is_told_and_not_fatal(machine, monkeypatch, capsys):
    def refuse(packages, purpose):
        machine.append(packages)
        raise CrmError(f'{purpose} is missing and cannot be installed without root: run "apt install" once')

    monkeypatch.setattr(apt, "install", refuse)
    assert not pdf.ensure()
    assert "can't be printed" in capsys.readouterr().err
    assert not pdf.ensure(), "and apt isn't asked again"
    assert "apt install wkhtmltopdf" in capsys.readouterr().err
    assert len(machine) == 1
