from datetime import date

from odoo.tests import BaseCase, tagged

from ...tools.birthday import parse_birthday
from ...tools.import_cells import (
    Ambiguous,
    is_empty,
    is_total,
    marks_of,
    parse_amount,
    read_mails,
    read_phones,
)


@tagged("post_install", "-at_install")
class TestImportCells(BaseCase):
    """What people and programs write into cells."""

    def test_nothing(self):
        for text in ("нет", "-", " — ", "Не указано", "0.0.00", "01.01.0001", "#Н/Д", "#N/A", "n/a"):
            self.assertTrue(is_empty(text), text)
        for text in ("0", "Нет-нет, ООО", "Нетто", "1", "К1"):
            self.assertFalse(is_empty(text), text)

    def test_totals(self):
        for cells in (["", "Итого: 2"], ["ИТОГО", "", "12"], ["3", "Всего"], ["Total", "5"]):
            self.assertTrue(is_total(cells), cells)
        for cells in (["Всего хорошего, ООО"], ["Итогофф"], [""], ["ООО Рак", "Москва", "Итого"]):
            self.assertFalse(is_total(cells), cells)

    def test_birthdays(self):
        today = date(2026, 5, 20)
        days = {
            "14.02.60": date(1960, 2, 14),
            "14.02.10": date(2010, 2, 14),
            "21.05.26": date(1926, 5, 21),
            "14 февраля 1981": date(1981, 2, 14),
            "14,02,1981": date(1981, 2, 14),
            "14.2.1981": date(1981, 2, 14),
            "29.02.": date(1904, 2, 29),
            "--02-29": date(1904, 2, 29),
            "1604-02-29": date(1904, 2, 29),
        }
        for text, day in days.items():
            self.assertEqual(parse_birthday(text, today), day, text)
        for text in ("1981", "21.05.2026", "31.02.1980", "весной"):
            with self.assertRaises(ValueError, msg=text):
                parse_birthday(text, today)

    def test_amounts(self):
        amounts = {
            "1 054,50 руб.": (1054.5, "RUB"),
            "1.054.000": (1054000, None),
            "1,054,000.50": (1054000.5, None),
            "1.054.000,5": (1054000.5, None),
            "120 тыс": (120000, None),
            "1,2 млн ₽": (1200000, "RUB"),
            "(1 234,50)": (-1234.5, None),
            "$ 12.5": (12.5, "USD"),
            "0.500": (0.5, None),
            "1054": (1054, None),
        }
        for text, amount in amounts.items():
            self.assertEqual(parse_amount(text), amount, text)
        for text in ("1,054", "1.054", "$1,054", "12,000"):
            with self.assertRaises(Ambiguous, msg=text):
                parse_amount(text)
        for text in ("12 или 13", "1.0540.00", "много", "1,2,3"):
            with self.assertRaises(ValueError, msg=text):
                parse_amount(text)

    def test_thousands_are_told_by_the_column(self):
        for column, amount in (
            (["1,054", "12,30"], 1.054),
            (["1,054", "1,054,000"], 1054),
            (["1,054", "5.25"], 1054),
            (["1,054", "1.054.000,5"], 1.054),
        ):
            self.assertEqual(parse_amount("1,054", marks_of(column))[0], amount, column)
        for column in (["1,054", "5.25", "5,25"], ["1,054", "100"], ["1,054", "1.054.000"]):
            with self.assertRaises(Ambiguous, msg=column):
                parse_amount("1,054", marks_of(column))

    def test_mails(self):
        self.assertEqual(
            read_mails("Вера Котова <vera@KOT.example>"), (["vera@kot.example"], ["Вера Котова"], [])
        )
        self.assertEqual(
            read_mails("a@kot.example; b@kot.example"), (["a@kot.example", "b@kot.example"], [], [])
        )
        self.assertEqual(read_mails("vera@kot"), ([], [], ["vera@kot"]))
        self.assertEqual(read_mails("спросить у Веры"), ([], [], ["спросить у Веры"]))

    def test_phones(self):
        number = "+79035562004"
        for text, words in {
            "+7(903)556-20-04 Вера": "Вера",
            "8 903 556 20 04 (WhatsApp)": "WhatsApp",
            "79035562004.0": "",
        }.items():
            self.assertEqual(
                [(key, said) for key, _s, said in read_phones(text, "RU")], [(number, words)], text
            )
        both = read_phones("8-903-556-20-04 Вера 8-903-556-20-05 Глеб", "RU")
        self.assertEqual([words for _key, _shown, words in both], ["Вера", "Глеб"])
        for lost in ("8903556200", "7,90356E+10"):
            self.assertEqual(read_phones(lost, "RU"), (("", lost, ""),), "no digit is made up")
