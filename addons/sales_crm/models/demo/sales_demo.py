import logging
import time

from odoo import api, models

from ...demo.absences import Absences
from ...demo.book import Book
from ...demo.changes import Changes
from ...demo.company import Company
from ...demo.contacts import Contacts
from ...demo.credit import Credit
from ...demo.days import Days
from ...demo.deals import Deals
from ...demo.departure import Departure
from ...demo.history import History
from ...demo.money import Money
from ...demo.planning import Planning
from ...demo.promises import Promises
from ...demo.requisites import Requisites
from ...demo.visits import Visits

HISTORY_DAYS = 250  # working days, about a year

PARTS = (
    Requisites,
    Contacts,
    Absences,
    Deals,
    Departure,
    History,
    Money,
    Credit,
    Promises,
    Visits,
    Planning,
    Changes,
)

_logger = logging.getLogger(__name__)


class SalesDemo(models.AbstractModel):
    """The example company: five managers with thirty clients each, a year of work, today's plan.

    Loaded as demo data of the add-on, or by hand with ``env["sales.demo"]._load()``.
    """

    _name = "sales.demo"
    _description = "Example Company"

    @api.model
    def _load(self):
        """Create the example company, in the language of the database, once.

        :return: False if it is there already
        """
        users = self.env["res.users"].with_context(active_test=False)
        if users.search_count([("login", "=", "manager1")], limit=1):
            return False
        # sudo: only the server writes what was done and when
        lang = self.env.ref("base.user_admin").lang
        if lang != "en_US":  # Odoo loads translations after the demo data, the chatter needs them now
            self.env["ir.module.module"]._load_module_terms(["sales_crm"], [lang])
        loader = self.sudo().with_context(
            lang=lang,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
            mail_activity_quick_update=True,
            mail_auto_subscribe_no_notify=True,
            no_reset_password=True,
        )
        loader._load_in(self._language())
        return True

    @api.model
    def _language(self):
        """:return: name of the language file: the administrator's language, or the company's"""
        langs = {
            self.env.ref("base.user_admin").lang,
            self.env.ref("base.main_company").partner_id.lang,
        }
        return "ru" if "ru_RU" in langs else "en"

    @api.model
    def _load_in(self, language):
        """:param str language: name of a language file in the folder ``demo``"""
        book = Book(language)
        company = Company(self.env, book, Days(book["tz"], HISTORY_DAYS))
        company.load()
        # In this turn: each part reads what those before it have left
        for part in PARTS:
            started = time.monotonic()
            part(company).load()
            _logger.debug("%s: %.1f s", part.__name__, time.monotonic() - started)
        self.env.flush_all()
