"""All of the example company, in its order."""

import logging
import time

from odoo.tools import SQL

from .absences import Absences
from .book import Book
from .campaign import Campaign
from .changes import Changes
from .company import Company
from .contacts import Contacts
from .credit import Credit
from .days import Days
from .deals import Deals
from .departure import Departure
from .history import History
from .intake import Intake
from .money import Money
from .morning import Morning
from .place import place
from .planning import Planning
from .promises import Promises
from .requisites import Requisites
from .targets import Targets
from .visits import Visits
from .year_before import YearBefore

HISTORY_DAYS = 250  # working days, about a year

PARTS = (
    Requisites,
    Contacts,
    Absences,
    Deals,
    Departure,
    History,
    Money,
    YearBefore,
    Credit,
    Promises,
    Targets,
    Visits,
    Planning,
    Campaign,
    Intake,
    Morning,
    Changes,
)

# PostgreSQL knows nothing of rows that this transaction has written, and takes minutes for a second's query
ANALYSED = {
    Deals: ("res_partner", "crm_lead", "sales_stage_move", "sale_order", "sale_order_line"),
    History: ("mail_activity", "mail_message", "sales_carry_log"),
    YearBefore: ("account_move", "account_move_line", "account_partial_reconcile"),
    Money: ("account_move", "account_move_line", "sale_order", "sale_order_line", "sales_contract"),
    Credit: ("sale_order", "sale_order_line", "mail_activity"),
}

_logger = logging.getLogger(__name__)


def load(env, language):
    """:param str language: name of a language file beside this one"""
    book = Book(language)
    place(env, book)
    company = Company(env, book, Days(book["tz"], HISTORY_DAYS, env.ref("base.main_company")))
    company.load()
    # In this turn: each part reads what those before it have left
    for part in PARTS:
        started = time.monotonic()
        part(company).load()
        if part in ANALYSED:
            env.flush_all()
            tables = SQL(", ").join(SQL.identifier(table) for table in ANALYSED[part])
            env.cr.execute(SQL("ANALYZE %s", tables))
        _logger.debug("%s: %.1f s", part.__name__, time.monotonic() - started)
    env.flush_all()
