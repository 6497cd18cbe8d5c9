import re
from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ...tools.birthday import YEAR_UNKNOWN, parse_birthday
from ...tools.import_cells import is_empty
from ...tools.normalise import name_key, parse_date, plain, tax_key
from ..chance import dice_of
from .test_import_kinds import ImportKinds

HEADERS = (
    *("Клиент", "ИНН", "Телефон", "E-mail", "Город", "Адрес", "Класс", "Контакт", "Должность"),
    *("День рождения", "Дата следующего шага", "Следующий шаг", "Менеджер", "Комментарий", "Цвет крыши"),
)
CELLS = {
    "Клиент": ("ООО Жираф", "Жираф, ООО", "ИП Сыч", "ООО Ёрш", "Бобр и сын", "ЖИРАФ"),
    "ИНН": (
        "7728168971",
        "7707083893",
        "7728168972",
        "7,70708E+09",
        "уточнить",
        "нет",
        "0",
        "7728168971/772801001",
    ),
    "Телефон": (
        *(
            "+7 499 555-20-01",
            "8 903 555 20 02 Вера",
            "+7 499 555-20-01; 8(903)555-20-03 доб. 5",
            "8903555200",
        ),
        *("7,90356E+10", "нет телефона", "-", "79035552004.0"),
    ),
    "E-mail": (
        "a@roof.example",
        "Вера <b@roof.example>",
        "vera@roof",
        "нет",
        "c@roof.example; d@roof.example",
    ),
    "Город": ("Тула", "Клин", "—", "тула"),
    "Адрес": ("Мира 1", "Речная 2", ""),
    "Класс": ("A", "в", "Я", "-"),
    "Контакт": ("Рак Ян", "Уж Ия", "Ян Рак", "не указано"),
    "Должность": ("директор", "закупщик"),
    "День рождения": (
        "14.02.60",
        "1981",
        "14.02",
        "--02-29",
        "31.02.1980",
        "14 февраля 1981",
        "01.01.0001",
        "весной",
    ),
    "Дата следующего шага": ("25.11.2036", "2036-11-26", "32.13.2036", "когда-нибудь", "0.0.00"),
    "Следующий шаг": ("Позвонить", "Приехать"),
    "Менеджер": ("manager_a", "manager_b", "Никто Такой"),
    "Комментарий": ("просил скидку", "нет", "1 054,50", "-"),
    "Цвет крыши": ("синий", "#Н/Д", "нет", "12.05.2020"),
}


@tagged("post_install", "-at_install")
class TestImportNothingLost(ImportKinds):
    """Of every cell of every row the result says where it went."""

    def test_random_files(self):
        for seed, dice in dice_of(6, 300):
            with self.subTest(seed), self.cr.savepoint() as savepoint:
                self._check_file(dice)
                savepoint.rollback()
            self.env.invalidate_all()

    def _check_file(self, dice):
        headers = ["Клиент", *dice.sample(HEADERS[1:], dice.randint(3, len(HEADERS) - 1))]
        lines = [[self._cell(dice, header) for header in headers] for _row in range(dice.randint(2, 12))]
        decision = dice.choice(["skip", "update", "create"])
        record = self._take(
            *(";".join(f'"{cell}"' for cell in line) for line in [headers, *lines]),
            duplicate_decision=decision,
        )
        rows = record.row_ids.sorted("number")
        self.assertEqual(len(rows), sum(any(line) for line in lines), "a row is missing")
        for row in rows:
            self._assert_accounted(row, headers)
        self._assert_nobody_mixed(rows, headers)

    def _cell(self, dice, header):
        return dice.choice(CELLS[header]) if dice.random() < 0.8 else ""

    def _assert_accounted(self, row, headers):
        self.assertTrue(row.result, row.cells)
        if row.result in ("skipped", "failed"):
            self.assertNotEqual(row.result, "failed", row.message)
            self.assertTrue(row.message, row.cells)
            return
        client = self.env["res.partner"].browse(row.res_id)
        dump = f"{self._dump(client)}\n{row.message}"
        for header, cell in zip(headers, row.cells, strict=False):
            nothing = is_empty(cell) and header not in ("Комментарий", "Цвет крыши")
            if cell and not nothing and not cell.startswith("#"):
                self.assertTrue(self._is_in(header, cell, dump), (header, cell, row.cells, row.message, dump))

    def _dump(self, client):
        """:return: all that is known of a client, as text"""
        people = client | client.child_ids
        texts = []
        for partner in people:
            texts += [partner.name, partner.vat, partner.kpp, partner.phone, partner.email, partner.city]
            texts += [partner.street, partner.client_class, partner.function, str(partner.birthdate_date)]
            texts += [partner.user_id.login, str(partner.comment or "")]
            texts += [f"{c.value} {c.note}" for c in partner.contact_channel_ids]
        texts += [f"{a.summary} {a.date_deadline}" for a in client.open_activity_ids]
        return "\n".join(text for text in texts if text)

    def _is_in(self, header, cell, dump):
        """:return: whether what the cell says is in the text, in one of the forms that it may take"""
        text = plain(dump)
        if header in ("Телефон", "ИНН"):
            parts = re.split(r"[;/]| доб", cell.removesuffix(".0"))
            numbers = re.sub(r"\D", "", dump)
            words = re.findall(r"[^\W\d_]{3,}", cell.replace("доб", ""))
            digits = all(re.sub(r"\D", "", part)[-10:] in numbers for part in parts)
            return digits and all(plain(word) in text for word in words)
        if header == "Клиент":
            return name_key(cell) in name_key(dump) or plain(cell) in text
        if header in ("День рождения", "Дата следующего шага"):
            return plain(cell) in text or any(day in text for day in self._days(header, cell))
        if header == "Контакт":
            return all(plain(word) in text for word in cell.split())
        if header == "Класс":
            return plain(cell) in text or cell.upper().translate(str.maketrans("АВС", "ABC")) in dump
        return all(plain(word) in text for word in re.split(r"[;<>,]\s*", cell) if word)

    def _days(self, header, cell):
        """:return: list of the forms in which the day may stand there, empty if it is none"""
        try:
            birthday = header == "День рождения"
            day = parse_birthday(cell, date.today() + timedelta(days=1)) if birthday else parse_date(cell)
        except ValueError:
            return []
        if day.year == YEAR_UNKNOWN:  # the year may be known
            return [f"-{day:%m-%d}", f"{day:%d.%m}"]
        return [str(day), f"{day:%d.%m.%Y}"]

    def _assert_nobody_mixed(self, rows, headers):
        """No two rows are one client unless a person says so, or a number, or they go on with each other."""
        by_client = {}
        for row in rows.filtered(lambda row: row.result in ("created", "updated", "unchanged")):
            if row.action != "duplicate":
                by_client.setdefault(row.res_id, []).append(dict(zip(headers, row.cells, strict=False)))
        for said in by_client.values():
            names = {re.sub(r"ооо|[ ,]", "", plain(cells["Клиент"])) for cells in said if cells.get("Клиент")}
            numbers = {tax_key(cells.get("ИНН", "").split("/")[0]) for cells in said} - {""}
            if len(names) > 1:
                self.assertEqual(len(numbers & {"7728168971", "7707083893"}), 1, said)


@tagged("post_install", "-at_install")
class TestImportKilled(ImportKinds):
    """Wherever it is killed, it goes on, and nothing is done twice."""

    def test_at_random_points(self):
        Import = self.env.registry["sales.import"]
        for seed, dice in dice_of(2, 20):
            with self.subTest(seed):
                lines = [f"Клиент {number} партии {seed};Тула" for number in range(40)]
                record = self._upload(("base.csv", "\n".join(["Клиент;Город", *lines]).encode()))
                record.action_read()
                work = "odoo.addons.sales_crm.models.intake.sales_import_work"
                with (
                    patch(f"{work}.CHECK_BATCH", dice.randint(1, 15)),
                    patch(f"{work}.IMPORT_BATCH", dice.randint(1, 15)),
                    patch.object(Import, "_batch_foreground", 0),
                ):
                    record.action_analyse()
                    self._work_killed(record, dice)
                    self.assertEqual(record.state, "preview", record.failure)
                    record.action_import()
                    self._work_killed(record, dice)
                self.assertEqual(record.state, "done", record.failure)
                self.assertEqual(record.row_ids.mapped("result"), ["created"] * 40)
                self.assertEqual(len(set(record.row_ids.mapped("res_id"))), 40)
                found = self.env["res.partner"].search_count([("name", "=like", f"Клиент % партии {seed}")])
                self.assertEqual(found, 40)

    def _work_killed(self, record, dice):
        """Work on, with a run that knows nothing of those before; some batches are taken back."""
        while record.state in record._batch_states():
            with self.cr.savepoint() as savepoint:
                record._batch_as_user()._guarded_batch({})
                if dice.random() < 0.3:
                    savepoint.rollback()
            self.env.invalidate_all()
