from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_open
from odoo.tools.translate import code_translations, extract_spreadsheet_terms

FILE = "sales_crm_dashboard/data/files/department_dashboard.json"


@tagged("post_install", "-at_install")
class TestDashboardInRussian(TransactionCase):
    """The web client translates the texts of a dashboard by those of its add-on."""

    def _russian(self, module):
        answer = code_translations.get_web_translations(module, "ru_RU")
        return {message["id"]: message["string"] for message in answer["messages"]}

    def test_each_text_reaches_the_web_client_in_russian(self):
        with file_open(FILE) as content:
            terms = {
                term for _line, _keyword, term, _comments in extract_spreadsheet_terms(content, [], [], {})
            }
        russian = self._russian("sales_crm_dashboard")
        self.assertTrue(terms)
        for term in sorted(terms):
            with self.subTest(term):
                self.assertRegex(russian.get(term, ""), "[а-яА-Я]")

    def test_its_name_is_russian(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["ir.module.module"]._load_module_terms(["sales_crm_dashboard"], ["ru_RU"])
        dashboard = self.env.ref("sales_crm_dashboard.dashboard_department")
        self.assertEqual(dashboard.with_context(lang="ru_RU").name, "Отдел продаж")
