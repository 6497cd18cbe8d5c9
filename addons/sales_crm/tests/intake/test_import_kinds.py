import io
from unittest.mock import patch

from openpyxl import Workbook, load_workbook

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .test_import import ImportCommon


class ImportKinds(ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.ru")

    def _csv(self, *lines):
        return "\n".join(lines).encode()

    def _rows(self, *lines, **values):
        return self._check(self._csv(*lines), "base.csv", **values).row_ids

    def _take(self, *lines, **values):
        return self._import(self._csv(*lines), "base.csv", **values)


@tagged("post_install", "-at_install")
class TestImportSameClient(ImportKinds):
    """Which rows are one client, and that what they say otherwise is kept."""

    def test_namesakes_in_two_cities(self):
        rows = self._rows(
            "Клиент;Город;Телефон", "ООО Зебра;Тула;+7 487 255-13-01", "ООО Зебра;Клин;+7 496 245-13-02"
        )
        self.assertEqual(rows.mapped("action"), ["create", "duplicate"])

    def test_numbers_in_names(self):
        rows = self._rows("Клиент", "Магазин 1 12", "Магазин 11 2", "магазин 1 12")
        self.assertEqual(rows.mapped("action"), ["create", "duplicate", "unchanged"])

    def test_a_contact_of_the_client_above(self):
        self._take(
            "Клиент;Контакт;Телефон", "ООО Зебра;Ян Ёж;+7 487 255-13-01", "ООО Зебра;Ия Уж;+7 487 255-13-02"
        )
        client = self._found("ООО Зебра")
        self.assertEqual(set(client.child_ids.mapped("name")), {"Ян Ёж", "Ия Уж"})
        self.assertEqual(client.contact_channel_ids.mapped("note"), ["Ия Уж"], "whose phone it is")

    def test_shops_of_one_tax_number(self):
        record = self._take(
            "Клиент;ИНН;Адрес;Телефон;Менеджер",
            "ООО Зебра, склад;7728168971;Тула, Мира 1;+7 487 255-13-01;manager_a",
            "ООО Зебра, магазин;7728168971;Клин, Речная 2;+7 496 245-13-02;manager_b",
        )
        self.assertEqual(record.row_ids.mapped("result"), ["created", "updated"])
        client = self.env["res.partner"].browse(record.row_ids[0].res_id)
        self.assertEqual((client.name, client.user_id), ("ООО Зебра, склад", self.manager))
        for word in ("магазин", "Речная 2", "manager_b"):
            self.assertIn(word, f"{client.comment} {record.row_ids[1].message}")
        self.assertIn("+7 496 245-13-02", client.contact_channel_ids.mapped("value"))

    def test_an_update_never_renames(self):
        self._take("Клиент;ИНН;Город", "ООО Зебра;7728168971;Тула")
        self._take("Клиент;ИНН;Город", "ООО Конь;7728168971;Клин")
        client = self._found("ООО Зебра")
        self.assertEqual(client.city, "Клин")
        self.assertIn("ООО Конь", str(client.comment))

    def test_rubbish_is_no_key(self):
        for text in ("7,70708E+09", "уточнить", "DE", "0000000000", "12345"):
            with self.subTest(text):
                rows = self._take("Клиент;ИНН", f"Первый {text};{text}", f"Второй {text};{text}").row_ids
                self.assertEqual(rows.mapped("result"), ["created"] * 2, rows.mapped("message"))
                clients = self.env["res.partner"].browse(rows.mapped("res_id"))
                self.assertFalse(any(clients.mapped("vat")))
                self.assertIn(text, str(clients[0].comment))

    def test_the_second_phone_finds_him(self):
        self._take("Клиент;Телефон", "ООО Зебра;+7 499 555-20-01, +7 903 555-20-02")
        client = self._found("ООО Зебра")
        self.assertEqual(client.contact_channel_ids.mapped("value"), ["+7 903 555-20-02"])
        row = self._rows("Клиент;Телефон", "Зебра розница;8 903 555 20 02")
        self.assertEqual((row.action, row.res_id), ("duplicate", client.id))

    def test_a_row_that_repeats_one_that_is_skipped(self):
        """Nothing new about a client who is not brought in after all is no result."""
        lines = ("Клиент;Город", "ООО Зебра;Тула", "ООО Зебра;Тула")
        rows = self._rows(*lines)
        rows[0].decision = "skip"
        rows.import_id.action_import()
        self.assertEqual(rows.mapped("result"), ["skipped", "skipped"])
        self.assertIn("was not imported", rows[1].message)
        rows = self._take(*lines).row_ids
        self.assertEqual(rows.mapped("result"), ["created", "unchanged"])
        self.assertEqual(rows[1].res_id, rows[0].res_id)


@tagged("post_install", "-at_install")
class TestImportOneBadCell(ImportKinds):
    """A cell that can't be read never costs the client."""

    def test_it_goes_to_the_note(self):
        record = self._take(
            "Клиент;E-mail;Класс;ИНН;Контакт;День рождения;Дата следующего шага;Следующий шаг",
            "Б1;vera@kot;Я;123;Рак А;1981;32.13.2026;Позвонить",
        )
        self.assertEqual(record.row_ids.result, "created", record.row_ids.message)
        client = self._found("Б1")
        for text in ("vera@kot", "Я", "123", "1981", "32.13.2026"):
            self.assertIn(text, str(client.comment))
            self.assertIn(text, record.row_ids.message)
        self.assertTrue(record.row_ids.warning)
        self.assertEqual(client.open_activity_ids.summary, "Позвонить")

    def test_words_for_nothing(self):
        self._take("Клиент;E-mail;Телефон;Город", "Б2;нет;-;#Н/Д", "Б3;Вера <vera@kot.example>;не указано;—")
        self.assertFalse(self._found("Б2").email or self._found("Б2").phone or self._found("Б2").city)
        self.assertEqual(self._found("Б3").email, "vera@kot.example")

    def test_a_firm_stays_a_firm(self):
        self._take("Клиент;День рождения", "ООО Сосна Плюс;14.02.1981")
        client = self._found("ООО Сосна Плюс")
        self.assertTrue(client.is_company)
        self.assertEqual(str(client.birthdate_date), "1981-02-14")

    def test_a_person_of_the_name_of_a_firm(self):
        self._take("Клиент;Город", "Сомов Глеб;Тула")
        record = self._take("Фамилия;Имя;Организация", "Сомов;Глеб;", duplicate_decision="update")
        self.assertEqual(record.row_ids.action, "unchanged", record.row_ids.message)
        self.assertTrue(self._found("Сомов Глеб").is_company)

    def test_people(self):
        self._take(
            "Фамилия;Имя;Отчество;Организация;Телефон",
            "Котова;Вера;Львовна;ООО Берег Тест;+7 499 555-20-01",
            "Сомов;Глеб;;;+7 903 555-20-03",
        )
        self.assertEqual(self._found("ООО Берег Тест").child_ids.name, "Котова Вера Львовна")
        person = self._found("Сомов Глеб")
        self.assertEqual((person.is_company, person.phone), (False, "+7 903 555-20-03"))


@tagged("post_install", "-at_install")
class TestImportSheets(ImportKinds):
    """Tables made for the eye."""

    def test_headers_again_and_totals(self):
        record = self._take(
            "№;Клиент;Телефон", "1;ООО Рак;+7 499 555-71-01", "№;Клиент;Телефон", "2;ООО Краб;", ";Итого: 2;"
        )
        self.assertEqual(record.row_ids.mapped("result"), ["created", "skipped", "created", "skipped"])
        left = record.row_ids.filtered(lambda row: row.result == "skipped")
        self.assertTrue(all(left.mapped("message")))

    def _book(self, **sheets):
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        return book

    def _content(self, book):
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def test_merged_cells(self):
        rows = [
            ("База отдела",),
            (),
            ("№", "Клиент", "Контакт", "Телефон"),
            (1, "ООО Дельта Тест", "Ершов Ян", "+7 499 555-31-01"),
            (None, None, "Окунева Ия", "+7 499 555-31-02"),
            ("Итого:", 1),
        ]
        book = self._book(База=rows)
        book["База"].merge_cells("B4:B5")
        book["База"].row_dimensions[5].hidden = True
        book.create_sheet("Архив").sheet_state = "hidden"
        record = self._import(self._content(book))
        self.assertEqual(len(self._found("ООО Дельта Тест").child_ids), 2, record.row_ids.mapped("message"))
        self.assertIn("Hidden rows", record.file_ids.notice)
        self.assertIn("Архив", record.file_ids.notice)
        titles = record.row_ids.filtered(lambda row: row.number in (1, 6))
        self.assertEqual(titles.mapped("action"), ["left"] * 2)
        report = self.env.ref("sales_crm.report_sales_import_xlsx").with_user(self.head)
        result = load_workbook(io.BytesIO(report._render_xlsx(report, record.ids, {})[0]))
        written = {str(cell.value) for sheet in result for line in sheet.iter_rows() for cell in line}
        source = {str(cell) for row in rows for cell in row if cell is not None}
        self.assertFalse(source - written, "the result has every cell of the file")

    def test_a_sheet_per_manager(self):
        new_test_user(self.env, "sokolova", "sales_crm.group_manager", name="Соколова Ольга", lang="en_US")
        head = ("Клиент", "Телефон")
        book = self._book(
            Орлов=[head, ("М1 Тест", "+7 499 555-30-01")], Соколова=[head, ("М2 Тест", "+7 499 555-30-02")]
        )
        record = self._upload(("base.xlsx", self._content(book)))
        record.action_read()
        first, second = record.file_ids.sorted("id")
        self.assertEqual((first.role, second.role), ("client", False))
        self.assertEqual(second.manager_id.login, "sokolova")
        second.role = "client"
        record.action_analyse()
        record.action_import()
        self.assertEqual(self._found("М2 Тест").user_id, second.manager_id)
        self.assertTrue(self._found("М1 Тест"))


class ImportDeals(ImportKinds):
    def _deals(self, *lines):
        record = self._upload(
            ("deals.csv", self._csv("ID;Сделка;Стадия;" + lines[0], *lines[1:])), kind="deals"
        )
        record.action_read()
        stage = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        record.action_analyse()
        for value in record.value_ids.filtered(lambda value: value.kind == "stage" and not value.stage_id):
            value.write({"outcome": "open", "stage_id": stage.id})
        record.action_analyse()
        return record

    def _lead(self, row):
        return self.env["crm.lead"].with_context(active_test=False).browse(row.res_id)


@tagged("post_install", "-at_install")
class TestImportDealsRight(ImportDeals):
    def test_namesakes(self):
        Partner = self.env["res.partner"]
        clients = Partner.create(
            [
                {
                    "name": "ООО Двойня",
                    "is_client": True,
                    "is_company": True,
                    "city": city,
                    "user_id": user.id,
                }
                for city, user in (("Тула", self.manager), ("Клин", self.colleague))
            ]
        )
        record = self._deals(
            "Компания;Ответственный", "771;Поставка;New;ООО Двойня;manager_b", "772;Ещё;New;ООО Двойня;"
        )
        first, second = record.row_ids
        self.assertEqual((first.action, second.action), ("create", "error"))
        self.assertIn("Тула, Клин", second.message)
        record.action_import()
        self.assertEqual(self._lead(first).partner_id, clients[1])

    def test_amounts(self):
        record = self._deals("Сумма", "781;A;New;1,054", "782;B;New;$15", "783;C;New;1.054.000")
        record.action_import()
        first, dollars, third = record.row_ids
        self.assertEqual(self._lead(first).expected_revenue, 0)
        self.assertIn("1,054", str(self._lead(first).description))
        self.assertIn("1,054", first.message)
        self.assertEqual(self._lead(third).expected_revenue, 1054000)
        self.assertIn("$15", f"{self._lead(dollars).description}{self._lead(dollars).expected_revenue}$15")

    def test_closed_before_opened(self):
        record = self._deals(
            "Дата создания;Дата закрытия",
            "791;A;Won;10.03.2025;01.03.2025",
            "792;B;Won;;02.03.2025",
            "793;C;Won;01.02.2025;03.03.2025",
        )
        record.action_import()
        for row in record.row_ids:
            lead = self._lead(row)
            self.assertLessEqual(lead.create_date, lead.date_closed)
        self.assertTrue(record.row_ids[0].warning)


@tagged("post_install", "-at_install")
class TestImportMend(ImportKinds):
    """What the check has found is mended in the table."""

    def test_cells_are_corrected_and_checked_again(self):
        record = self._check(
            self._csv("Клиент;E-mail;Менеджер", "М1;vera@kot;", "М2;;nobody", "М3;a@kot.example;"), "base.csv"
        )
        rows = record.row_ids
        self.assertEqual(rows.mapped("question"), ["warning", "error", False])
        mend = self.env["sales.import.mend"].with_user(self.head).browse(record.action_mend()["res_id"])
        self.assertEqual(mend.line_ids.mapped("header"), ["Менеджер", "E-mail"])
        mend.line_ids[0].text = "manager_a"
        mend.line_ids[1].text = "vera@kot.example"
        mend.action_apply()
        self.assertEqual(record.state, "preview", record.failure)
        self.assertEqual(rows.mapped("question"), [False, False, False], rows.mapped("message"))
        record.action_import()
        self.assertEqual(self._found("М1").email, "vera@kot.example")
        self.assertEqual(self._found("М2").user_id, self.manager)

    def test_cells_to_correct_in_russian(self):
        """Quotes are others there; each cell is told its own fault only."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.head.lang = "ru_RU"
        record = self._check(self._csv("Клиент;E-mail;Менеджер", "М1;vera@kot;nobody"), "base.csv")
        record = record.with_user(self.head).with_context(lang="ru_RU")
        lines = self.env["sales.import.mend"].browse(record.action_mend()["res_id"]).line_ids
        self.assertEqual(lines.mapped("header"), ["E-mail", "Менеджер"])
        self.assertNotIn("Менеджер", lines[0].message)
        self.assertNotIn("E-mail", lines[1].message)

    def test_the_list_is_grouped_by_what_needs_a_person(self):
        self._take("Клиент;Телефон", "ООО Зебра;+7 499 555-20-01")
        rows = self._rows("Клиент;Телефон", "ООО Зебра;+7 499 555-20-02", "Конь;+7 499 555-20-01")
        self.assertEqual(rows.mapped("question"), ["name", "phone"])
        action = rows.import_id.with_context(row_filter="needs").action_view_rows()
        self.assertEqual(action["context"], {"search_default_needs": 1, "search_default_by_question": 1})

    def test_another_import_between_two_batches(self):
        """No twins: the client that another import has brought in meanwhile is noticed."""
        work = "odoo.addons.sales_crm.models.intake.sales_import_work"
        first = self._check(self._csv("Клиент;Город", "Т1;Тула", "Т2;Тула"), "base.csv")
        second = self._check(self._csv("Клиент;Город", "Т2;Клин"), "base.csv")
        with patch(f"{work}.IMPORT_BATCH", 1), patch.object(type(first), "_batch_foreground", 0):
            first.action_import()
            memory = {}
            first._batch_as_user()._guarded_batch(memory)
            second.action_import()
            second._batch_as_user()._guarded_batch({})
            self.env.invalidate_all()
            first._batch_as_user()._guarded_batch(memory)
        self.env.invalidate_all()
        self.assertEqual(
            first.row_ids.mapped("result"), ["created", "failed"], first.row_ids.mapped("message")
        )
        self.assertEqual(len(self._found("Т2")), 1)
        self.assertEqual((first.state, second.state), ("done", "done"))


@tagged("post_install", "-at_install")
class TestImportClientsOfDeals(ImportDeals):
    """A file of deals brings the clients in that it says how to reach."""

    HEADERS = "Компания;Контакт;Телефон;Почта;Город;Ответственный"

    def _rows_of(self, record, role):
        return record.row_ids.filtered(lambda row: row.role == role).sorted("id")

    def test_a_new_client_with_his_deals(self):
        record = self._deals(
            self.HEADERS,
            "801;A;New;Ладья;Иван Петров;8-903-111-22-33, 8-903-111-22-34;;Тула;manager_a",
            "802;B;New;Ладья;Иван Петров;8-903-111-22-33, 8-903-111-22-34;;Тула;manager_a",
            "803;C;New;Ладья;Мария Сидорова;8-903-111-22-35;m@ladya.example;Тула;manager_a",
            "804;D;New;Alpha;;;;;",
        )
        self.assertTrue(record.create_clients)
        clients = self._rows_of(record, "client")
        self.assertEqual(clients.mapped("number"), [2, 4])
        self.assertEqual(clients[0].action, "create")
        self.assertFalse(self._found("Ладья"))
        record.action_import()
        self.assertEqual(record.state, "done", record.failure)
        client = self._found("Ладья")
        self.assertEqual((len(client), client.city, client.user_id), (1, "Тула", self.manager))
        self.assertEqual(set(client.child_ids.mapped("name")), {"Иван Петров", "Мария Сидорова"})
        phones = " ".join([client.phone, *client.contact_channel_ids.mapped("value")])
        self.assertIn("111-22-34", phones)
        deals = self._lead(self._rows_of(record, "deal")[0])
        for row in self._rows_of(record, "deal"):
            deals |= self._lead(row)
        self.assertEqual(deals.partner_id, client | self.client)
        record.action_undo()
        self.assertEqual(set(record.row_ids.mapped("result")), {"undone"})
        self.assertFalse(deals.exists())
        self.assertTrue(self.client.exists())

    def test_a_person_without_a_firm(self):
        record = self._deals(self.HEADERS, "811;A;New;;Иван Петров;8-903-111-22-33;;;")
        record.action_import()
        client = self._found("Иван Петров")
        self.assertFalse(client.is_company)
        self.assertEqual(self._lead(self._rows_of(record, "deal")).partner_id, client)

    def test_his_phone_is_another_clients(self):
        """A person decides; the deal goes where he says."""
        twin = self._create_client("Ладья плюс", self.manager, phone="+7 903 111-22-33")
        record = self._deals(self.HEADERS, "821;A;New;Ладья;;8-903-111-22-33;;;")
        [row] = self._rows_of(record, "client")
        self.assertEqual((row.action, row.question), ("duplicate", "phone"))
        row.action_update()
        record.action_import()
        self.assertEqual(self._lead(self._rows_of(record, "deal")).partner_id, twin)
        self.assertFalse(self._found("Ладья"))

    def test_a_deal_that_failed_is_tried_again(self):
        twin = self._create_client("Ладья плюс", self.manager, phone="+7 903 111-22-33")
        record = self._deals(self.HEADERS, "822;A;New;Ладья;;8-903-111-22-33;;;")
        self._rows_of(record, "client").action_update()

        def refuse(leads, vals_list):
            raise UserError("Not today.")

        with patch.object(type(self.env["crm.lead"]), "create", refuse):
            record.action_import()
        [deal] = self._rows_of(record, "deal")
        self.assertEqual(deal.result, "failed")
        record.action_retry()
        record.action_import()
        self.assertEqual(self._lead(deal).partner_id, twin)

    def test_skipped_it_stays_a_text(self):
        self._create_client("Ладья плюс", self.manager, phone="+7 903 111-22-33")
        record = self._deals(self.HEADERS, "831;A;New;Ладья;;8-903-111-22-33;;;")
        record.action_import()
        lead = self._lead(self._rows_of(record, "deal"))
        self.assertEqual((lead.partner_id.id, lead.partner_name), (False, "Ладья"))
        self.assertIn("8-903-111-22-33", lead.description)

    def test_without_clients(self):
        record = self._deals(self.HEADERS, "841;A;New;Ладья;;8-903-111-22-33;;;")
        record.create_clients = False
        record.action_analyse()
        self.assertFalse(self._rows_of(record, "client"))
        record.action_import()
        lead = self._lead(record.row_ids)
        self.assertEqual(lead.partner_name, "Ладья")
        self.assertIn("8-903-111-22-33", lead.description)

    def test_a_corrected_cell(self):
        record = self._deals(self.HEADERS, "851;A;New;Ладья;;;кто-то;;", "852;A;New;Слон;;8-903-111-22-36;;;")
        [ladya, slon] = self._rows_of(record, "client")
        self.assertEqual(ladya.question, "warning")
        mend = self.env["sales.import.mend"].with_user(self.head).browse(record.action_mend()["res_id"])
        mend.line_ids.filtered(lambda line: line.row_id == ladya).text = "one@ladya.example"
        mend.action_apply()
        self.assertEqual((ladya.exists().question, slon.exists().action), (False, "create"))
        record.action_import()
        self.assertEqual(self._found("Ладья").email, "one@ladya.example")

    def test_namesakes_by_city(self):
        for city in ("Тула", "Клин"):
            self._create_client("Двойня", self.manager, city=city)
        record = self._deals("Компания;Город", "861;A;New;Двойня;Клин")
        record.action_import()
        self.assertEqual(self._lead(record.row_ids).partner_id.city, "Клин")

    def test_an_agent_who_comes_with_the_file(self):
        admin = new_test_user(
            self.env, "admin_head", "sales_crm.group_head,base.group_erp_manager,base.group_partner_manager"
        )
        self.head = admin
        record = self._deals(self.HEADERS, "871;A;New;Ладья;;8-903-111-22-33;;;Новиков Пётр")
        record.action_import()
        self.assertEqual(self._found("Ладья").user_id.name, "Новиков Пётр")
