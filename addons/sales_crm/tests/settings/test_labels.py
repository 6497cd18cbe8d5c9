import importlib.util

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path

SCRIPT = "sales_crm/migrations/19.0.1.6.0/post-labels.py"


@tagged("post_install", "-at_install")
class TestLabels(TransactionCase):
    """Labels that have changed read so in Russian too, in a database of an earlier version."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.env["ir.module.module"]._load_module_terms(["sales_crm"], ["ru_RU"])
        cls.russian = cls.env(context={"lang": "ru_RU"})

    def _ref(self, name):
        return self.russian.ref(f"sales_crm.{name}")

    def _migrate(self, version="19.0.1.4.0"):
        spec = importlib.util.spec_from_file_location("post_labels", file_path(SCRIPT))
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.cr, version)
        self.env.invalidate_all()

    def test_labels_of_an_earlier_version(self):
        choice = self._ref("selection__sales_activity_change__kind__reopened")
        field = self._ref("field_res_partner__credit_available")
        told = (choice.name, field.field_description)
        self.assertEqual(choice.with_context(lang="en_US").name, "Opened again")
        choice.name = "Открыта заново"
        field.field_description = "Можно ещё"
        self.env["ir.module.module"]._load_module_terms(["sales_crm"], ["ru_RU"])
        self.env.invalidate_all()
        self.assertEqual(choice.name, "Открыта заново", "core keeps it: else this script is needed no more")
        self._migrate()
        self.assertEqual((choice.name, field.field_description), told)
        self._migrate()
        self.assertEqual((choice.name, field.field_description), told)

    def test_what_people_have_reworded_stays(self):
        menu = self._ref("menu_my_day")
        menu.name = "Мой день"
        menu.name = "Наш день"
        self._migrate()
        self.assertEqual(menu.name, "Наш день")

    def test_a_new_database_needs_nothing(self):
        choice = self._ref("selection__sales_activity_change__kind__reopened")
        choice.name = "Своё"
        self._migrate(version=None)
        self.assertEqual(choice.name, "Своё")
