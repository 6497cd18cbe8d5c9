"""Requisites in an import file: right ones come in, wrong ones are kept in the note."""

from odoo.tests import tagged

from ..intake.test_import import ImportCommon

HEADERS = ("Клиент", "ИНН", "КПП", "ОГРН", "ОПФ", "Генеральный директор", "Страна")


@tagged("post_install", "-at_install")
class TestRequisitesImport(ImportCommon):
    def setUp(self):
        super().setUp()
        self.env.company.country_id = self.env.ref("base.ru")

    def read_in(self, *rows, headers=HEADERS):
        record = self._import(self._workbook(*rows, headers=headers))
        self.assertEqual(record.row_ids.mapped("result"), ["created"] * len(rows))
        return record

    def test_columns_of_their_own(self):
        row = ("ООО «Проба»", "7707083893", "770801001", "1027700132195", "ООО", "Иванов И. И.", "")
        self.read_in(row)
        client = self._found("ООО «Проба»")
        self.assertEqual(
            (client.kpp, client.company_registry, client.legal_form, client.director_name),
            ("770801001", "1027700132195", "ООО", "Иванов И. И."),
        )
        again = self._import(self._workbook(row, headers=HEADERS))
        self.assertEqual(again.row_ids.mapped("result"), ["unchanged"])

    def test_inn_and_kpp_in_one_cell(self):
        self.read_in(("ООО «Проба»", "7707083893 / 770801001"), headers=("Клиент", "ИНН/КПП"))
        client = self._found("ООО «Проба»")
        self.assertEqual((client.vat, client.kpp), ("7707083893", "770801001"))

    def test_wrong_ones_are_kept_in_the_note(self):
        record = self.read_in(("ООО «Проба»", "7707083893", "7708", "1027700132196", "", "", ""))
        client = self._found("ООО «Проба»")
        self.assertFalse(client.kpp or client.company_registry)
        for said in ("КПП: 7708", "ОГРН: 1027700132196"):
            self.assertIn(said, client.comment)
        self.assertIn("1027700132196", record.row_ids.message)

    def test_zero_that_excel_has_cut(self):
        self.read_in(("ООО «Проба»", "", 50801001, "", "", "", ""))
        self.assertEqual(self._found("ООО «Проба»").kpp, "050801001")

    def test_neighbours_numbers_without_a_country(self):
        """No Russian numbers, and none of ours to refuse."""
        headers = ("Клиент", "ИНН")
        self.read_in(("Минск", "200988541"), ("Алматы", "930740000137"), headers=headers)
        self.assertEqual(self._found("Минск").vat, "200988541")
        self.assertEqual(self._found("Алматы").vat, "930740000137")

    def test_company_in_kazakhstan_has_no_russian_numbers(self):
        self.env.company.country_id = self.env.ref("base.kz")
        self.read_in(("Алматы", "930740000138"), headers=("Клиент", "БИН / ИНН"))
        self.assertEqual(self._found("Алматы").vat, "930740000138")
