import base64
import io
from unittest.mock import patch

from openpyxl import Workbook, load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import SalesCrmCommon
from ..counting import Counted

HEADERS = (
    *("Клиент", "ИНН", "Телефон", "Почта", "Город", "Контактное лицо", "День рождения", "Менеджер"),
    *("Класс", "Дата следующего шага", "Следующий шаг"),
)


class ImportCommon(SalesCrmCommon):
    def _upload(self, *files, user=None, **values):
        """An import with ``files`` (pairs of name and bytes) by the head."""
        user = user or self.head
        attachments = self.env["ir.attachment"].with_user(user)
        for name, content in files:
            attachments |= attachments.create({"name": name, "datas": base64.b64encode(content)})
        return (
            self.env["sales.import"]
            .with_user(user)
            .create({"attachment_ids": [(6, 0, attachments.ids)], **values})
        )

    def _workbook(self, *rows, headers=HEADERS):
        book = Workbook()
        for row in (headers, *rows):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def _check(self, content, name="base.xlsx", **values):
        record = self._upload((name, content), **values)
        record.action_read()
        record.action_analyse()
        self.assertEqual(record.state, "preview", record.failure)
        return record

    def _import(self, content, name="base.xlsx", **values):
        record = self._check(content, name, **values)
        record.action_import()
        self.assertEqual(record.state, "done", record.failure)
        return record

    def _found(self, name):
        return self.env["res.partner"].search([("name", "=", name), ("is_client", "=", True)])


@tagged("post_install", "-at_install")
class TestImportClients(ImportCommon):
    ROW = (
        *("ООО «Проба»", "7707083893", "+7 495 123-45-67", "info@proba.example", "Тверь"),
        *("Иванов Иван", "05.06.1980", "manager_a", "A", "25.11.2036", "Позвонить"),
    )

    def test_new_client(self):
        record = self._import(self._workbook(self.ROW))
        client = self._found("ООО «Проба»")
        self.assertEqual(record.row_ids.mapped("result"), ["created"])
        self.assertEqual((client.vat, client.city, client.client_class), ("7707083893", "Тверь", "A"))
        self.assertEqual(client.user_id, self.manager)
        contact = client.child_ids
        self.assertEqual((contact.name, str(contact.birthdate_date)), ("Иванов Иван", "1980-06-05"))
        self.assertEqual(contact.user_id, self.manager)
        step = client.open_activity_ids
        self.assertEqual((str(step.date_deadline), step.user_id), ("2036-11-25", self.manager))
        self.assertEqual(step.summary, "Позвонить")

    def test_preview_writes_nothing(self):
        record = self._check(self._workbook(self.ROW))
        self.assertEqual(record.row_ids.action, "create")
        self.assertFalse(self._found("ООО «Проба»"))

    def test_same_file_twice_changes_nothing(self):
        content = self._workbook(self.ROW)
        self._import(content)
        client = self._found("ООО «Проба»")
        stamp = client.write_date
        record = self._import(content)
        self.assertEqual(record.row_ids.mapped("action"), ["unchanged"])
        self.assertEqual(self._found("ООО «Проба»"), client)
        self.assertEqual(client.write_date, stamp)
        self.assertEqual(len(client.child_ids), 1)
        self.assertEqual(len(client.open_activity_ids), 1)

    def test_tax_number_updates_and_never_empties(self):
        self._import(self._workbook(self.ROW))
        client = self._found("ООО «Проба»")
        record = self._import(
            self._workbook(("ООО «Проба»", "7707083893", "", "", "Калуга", "", "", "", "", "", ""))
        )
        self.assertEqual(record.row_ids.action, "update")
        self.assertEqual(client.city, "Калуга")
        self.assertEqual(client.email, "info@proba.example")
        self.assertEqual(client.user_id, self.manager)

    def test_duplicates(self):
        self.company.country_id = self.env.ref("base.ru")
        self._import(self._workbook(self.ROW))
        empty = [""] * 6
        record = self._check(
            self._workbook(
                ("Другое имя", "", "8 (495) 123 45 67", "", "", *empty),
                ("Третье имя", "", "", "INFO@Proba.example", "", *empty),
                ("Проба, ООО", "", "", "", "Орёл", *empty),
            )
        )
        self.assertEqual(record.row_ids.mapped("action"), ["duplicate"] * 3)
        for row in record.row_ids:
            self.assertIn("ООО «Проба»", row.message)
        record.action_import()
        self.assertEqual(record.row_ids.mapped("result"), ["skipped"] * 3)
        self.assertFalse(self._found("Другое имя"))

    def test_duplicates_decided_before_the_check(self):
        first = self._import(self._workbook(self.ROW)).row_ids
        record = self._import(
            self._workbook(("Филиал", "", "+7 495 123-45-67", "", "Орёл", *[""] * 6)),
            duplicate_decision="update",
        )
        self.assertEqual(record.row_ids.mapped("result"), ["updated"])
        self.assertEqual(record.row_ids.res_id, first.res_id)

    def test_failed_rows_are_tried_again(self):
        record = self._import(self._workbook(self.ROW))
        record.row_ids.result = "failed"
        record.action_retry()
        self.assertEqual(record.state, "preview", record.failure)

    def test_duplicate_created_on_demand(self):
        self._import(self._workbook(self.ROW))
        record = self._check(
            self._workbook(("Филиал", "", "+7 495 123-45-67", "", "", "", "", "", "", "", ""))
        )
        record.row_ids.decision = "create"
        record.action_import()
        self.assertTrue(self._found("Филиал"))

    def test_errors_name_row_and_column(self):
        record = self._check(
            self._workbook(
                self.ROW,
                ("Плохая дата", "", "", "", "", "Пётр", "31.02.1980", "", "", "", ""),
                ("Плохой класс", "", "", "", "", "", "", "", "Я", "", ""),
                ("Нет такого", "", "", "", "", "", "", "nobody", "", "", ""),
                ("Плохой ИНН", "123", "", "", "", "", "", "", "", "", ""),
            )
        )
        bad = record.row_ids[1:]
        self.assertEqual(bad.mapped("action"), ["create", "create", "error", "create"])
        for row, word in zip(bad, ("31.02.1980", "Я", "nobody", "123"), strict=True):
            self.assertIn(word, row.message)
        record.action_import()
        self.assertTrue(self._found("ООО «Проба»"), "the good row is imported")
        self.assertFalse(self._found("Нет такого"))
        self.assertIn("31.02.1980", str(self._found("Плохая дата").comment), "one bad cell costs no client")

    def test_all_or_nothing(self):
        record = self._check(
            self._workbook(self.ROW, ("Нет такого", *[""] * 6, "nobody", "", "", "")), error_policy="all"
        )
        with self.assertRaisesRegex(UserError, "rows have errors"):
            record.action_import()
        self.assertFalse(self._found("ООО «Проба»"))

    def test_choice_of_a_column_is_remembered(self):
        def read(name):
            record = self._upload(
                ("base.xlsx", self._workbook((name, "box@box.example"), headers=("Клиент", "Ящик")))
            )
            record.action_read()
            return record, record.column_ids.filtered(lambda column: column.header == "Ящик")

        record, column = read("Первый")
        self.assertEqual(column.target, "note", "what is not understood is kept as a note")
        column.target = "email"
        record.action_analyse()
        record.action_import()
        self.assertEqual(self._found("Первый").email, "box@box.example")
        _record, column = read("Второй")
        self.assertEqual(column.target, "email")

    def test_encodings_and_separators(self):
        for number, (encoding, separator) in enumerate(
            [("utf-8", ","), ("utf-8-sig", ";"), ("cp1251", ";"), ("utf-16", "\t")]
        ):
            text = separator.join(["Клиент", "Город"]) + "\n" + separator.join([f"Щит-{number}", "Ёлкино"])
            self._import(text.encode(encoding), "base.csv")
            self.assertEqual(self._found(f"Щит-{number}").city, "Ёлкино", encoding)

    def test_result_is_a_workbook_without_formulas(self):
        record = self._import(self._workbook(("=2+3*cmd", *[""] * 10), self.ROW))
        report = self.env.ref("sales_crm.report_sales_import_xlsx").with_user(self.head)
        content, kind = report._render_xlsx(report, record.ids, {})
        self.assertEqual(kind, "xlsx")
        book = load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
        self.assertIn("ООО «Проба»", [cell.value for cell in cells])
        self.assertFalse([cell for cell in cells if cell.data_type == "f"])

    def test_queries_grow_with_batches_not_with_rows(self):
        def queries(count, letter):
            rows = [(f"{letter}{number} ООО", *[""] * 3, "Уфа", *[""] * 6) for number in range(count)]
            record = self._upload(("base.xlsx", self._workbook(*rows)))
            record.action_read()
            with Counted(self.env.cr) as counted:
                with patch.object(type(record), "_batch_foreground", 10000):
                    record.action_analyse()
                self.assertEqual(
                    set(record.row_ids.mapped("action")), {"create"}, record.row_ids.mapped("message")[:3]
                )
            return counted.queries

        queries(10, "a")
        few = queries(100, "b")
        many = queries(900, "c")
        self.assertLessEqual(many, few + 20)

    def test_time_that_runs_out_is_not_the_end(self):
        """After each batch the cron's time is over; core goes on as long as something is left."""
        rows = [(f"Client {number}", *self.ROW[1:]) for number in range(7)]
        record = self._upload(("base.xlsx", self._workbook(*rows)))
        record.action_read()
        Import, left = type(record), []

        def commit(_self, _processed, remaining):
            left.append(remaining)
            return 0

        def work():
            Import._cron_work(self.env["sales.import"])
            while left[-1]:
                Import._cron_work(self.env["sales.import"])
            self.env.invalidate_all()

        work_module = "odoo.addons.sales_crm.models.intake.sales_import_work"
        with (
            patch.object(Import, "_batch_foreground", 0),
            patch(f"{work_module}.CHECK_BATCH", 7),
            patch(f"{work_module}.IMPORT_BATCH", 7),
            patch.object(Import, "_commit", commit),
        ):
            record.action_analyse()
            work()
            self.assertEqual(record.state, "preview", record.failure)
            record.action_import()
            work()
        self.assertEqual(record.state, "done", record.failure)

    def test_right_that_is_lost_stops_one_import_only(self):
        heads = (self.head, new_test_user(self.env, "other_head", "sales_crm.group_head", lang="en_US"))
        records = [
            self._upload(("base.csv", f"Клиент\n{head.login} ООО\n".encode()), user=head) for head in heads
        ]
        Import = type(records[0])
        with patch.object(Import, "_batch_foreground", 0), patch.object(Import, "_commit", return_value=60):
            for record in records:
                record.action_read()
                record.action_analyse()
            self.head.group_ids = self.env.ref("sales_crm.group_manager")
            with self.assertLogs("odoo.addons.sales_crm.models.batch.sales_batch", "ERROR"):
                Import._cron_work(self.env["sales.import"])
        self.env.invalidate_all()
        first, second = (record.sudo() for record in records)
        self.assertEqual(first.state, "mapping")
        self.assertIn("Only a head of sales", first.failure)
        self.assertEqual((second.state, second.failure), ("preview", False))


@tagged("post_install", "-at_install")
class TestImportBadInput(ImportCommon):
    def _assert_refused(self, name, content, sentence):
        with self.assertRaisesRegex(UserError, sentence), self.cr.savepoint():
            self._upload((name, content)).action_read()

    def test_no_table(self):
        png = base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        self._assert_refused("base.xlsx", png, "base.xlsx")
        self._assert_refused("base.pdf", b"%PDF-1.4 nothing", "base.pdf")
        self._assert_refused("base.xlsx", b"", "base.xlsx")
        self._assert_refused("base.csv", "Клиент\n".encode(), "base.csv")
        self._assert_refused("base.xlsx", b"PK\x03\x04 broken", "base.xlsx")

    def test_50_megabytes_of_garbage(self):
        self._assert_refused("base.csv", b"\x00\xff" * (25 * 1024 * 1024), "MB")

    def test_without_files(self):
        with self.assertRaisesRegex(UserError, "Choose the files"):
            self._upload().action_read()

    def test_only_the_head(self):
        with self.assertRaises(AccessError):
            self._upload(("base.csv", b"x"), user=self.manager)
        record = self._upload(("base.xlsx", self._workbook(TestImportClients.ROW)))
        outsider = new_test_user(self.env, "outsider", "base.group_user")
        for user in (self.manager, outsider):
            for method in ("action_read", "action_analyse", "action_import", "action_download"):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    getattr(record.with_user(user), method)()
            with self.assertRaises(AccessError):
                record.with_user(user).read(["name"])

    def test_steps_are_not_written_by_hand(self):
        record = self._upload(("base.xlsx", self._workbook(TestImportClients.ROW)))
        with self.assertRaises(AccessError):
            record.with_context(sales_import_work=True).write({"state": "done"})


@tagged("post_install", "-at_install")
class TestImportDeals(ImportCommon):
    FILES = (
        ("accounts.csv", b"account,sector,office_location\nAcme,technolgy,Kenya\nBeta,medical,\n"),
        ("teams.csv", b"sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\n"),
        ("products.csv", b"product,series,sales_price\nGTX Pro,GTX,4821\n"),
        (
            "pipeline.csv",
            b"opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
            b"A1,Anna Snelling,GTXPro,Acme,Won,2016-10-20,2017-03-01,1054\n"
            b"A2,Anna Snelling,GTX Pro,Beta,Lost,2016-10-25,2017-03-11,0\n"
            b"A3,Anna Snelling,GTX Pro,,Engaging,2016-11-25,,\n",
        ),
    )

    def _run_deals(self):
        admin = self.env.ref("base.user_admin")
        admin.group_ids |= self.env.ref("sales_crm.group_head")
        record = self._upload(*self.FILES, user=admin, kind="deals")
        record.action_read()
        record.action_analyse()
        record.action_import()
        self.assertEqual(record.state, "done", record.failure)
        return record

    def test_deals_with_everything(self):
        record = self._run_deals()
        acme = self._found("Acme")
        agent = self.env["res.users"].search([("name", "=", "Anna Snelling")])
        self.assertTrue(agent.has_group("sales_crm.group_manager"))
        self.assertEqual(acme.country_id.code, "KE")
        deals = self.env["crm.lead"].with_context(active_test=False)
        won = deals.search([("partner_id", "=", acme.id)])
        self.assertTrue(won.stage_id.is_won)
        self.assertEqual((won.user_id, won.expected_revenue), (agent, 1054))
        lost = deals.search([("partner_id", "=", self._found("Beta").id)])
        self.assertFalse(lost.active)
        self.assertEqual(lost.probability, 0)
        self.assertEqual(len(self.env["product.product"].search([("name", "=", "GTX Pro")])), 1)
        rows = record.row_ids.filtered(lambda row: row.role and row.unmatched)
        self.assertIn(
            "A3", "".join(str(row.cells) for row in rows), "the deal without an account is reported"
        )

    def test_twice_changes_nothing(self):
        self._run_deals()
        count = self.env["crm.lead"].with_context(active_test=False).search_count([])
        record = self._run_deals()
        self.assertEqual(self.env["crm.lead"].with_context(active_test=False).search_count([]), count)
        self.assertEqual(set(record.row_ids.filtered("role").mapped("result")), {"unchanged"})


@tagged("post_install", "-at_install")
class TestImportHooks(ImportCommon):
    """What another add-on answers is asked wherever a file is matched."""

    def _answer(self, name, role, answer):
        Mapping = type(self.env["sales.import.mapping"])
        told = getattr(self.env["sales.import.mapping"], name)()
        told[role] = answer
        patcher = patch.object(Mapping, name, lambda _self: told)
        self.startPatcher(patcher)

    def test_a_kind_of_file(self):
        self._answer("_synonyms", "quota", {"quota_user": "чья квота", "quota_amount": "квота"})
        self._answer("_required_targets", "quota", {"quota_amount"})
        Mapping = self.env["sales.import.mapping"]
        words = Mapping._words()
        self.assertEqual(words.guess_role(["Чья квота", "Квота"]), "quota")
        self.assertEqual(words.guess_role(["Клиент", "ИНН"]), "client")
        self.assertEqual(
            words.suggest_columns("quota", ["Чья квота", "Квота", "Всякое"], {}),
            [("quota_user", 0), ("quota_amount", 0), ("skip", 0)],
        )
        self.assertEqual(Mapping._allowed_targets("quota"), ["skip", "quota_user", "quota_amount"])

    def test_a_word_for_a_column(self):
        synonyms = {**self.env["sales.import.mapping"]._synonyms()["client"], "city": "где стоит"}
        self._answer("_synonyms", "client", synonyms)
        record = self._upload(
            ("base.xlsx", self._workbook(("Альфа", "Тверь"), headers=("Клиент", "Где стоит")))
        )
        record.action_read()
        self.assertEqual(record.column_ids.sorted("position").mapped("target"), ["name", "city"])

    def test_every_target_is_of_a_kind_of_file(self):
        """A target that no kind of file has could not be chosen."""
        Mapping = self.env["sales.import.mapping"]
        allowed = {target for role in Mapping._roles() for target in Mapping._allowed_targets(role)}
        self.assertEqual(allowed, set(Mapping._fields["target"].get_values(self.env)))
        self.assertEqual(set(Mapping._roles()), set(Mapping._fields["role"].get_values(self.env)))
        for model, name in (("sales.import.column", "target"), ("sales.import.file", "role")):
            field = self.env[model]._fields[name]
            self.assertEqual(
                field._description_selection(self.env), Mapping._fields[name]._description_selection(self.env)
            )
