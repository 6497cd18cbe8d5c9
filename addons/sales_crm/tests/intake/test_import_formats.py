import io
import zipfile

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ...tools.vcard import read_vcards
from .test_import_kinds import ImportKinds

OUTLOOK = (
    '"Обращение","Имя","Отчество","Фамилия","Организация","Должность","Город (раб. адрес)","Рабочий телефон",'
    '"Телефон переносной","Годовщина","День рождения","Пол","Частное","Адрес эл. почты","Тип эл. почты"'
)
OUTLOOK_ENGLISH = (
    "First Name,Middle Name,Last Name,Company,Job Title,Business Phone,Mobile Phone,Birthday,E-mail Address,"
    "E-mail Type,E-mail 2 Address"
)
GOOGLE = (
    "First Name,Middle Name,Last Name,Organization Name,Organization Title,Birthday,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - City"
)
VCARDS = """BEGIN:VCARD
VERSION:3.0
N:Лисина;Вера;Львовна;;
FN:Вера Лисина
ORG:ООО «Тихий Лес\\, Тест»;Отдел продаж
TITLE:закупщик
TEL;TYPE=WORK:+7 499 555-05-01
TEL;TYPE=CELL:+7 903 555-05-02
EMAIL:vera@les.example
BDAY:--02-29
NOTE:любит чай\\nи кофе
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=A1=D0=BE=D0=BC=D0=BE=D0=B2;=
=D0=93=D0=BB=D0=B5=D0=B1;;;
TEL;CELL:89035550503
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Ия Норкина
TEL;VALUE=uri;TYPE="voice,home":tel:+7-903-555-05-04
BDAY:19810214
END:VCARD
"""


@tagged("post_install", "-at_install")
class TestImportFormats(ImportKinds):
    """Files of the programs that people have."""

    def _person(self, name):
        return self.env["res.partner"].search([("name", "=", name)])

    def test_outlook(self):
        text = "\n".join(
            [
                OUTLOOK,
                '"","Вера","Львовна","Лисина","ООО Тихий Лес","закупщик","Клин","+7 (499) 555-03-01",'
                '"+7 903 555 03 02","0.0.00","14.2.1981","Не определен","Ложь","vera@les.example","SMTP"',
                '"","Глеб","","Соболев","ООО Тихий Лес","","","","+7 903 555 03 03","0.0.00","0.0.00","","",'
                '"",""',
                '"","Ия","","Норкина","","","","","+7 903 555 03 04","0.0.00","0.0.00","","","",""',
            ]
        )
        record = self._import(text.encode("cp1251"), "outlook.csv")
        firm = self._found("ООО Тихий Лес")
        self.assertEqual((firm.is_company, firm.city), (True, "Клин"))
        self.assertEqual(set(firm.child_ids.mapped("name")), {"Лисина Вера Львовна", "Соболев Глеб"})
        vera = firm.child_ids.filtered("birthdate_date")
        self.assertEqual((vera.phone, vera.email), ("+7 903 555-03-02", "vera@les.example"))
        person = self._found("Норкина Ия")
        self.assertEqual((person.is_company, person.phone), (False, "+7 903 555-03-04"))
        self.assertFalse(person.birthdate_date, record.row_ids.mapped("message"))

    def test_outlook_in_english(self):
        line = (
            "Vera,,Lisina,Quiet Wood Test,buyer,+7 499 555-06-01,+7 903 555-06-02,1981-02-14,"
            "vera@wood.example,SMTP,"
        )
        self._import(f"{OUTLOOK_ENGLISH}\n{line}\n".encode(), "outlook.csv")
        person = self._found("Quiet Wood Test").child_ids
        self.assertEqual((person.name, person.email), ("Lisina Vera", "vera@wood.example"))

    def test_google(self):
        lines = (
            GOOGLE,
            "Вера,,Лисина,ООО Тихий Лес,закупщик, --02-29,* myContacts,* Work,vera@les.example,Work,"
            "+7 499 555-04-01 ::: +7 903 555-04-02,Дубна",
            "Глеб,,Соболев,,,1979-11-30,* myContacts,,,Mobile,8 (903) 555-04-03,",
        )
        self._import("\n".join(lines).encode(), "contacts.csv")
        firm, person = self._found("ООО Тихий Лес"), self._found("Соболев Глеб")
        self.assertEqual(firm.child_ids.phone, "+7 499 555-04-01, +7 903 555-04-02")
        self.assertEqual(str(firm.child_ids.birthdate_date), "1904-02-29")
        self.assertEqual((person.phone, str(person.birthdate_date)), ("+7 903 555-04-03", "1979-11-30"))

    def test_vcards(self):
        self._import(VCARDS.encode(), "contacts.vcf")
        firm = self._found("ООО «Тихий Лес, Тест»")
        self.assertEqual((firm.child_ids.name, firm.child_ids.function), ("Лисина Вера Львовна", "закупщик"))
        self.assertEqual(firm.child_ids.phone, "+7 499 555-05-01, +7 903 555-05-02")
        for text in ("Отдел продаж", "чай", "cell"):
            self.assertIn(text, str(firm.comment))
        self.assertEqual(self._found("Сомов Глеб").phone, "+7 903 555-05-03")
        self.assertEqual(str(self._found("Ия Норкина").birthdate_date), "1981-02-14")

    def test_commas_of_vcards(self):
        """Nothing is cut at a comma, escaped or not."""
        lines = (
            "VERSION:2.1",
            "FN:Барсук, чай и кофе",
            "ORG:ООО Барсук, Тест;Закупки, север",
            "TITLE;CHARSET=UTF-8:закупщик, чай",
            "NOTE:звонить по вторникам, до обеда",
            "URL:https://les.example/?a=1,2",
            "ADR;WORK:;;Ленина 3, офис 5;Казань;;420000;",
            'TEL;TYPE="work,voice":+7 499 555-05-01',
            "X-SHOP:первый, второй",
        )
        card = "\n".join(("BEGIN:VCARD", *lines, "END:VCARD", ""))
        [headers, row] = read_vcards(card.encode())
        found = dict(zip(headers, row, strict=True))
        self.assertEqual(found["First Name"], "Барсук, чай и кофе")
        self.assertEqual(found["Organization Name"], "ООО Барсук, Тест")
        self.assertEqual(found["Organization Title"], "закупщик, чай")
        self.assertEqual(found["Website 1 - Value"], "https://les.example/?a=1,2")
        self.assertEqual(found["Address 1 - Street"], "Ленина 3, офис 5")
        self.assertEqual(found["Phone 1 - Value"], "+7 499 555-05-01 (work)")
        for text in ("Закупки, север", "звонить по вторникам, до обеда", "X-SHOP: первый, второй"):
            self.assertIn(text, found["Notes"])

    def test_vcards_in_cp1251(self):
        self.assertEqual(read_vcards(VCARDS.encode("cp1251"))[1][1], "Лисина")

    def test_old_workbooks(self):
        for name in ("old.xls", "old.ods"):
            with self.subTest(name), self.cr.savepoint() as savepoint:
                with file_open(f"sales_crm/tests/intake/files/{name}", "rb") as file:
                    record = self._import(file.read(), name)
                client = self._found("ООО Барсук Тест")
                self.assertEqual((client.vat, client.phone), ("7728168971", "+7 499 555-41-01"))
                self.assertEqual(str(client.open_activity_ids.date_deadline), "2036-11-25")
                self.assertEqual(record.row_ids.mapped("action"), ["left", "create", "create"])
                savepoint.rollback()

    def test_repeated_cells(self):
        """The empty rest of a sheet is no rows; a value repeated millions of times is refused."""
        with file_open("sales_crm/tests/intake/files/old.ods", "rb") as file:
            source = zipfile.ZipFile(io.BytesIO(file.read()))

        def file_with(row):
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                for part in source.namelist():
                    text = source.read(part)
                    if part == "content.xml":
                        text = text.replace(b"</table:table>", row.encode() + b"</table:table>", 1)
                    archive.writestr(part, text)
            return content.getvalue()

        cells = '<table:table-cell table:number-columns-repeated="16384"{}>{}</table:table-cell>'
        rest = cells.format("", "")
        self._import(
            file_with(f'<table:table-row table:number-rows-repeated="1048000">{rest}</table:table-row>'),
            "rest.ods",
        )
        self.assertTrue(self._found("ООО Барсук Тест"))
        value = cells.format(' office:value-type="string"', "<text:p>x</text:p>")
        for rows in (f"{value}", f"{rest}</table:table-row><table:table-row>{value}"):
            repeated = f'<table:table-row table:number-rows-repeated="1000000">{rows}</table:table-row>'
            with self.assertRaises(UserError):
                self._import(file_with(repeated), "bomb.ods")

    def test_a_web_page_called_xls(self):
        rows = "<tr><td>ООО Барсук</td><td>Тула</td></tr>"
        self._import(
            f"<html><table><tr><th>Клиент</th><th>Город</th></tr>{rows}</table></html>".encode(), "a.xls"
        )
        self.assertEqual(self._found("ООО Барсук").city, "Тула")

    def test_foreign_files_are_named(self):
        for content, word in (
            ("1CClientBankExchange\nВерсияФормата=1.03", "bank statement"),
            ("\ufeff<?xml version='1.0'?><КоммерческаяИнформация>", "CommerceML"),
            ('<?xml version="1.0"?><a/>', "XML"),
            ('{"a": 1}', "JSON"),
        ):
            for encoding in ("utf-8", "cp1251"):
                data = content.encode(encoding, errors="ignore")
                with self.assertRaisesRegex(UserError, word), self.cr.savepoint():
                    self._upload(("clients.txt", data)).action_read()


@tagged("post_install", "-at_install")
class TestImportLayouts(ImportKinds):
    """Exports of other systems, known by their headers as a whole."""

    def _targets(self, headers, kind="clients"):
        content = f"{headers}\n{';'.join('x' for _header in headers.split(';'))}\n".encode("utf-16")
        record = self._upload(("export.csv", content), kind=kind)
        record.action_read()
        return {column.header: column.target for column in record.column_ids}

    def test_amocrm(self):
        deals = self._targets(
            "ID;Название сделки;Компания;Основной контакт;Ответственный;Этап сделки;Воронка;Бюджет;"
            "Дата создания сделки;Дата закрытия;Теги",
            "deals",
        )
        self.assertEqual(
            [deals[header] for header in ("ID", "Компания", "Этап сделки", "Бюджет", "Дата создания сделки")],
            ["deal_number", "deal_account", "deal_stage", "deal_value", "deal_open_date"],
        )
        self.assertEqual(deals["Основной контакт"], "deal_contact")
        contacts = self._targets(
            "Полное имя контакта;Компания;Должность;Рабочий телефон;Мобильный телефон;Рабочий email;"
            "Личный email;Ответственный;Теги"
        )
        self.assertEqual(
            [contacts[h] for h in ("Полное имя контакта", "Компания", "Мобильный телефон", "Личный email")],
            ["contact_name", "name", "contact_phone", "contact_email"],
        )

    def test_bitrix24(self):
        companies = self._targets(
            "ID;Тип компании;Название компании;Рабочий телефон;Мобильный телефон;Рабочий e-mail;"
            "Ответственный;Реквизит: ИНН;Реквизит: КПП"
        )
        self.assertEqual(
            [companies[h] for h in ("ID", "Название компании", "Мобильный телефон", "Реквизит: ИНН")],
            ["note", "name", "phone", "vat"],
        )
        deals = self._targets(
            "ID;Название;Стадия сделки;Сумма;Валюта;Компания;Контакт;Ответственный;Дата начала", "deals"
        )
        self.assertEqual(deals["Название"], "deal_name")
        self.assertEqual(deals["Контакт"], "deal_contact")

    def test_counterparties_of_1c(self):
        targets = self._targets("Наименование;Полное наименование;ИНН;КПП;Код;Основной менеджер")
        self.assertEqual(
            [targets[h] for h in ("Наименование", "Полное наименование", "ИНН", "Основной менеджер")],
            ["name", "note", "vat", "manager"],
        )
