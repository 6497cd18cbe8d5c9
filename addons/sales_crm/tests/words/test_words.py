import re
from collections import Counter
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader, code_translations

from ...tools import core_words
from ..common import SalesCrmCommon
from . import labels

CYRILLIC = re.compile("[А-Яа-яЁё]")
WORD = re.compile(r"[A-Za-z]{2}")
# Names and abbreviations that are the same in Russian
# "Leads" is beside the address of a team: core doesn't let it be translated
ALLOWED = {
    "Leads",
    "CRM",
    "GLN",
    "ID",
    "URL",
    ": IBAN",
    "IBAN",
    "SWIFT",
    "XLSX",
    "PDF",
    "UTM",
    "English (US)",
    "&nbsp;",
}
APPS = ("crm.crm_menu_root", "contacts.menu_contacts", "calendar.mail_menu_calendar", "sale.sale_menu_root")
# What core says of a deal, an activity and a manager
FOREIGN = re.compile(r"\b(лид(?!ер)|возможност|продав[ец]|активност)", re.IGNORECASE)


@tagged("post_install", "-at_install")
class TestCoreWords(TransactionCase):
    """Odoo's own texts are read in our words, wherever they are kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.terms = cls.env["ir.module.module"]
        cls.menu = cls.env.ref("crm.crm_opportunity_report_menu").with_context(lang="ru_RU")

    def _load(self, *modules, overwrite=False):
        self.terms._load_module_terms(modules, ["ru_RU"], overwrite=overwrite)
        self.env.invalidate_all()

    def test_language_loaded_later(self):
        self._load("base", "crm", "sales_crm")
        self.assertEqual(self.menu.name, "Анализ сделок")

    def test_installed_into_a_russian_database(self):
        self.menu.name = "Воронка"
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.search([("key", "=like", "sales_crm.core_words.%")]).unlink()
        self._load("sales_crm")
        self.assertEqual(self.menu.name, "Анализ сделок")

    def test_what_an_administrator_has_worded_stays(self):
        self._load("sales_crm")
        self.menu.name = "Наш анализ"
        self._load("sales_crm")
        self._load("crm")
        self.assertEqual(self.menu.name, "Наш анализ")
        self._load("crm", overwrite=True)
        self.assertEqual(self.menu.name, "Анализ сделок")

    def test_texts_in_code(self):
        python = code_translations.get_python_translations("crm", "ru_RU")
        self.assertEqual(python["Lead or Opportunity"], "Обращение или сделка")
        web, _params = self.env["ir.http"]._get_translations_for_webclient(["web"], "ru_RU")
        told = {message["id"]: message["string"] for message in web["web"]["messages"]}
        self.assertEqual(told["Missing required fields"], "Заполните обязательные поля")
        self.assertIn("Save", told, "core's own stay")

    def test_other_languages_are_left_alone(self):
        self.assertFalse(core_words.modules("fr_FR"))
        self.assertFalse(core_words.code_terms("crm", "fr_FR", lambda row: True))

    def test_files_keep_what_is_filled_in(self):
        for module in core_words.modules("ru_RU"):
            for path in core_words.paths(module, "ru_RU"):
                for row in core_words.PoFileReader(str(path)):
                    with self.subTest(module=module, text=row["src"]):
                        found = [re.findall(r"%\(\w+\)s|%s|<\w+", row[key]) for key in ("src", "value")]
                        self.assertEqual(*map(sorted, found))
                        self.assertTrue(row["value"])


@tagged("post_install", "-at_install")
class TestLabelsInRussian(SalesCrmCommon):
    """Managers and heads read Russian on all their screens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        modules = cls.env["ir.module.module"].search([("state", "=", "installed")])
        modules._update_translations("ru_RU", overwrite=True)
        # Our own texts are compared with their translations by ./crm lint
        ours = ["sales_crm", "sales_crm_dashboard", "sales_crm_stock"]
        own = (row[4] for row in TranslationModuleReader(cls.env.cr, ours))
        cls.own = " | ".join(" ".join(text.split()) for text in own)

    def _reader(self, user):
        return self.env(user=user, context={"lang": "ru_RU", "allowed_company_ids": user.company_ids.ids})

    def _readers(self):
        return {"manager": self._reader(self.manager), "head": self._reader(self.head)}

    def _actions(self, env):
        visible = {
            menu["xmlid"] for menu in env["ir.ui.menu"].load_menus(False).values() if menu.get("xmlid")
        }
        return [found for app in APPS if app in visible for found in labels.actions(env, app)]

    def _english(self, texts):
        """:return: those of the texts that are no Russian, and not our own"""
        latin = (text for text in texts - ALLOWED if WORD.search(text) and not CYRILLIC.search(text))
        return {text for text in latin if " ".join(text.split()) not in self.own}

    def test_no_english_word(self):
        for role, env in self._readers().items():
            for path, action in self._actions(env):
                texts = {path[-1]} | (labels.of_action(env, action) if action else set())
                with self.subTest(role=role, menu=" / ".join(path)):
                    self.assertFalse(self._english(texts), "say it in core_words/ru/")

    def test_one_word_for_one_thing(self):
        for role, env in self._readers().items():
            for path, action in self._actions(env):
                texts = {path[-1]} | (labels.of_action(env, action) if action else set())
                with self.subTest(role=role, menu=" / ".join(path)):
                    self.assertFalse({text for text in texts if FOREIGN.search(text)})

    def test_no_two_menus_of_one_name(self):
        for role, env in self._readers().items():
            names = Counter(path[-1] for path, _action in labels.actions(env))
            with self.subTest(role=role):
                self.assertFalse([name for name, count in names.items() if count > 1])

    def test_fields_to_filter_by(self):
        env = self._readers()["head"]
        for model in ("res.partner", "crm.lead", "mail.activity", "sale.order", "sales.promise"):
            offered = labels.of_filters(env, model)
            with self.subTest(model=model):
                self.assertFalse(self._english(set(offered)))
                self.assertFalse({name for name in offered if FOREIGN.search(name)})
        self.assertNotIn("Было клиентским", labels.of_filters(env, "mail.activity"))


@tagged("post_install", "-at_install")
class TestWeek(SalesCrmCommon):
    """A week in pivots, graphs and groups of a list is told in the user's words."""

    def _labels(self, granularity, lang):
        clients = self.env["res.partner"].with_user(self.manager).with_context(lang=lang)
        spec = f"create_date:{granularity}"
        groups = clients.formatted_read_group([("id", "=", self.client.id)], [spec], ["__count"])
        return [group[spec][1] for group in groups]

    def test_week(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        words = {("sales_crm", "ru_RU"): {"W%(week)s %(year)s": "%(week)s-я неделя %(year)s"}}
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-11-05 10:00' WHERE id = %s", [self.client.id]
        )
        self.env.invalidate_all()
        with patch.dict(code_translations.python_translations, words):
            self.assertEqual(self._labels("week", "en_US"), ["W45 2026"])
            self.assertEqual(self._labels("week", "ru_RU"), ["45-я неделя 2026"])
            self.assertEqual(self._labels("month", "en_US"), ["November 2026"])
