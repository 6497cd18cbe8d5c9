"""The program that makes PDF files of Odoo's printouts: wkhtmltopdf, Debian's package."""

import shutil

from . import apt
from .console import CrmError, warn
from .layout import STATE

PROGRAM = "wkhtmltopdf"
TRIED = STATE / "pdf-tried"  # without a network each further try would take apt a minute


def ensure() -> bool:
    """Install it where apt may install, once; else say what is missing: the CRM runs without it.

    :return: whether it is there
    """
    if shutil.which(PROGRAM):
        return True
    try:
        if TRIED.exists():
            raise CrmError(f'run "apt install {PROGRAM}", then "./crm down" and "./crm up"')
        TRIED.touch()
        apt.install([PROGRAM], PROGRAM)
    except CrmError as error:
        warn(f"quotations and reports can't be printed as PDF: {error}")
    return bool(shutil.which(PROGRAM))
