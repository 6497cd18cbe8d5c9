"""All of the example company, in its order."""

from .book import Book
from .changes import Changes
from .company import Company
from .contacts import Contacts
from .days import Days
from .deals import Deals
from .history import History
from .money import Money
from .visits import Visits

HISTORY_DAYS = 128  # working days, about six months


def load(env, language):
    """:param str language: name of a language file beside this one"""
    book = Book(language)
    company = Company(env, book, Days(book["tz"], HISTORY_DAYS))
    company.load()
    for part in (Contacts, Deals, History, Money, Visits, Changes):
        part(company).load()
    env.flush_all()
