from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import SalesCrmCommon


class ExportCommon(SalesCrmCommon):
    """Two clients of ``manager``, one of ``colleague``; the head may export, the managers may not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._create_client("Beta", cls.manager)
        cls.foreign = cls._create_client("Gamma", cls.colleague)

    @classmethod
    def _rule(cls, user=None, **values):
        return cls.env["sales.access.rule"].create(
            {
                "reason": "Test",
                "user_ids": [Command.set((user or cls.manager).ids)],
                "scope": "own",
                "perm_read": True,
                "perm_export": True,
                **values,
            }
        )

    def _logs(self):
        return self.env["sales.export.log"].search([])

    def _export(self, user, records, *columns):
        return records.with_user(user).export_data(list(columns or ["name"]))["datas"]


@tagged("post_install", "-at_install")
class TestExportRight(ExportCommon):
    def test_manager_without_rule_exports_nothing(self):
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.client.id, "user_id": self.manager.id}
        )
        self.assertFalse(self.manager.has_group("base.group_allow_export"))
        for records in (self.client, lead, self.env["product.template"].search([], limit=1)):
            with self.assertRaises(AccessError):
                self._export(self.manager, records)
        self.assertFalse(self._logs())

    def test_group_is_not_enough_for_clients(self):
        """Odoo's own group goes for what hangs on no client."""
        self.manager.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        with self.assertRaisesRegex(AccessError, "2 of 2 records"):
            self._export(self.manager, self.client | self.second)
        product = self.env["product.template"].create({"name": "Thing"})
        self.assertEqual(self._export(self.manager, product), [["Thing"]])

    def test_head_exports_what_he_sees(self):
        """By the default of his group; the button asks the same group."""
        self.assertTrue(self.head.has_group("base.group_allow_export"))
        self.assertEqual(self._export(self.head, self.client | self.foreign), [["Alpha"], ["Gamma"]])
        group = self.env.ref("sales_crm.group_head")
        group.implied_ids = [Command.unlink(self.env.ref("base.group_allow_export").id)]
        self.assertFalse(self.head.has_group("base.group_allow_export"))
        with self.assertRaises(AccessError):
            self._export(self.head, self.client)

    def test_rule_covers_own_clients_only(self):
        self._rule()
        self._rule(scope="managers", manager_ids=self.colleague.ids, perm_export=False)
        self.assertTrue(self.manager.with_user(self.manager).has_group("base.group_allow_export"))
        own = self.client | self.second
        self.assertEqual(self._export(self.manager, own), [["Alpha"], ["Beta"]])
        with self.assertRaisesRegex(AccessError, "1 of 3 records"):
            self._export(self.manager, own | self.foreign)
        self.assertEqual(self._logs().mapped("row_count"), [2])

    def test_rule_gives_nothing_but_clients(self):
        self._rule()
        product = self.env["product.template"].create({"name": "Thing"})
        with self.assertRaises(AccessError):
            self._export(self.manager, product)

    def test_rule_for_all(self):
        self._rule(scope="all")
        self.assertEqual(self._export(self.manager, self.foreign), [["Gamma"]])

    def test_rule_ends_with_its_last_day(self):
        self._rule(date_from="2026-11-01", date_to="2026-11-23")
        with self._at("2026-11-23 12:00"):
            self.assertTrue(self.manager.has_group("base.group_allow_export"))
            self._export(self.manager, self.client)
        with self._at("2026-11-24 12:00"):
            self.assertFalse(self.manager.has_group("base.group_allow_export"))
            with self.assertRaises(AccessError):
                self._export(self.manager, self.client)

    def test_columns_reach_no_foreign_clients(self):
        """A list of something else, with a column that leads to clients."""
        self.manager.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        self._export(self.manager, self.manager, "partner_id/name")
        tag = self.env["res.partner.category"].create(
            {"name": "Tag", "partner_ids": [Command.set(self.client.ids)]}
        )
        for column in ("partner_ids", "partner_ids/name", "partner_ids/parent_id", "partner_ids/.id"):
            with self.assertRaisesRegex(AccessError, "1 of 1 records"):
                self._export(self.manager, tag, column)
        self._rule()
        self.assertEqual(self._export(self.manager, tag, "partner_ids/name"), [["Alpha"]])

    def test_context_key_and_archived_records(self):
        self._rule()
        self.foreign.active = False
        for context in ({"active_test": False}, {"import_compat": False}, {"su": True}):
            with self.assertRaises(AccessError):
                self._export(self.manager, (self.client | self.foreign).with_context(**context))

    def test_xlsx_report(self):
        """Of clients, by whoever makes such a report; report_xlsx brings one along."""
        report = self.env["ir.actions.report"].create(
            {
                "name": "Clients in Excel",
                "model": "res.partner",
                "report_type": "xlsx",
                "report_name": "report_xlsx.partner_xlsx",
            }
        )
        clients = self.client | self.second

        def render(user):
            return report.with_user(user)._render_xlsx(report, clients.ids, {})[0]

        with self.assertRaises(AccessError):
            render(self.manager)
        self._rule()
        self.assertTrue(render(self.manager))
        log = self._logs()
        self.assertEqual(
            (log.kind, log.res_model, log.user_id, log.name, log.row_count),
            ("xlsx", "res.partner", self.manager, "Clients in Excel", 1),
            "The first row of a sheet is its heading",
        )


@tagged("post_install", "-at_install")
class TestExportLog(ExportCommon):
    def test_row(self):
        with self._at("2026-11-23 22:30"):
            self.head.tz = "Europe/Moscow"
            self._export(self.head, self.client | self.foreign, "name", "user_id/name")
        log = self._logs()
        self.assertRecordValues(
            log,
            [
                {
                    "user_id": self.head.id,
                    "company_id": self.head.company_id.id,
                    "kind": "list",
                    "res_model": "res.partner",
                    "model_name": "Contact",
                    "row_count": 2,
                    "columns": "name, user_id/name",
                    "filter_description": "2 chosen records",
                }
            ],
        )
        self.assertEqual(str(log.date), "2026-11-24", "It is after midnight for him")
        self.assertEqual(log.domain, repr([("id", "in", sorted((self.client | self.foreign).ids))]))

    def test_rows_in_one_cell_count(self):
        tag = self.env["res.partner.category"].create(
            {"name": "Tag", "partner_ids": [Command.set((self.client | self.second | self.foreign).ids)]}
        )
        self._export(self.head, tag, "name", "partner_ids")
        self.assertEqual(self._logs().row_count, 3)

    def test_filter_in_words(self):
        self._export(self.head, self.client)
        log = self._logs()
        log._set_filter([("user_id", "in", self.manager.ids), ("active", "=", True)])
        self.assertEqual(log.filter_description, f"Salesperson = {self.manager.name}; Active = True")
        log._set_filter([])
        self.assertEqual(log.filter_description, "All")

    def test_nothing_exported_nothing_written(self):
        self._export(self.head, self.env["res.partner"])
        self.assertFalse(self._logs())

    def test_nobody_changes_the_log(self):
        self._export(self.head, self.client)
        log = self._logs()
        self.env.cr.flush()
        administrator = new_test_user(
            self.env, "access_admin", "sales_crm.group_admin,base.group_system,base.group_erp_manager"
        )
        for user in (self.manager, self.head, administrator):
            Log = log.with_user(user)
            with self.assertRaises(AccessError):
                Log.write({"row_count": 0})
            with self.assertRaises(AccessError):
                Log.unlink()
            with self.assertRaises(AccessError):
                Log.create({"user_id": user.id, "kind": "list", "row_count": 1})
        with self.assertRaises(UserError):
            log.sudo().row_count = 0
        with self.assertRaises(UserError):
            log.sudo().unlink()
        with self.assertRaises(AccessError):
            log.with_user(self.manager).read(["row_count"])
        self.assertEqual(log.with_user(self.head).row_count, 1)


@tagged("post_install", "-at_install")
class TestExportDayLimit(ExportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_export_day_limit = 3
        cls.second_head = new_test_user(cls.env, "second_head", "sales_crm.group_head", tz="UTC")
        cls._rule()

    def _export_two(self, user=None):
        self._export(user or self.manager, self.client | self.second)
        self.env.cr.flush()

    def _messages(self):
        return self.env["mail.message"].search([("subject", "ilike", "exported % rows in one day")])

    def test_heads_are_told_once(self):
        with self._at("2026-11-23 10:00"):
            self._export_two()
            self.assertFalse(self._messages())
            self._export_two()
            messages = self._messages()
            self.assertLessEqual((self.head | self.second_head).partner_id, messages.partner_ids)
            self.assertNotIn(self.manager.partner_id, messages.partner_ids)
            self.assertIn("4 rows", messages[0].subject)
            self.assertEqual(messages.author_id, self.env.ref("base.partner_root"))
            self._export_two()
            self.assertEqual(self._messages(), messages, "Once a day")
        with self._at("2026-11-24 10:00"):
            self._export_two()
            self.assertEqual(self._messages(), messages)
            self._export_two()
            self.assertGreater(self._messages(), messages, "The next day again")

    def test_head_tells_the_others(self):
        self.company.sales_export_day_limit = 1
        self._export_two(self.head)
        recipients = self._messages().partner_ids
        self.assertIn(self.second_head.partner_id, recipients)
        self.assertNotIn(self.head.partner_id, recipients)

    def test_never(self):
        self.company.sales_export_day_limit = 0
        for _time in range(3):
            self._export_two()
        self.assertFalse(self._messages())
        day = self.env["sales.export.day"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(day.row_count, 6)

    def test_a_failing_export_counts_nothing(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._export(self.manager, self.client)
            raise ZeroDivisionError
        self.env.cr.flush()
        self.assertFalse(self._logs())
        self.assertFalse(self.env["sales.export.day"].search([("user_id", "=", self.manager.id)]))
