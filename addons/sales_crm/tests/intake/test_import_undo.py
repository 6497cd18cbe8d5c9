from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_import_kinds import ImportKinds

WORK = "odoo.addons.sales_crm.models.intake.sales_import_work"
UNDO = "odoo.addons.sales_crm.models.intake.sales_import_undo"
HEADERS = "Клиент;ИНН;Телефон;Контактное лицо;Менеджер;Дата следующего шага;Следующий шаг"


@tagged("post_install", "-at_install")
class TestImportUndo(ImportKinds):
    """What an import has created goes again, and nothing that anybody has worked with."""

    def _take_one(self, step=";", manager="the_head"):
        record = self._take(
            HEADERS, f"Проба;7707083893;8-903-111-22-33 Вера, 8-903-111-22-44;Иван Петров;{manager};{step}"
        )
        self.assertEqual(record.row_ids.mapped("result"), ["created"])
        return record, self._found("Проба")

    def _step_on(self, days):
        day = fields.Date.context_today(self.head) + timedelta(days=days)
        return f"{day:%d.%m.%Y};Позвонить"

    def _all_of(self, client):
        everything = self.env["res.partner"].with_context(active_test=False)
        return everything.search([("id", "child_of", client.id)])

    # ------------------------------------------------------
    # What goes
    # ------------------------------------------------------

    def test_all_goes_that_came(self):
        record, client = self._take_one(self._step_on(3), "manager_a")
        parts = self.env["sales.import.made"]._parts(client)
        self.assertEqual(
            {model: len(found) for model, found in parts.items()},
            {
                "res.partner": 2,
                "sales.contact.channel": 1,
                "mail.activity": 1,
                "mail.message": len(parts["mail.message"]),
                "ir.attachment": 0,
            },
        )
        self.assertTrue(record.can_undo)
        record.action_undo()
        self.assertEqual((record.state, record.failure), ("undone", False))
        self.assertEqual(record.row_ids.mapped("result"), ["undone"])
        for model, found in parts.items():
            self.assertFalse(
                self.env[model].with_context(active_test=False).browse(list(found)).exists(), model
            )
        self.assertEqual((record.taken_back_count, record.stays_count), (1, 0))

    def test_it_comes_in_again(self):
        record, _client = self._take_one(self._step_on(3))
        record.action_undo()
        again, client = self._take_one(self._step_on(3))
        self.assertEqual(again.row_ids.action, "create")
        self.assertTrue(client)

    def test_further_rows_go_along(self):
        record = self._take(
            "Клиент;ИНН;Контактное лицо;Телефон",
            "Проба;7707083893;Иван Петров;",
            "Проба;7707083893;Мария Сидорова;8-903-111-22-44",
            "Проба;7707083893;Иван Петров;",
        )
        self.assertEqual(record.row_ids.mapped("result"), ["created", "updated", "unchanged"])
        self.assertEqual(len(self._found("Проба").child_ids), 2)
        record.action_undo()
        self.assertEqual(set(record.row_ids.mapped("result")), {"undone"})
        self.assertFalse(self._found("Проба"))

    def test_what_the_server_does_by_itself_keeps_nothing(self):
        record, client = self._take_one(self._step_on(3))
        self.env["sales.cadence"].with_user(self.head).create(
            {
                "name": "Calls",
                "activity_type_id": self.call.id,
                "scope": "domain",
                "client_domain": str([("id", "=", client.id)]),
                "date_from": fields.Date.context_today(self.head) + timedelta(days=60),
            }
        )
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=float("inf")):
            self.env["sales.client.class"]._cron_classify()
        record.action_undo()
        self.assertEqual(record.row_ids.mapped("result"), ["undone"])

    def test_deals_that_were_stuck_at_once(self):
        record = self._take_deals()
        leads = self.env["crm.lead"].browse(
            record.row_ids.filtered(lambda row: row.role == "deal").mapped("res_id")
        )
        self.assertEqual(leads.user_id, self.head)
        leads._mark_stuck()
        self.assertTrue(leads.activity_ids)
        record.action_undo()
        self.assertEqual(set(record.row_ids.mapped("result")), {"undone"})
        self.assertFalse(leads.exists())

    def test_what_was_in_a_plan_is_archived(self):
        """A plan against fact can't be embellished, by an undo neither."""
        record, client = self._take_one(self._step_on(0), "manager_a")
        day = fields.Date.context_today(self.head)
        activity = client.activity_ids
        activity.date_deadline = day  # a working day or not
        line = self.env["sales.plan.line"].create(
            {"activity_id": activity.id, "user_id": self.manager.id, "date": day}
        )
        record.action_undo()
        self.assertEqual(record.row_ids.mapped("result"), ["archived"])
        self.assertTrue(line.exists())
        self.assertEqual((client.active, client.child_ids.active), (False, False))
        self.assertEqual((activity.active, activity.activity_state_final), (False, "cancelled"))
        again = self._check(self._csv(HEADERS, "Проба;7707083893;;;;;"), "base.csv")
        self.assertEqual(again.row_ids.question, "tax")
        self.assertIn("archived", again.row_ids.message)

    # ------------------------------------------------------
    # What stays
    # ------------------------------------------------------

    def test_what_somebody_has_worked_with_stays(self):
        for number, work in enumerate(
            (
                lambda client: client.write({"city": "Тверь"}),
                lambda client: client.child_ids.write({"function": "Директор"}),
                lambda client: client.child_ids.write({"active": False}),
                lambda client: client.write({"child_ids": [(0, 0, {"name": "Пётр"})]}),
                lambda client: client.contact_channel_ids.write({"note": "вечером"}),
                lambda client: client.contact_channel_ids.unlink(),
                lambda client: client.message_post(body="Был разговор"),
                lambda client: client.activity_ids.action_feedback("Сделано"),
                lambda client: client.activity_schedule("mail.mail_activity_data_call"),
                lambda client: client.env["crm.lead"].create({"name": "Сделка", "partner_id": client.id}),
                lambda client: client.env["sale.order"].create({"partner_id": client.id}),
                lambda client: client.env["ir.attachment"].create(
                    {"name": "Договор", "raw": b"1", "res_model": client._name, "res_id": client.id}
                ),
                lambda client: client.env["calendar.event"].create(
                    {
                        "name": "Встреча",
                        "start": "2030-01-01 10:00:00",
                        "stop": "2030-01-01 11:00:00",
                        "partner_ids": [(4, client.child_ids.id)],
                    }
                ),
            )
        ):
            with self.subTest(number), self.env.cr.savepoint() as savepoint:
                record, client = self._take_one(self._step_on(3))
                work(client.with_user(self.head))
                record.action_undo()
                self.assertEqual(record.row_ids.mapped("result"), ["stays"])
                self.assertIn("Stays", record.row_ids.message)
                self.assertTrue(client.exists().active)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_who_was_there_before_stays(self):
        client = self._create_client("Проба", self.manager, vat="7707083893")
        record = self._take(HEADERS, "Проба;7707083893;8-903-111-22-33;;;;", "Новая;;;;;;")
        self.assertEqual(record.row_ids.mapped("result"), ["updated", "created"])
        record.action_undo()
        self.assertEqual(record.row_ids.mapped("result"), ["stays", "undone"])
        self.assertTrue(client.exists())
        self.assertFalse(self._found("Новая"))

    def _take_deals(self):
        record = self._upload(
            ("clients.csv", self._csv("account;city", "Alfa Trade;Tver", "Beta Trade;Tver")),
            (
                "deals.csv",
                self._csv(
                    "opportunity_id;account;deal_stage;close_value;sales_agent",
                    "1;Alfa Trade;Prospecting;100;the_head",
                    "2;Beta Trade;Prospecting;100;the_head",
                ),
            ),
            kind="deals",
        )
        record.action_read()
        record.action_analyse()
        record.action_import()
        self.assertEqual(record.state, "done", record.failure)
        self.assertEqual(set(record.row_ids.mapped("result")), {"created"})
        return record

    def test_deals(self):
        record = self._take_deals()
        alfa, beta = self._found("Alfa Trade"), self._found("Beta Trade")
        leads = self.env["crm.lead"].search([("partner_id", "in", (alfa | beta).ids)])
        self.assertEqual(len(leads), 2)
        lead = leads.filtered(lambda lead: lead.partner_id == beta)
        lead.with_user(self.head).expected_revenue = 200
        record.action_undo()
        self.assertEqual(record.state, "undone", record.failure)
        self.assertEqual(
            (leads.exists(), (alfa | beta).exists()), (lead, beta), record.row_ids.mapped("message")
        )
        self.assertEqual(record.row_ids.sorted("id").mapped("result"), ["undone", "stays"] * 2)

    # ------------------------------------------------------
    # Who, when, how far
    # ------------------------------------------------------

    def test_for_some_days(self):
        record, _client = self._take_one()
        with self._at((record.date_end + timedelta(days=8)).strftime("%Y-%m-%d %H:%M")):
            record.invalidate_recordset()
            self.assertFalse(record.can_undo)
            with self.assertRaisesRegex(UserError, "could be undone until"):
                record.action_undo()
        self.company.sales_import_undo_days = 0
        record.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "could be undone until"):
            record.action_undo()

    def test_nothing_to_undo(self):
        record = self._take("Клиент;ИНН", "Проба;12")
        record.action_undo()
        with self.assertRaisesRegex(UserError, "after it has ended"):
            record.action_undo()
        empty = self._take("Клиент;Телефон", ";8-903-111-22-33")
        with self.assertRaisesRegex(UserError, "no client and no deal"):
            empty.action_undo()

    def test_by_who_has_imported(self):
        record, _client = self._take_one()
        other = new_test_user(self.env, "other_head", "sales_crm.group_head")
        for user in (other, self.manager):
            with self.assertRaises(AccessError):
                record.with_user(user).action_undo()
        with self.assertRaises(AccessError):
            record.write({"state": "undoing"})
        with self.assertRaises(AccessError):
            record.row_ids.write({"made": False})

    def test_of_a_version_before(self):
        record, client = self._take_one()
        record.row_ids.sudo().made = False
        record.action_undo()
        self.assertIn("before imports could be undone", record.row_ids.message)
        self.assertTrue(client.exists())

    def test_it_goes_on_after_a_kill(self):
        record = self._take("Клиент;Телефон", *(f"Проба {n};8-903-111-22-{n}" for n in range(10, 16)))
        Import = type(record)
        with patch(f"{UNDO}.IMPORT_BATCH", 2), patch.object(Import, "_batch_foreground", 0):
            record.action_undo()
            self.assertEqual(record.state, "undoing")
            record._batch_as_user()._guarded_batch({})
            self.assertEqual(record.taken_back_count, 2)
            record.action_stop()
            self.assertEqual((record.state, record.can_undo), ("done", True))
            record.action_undo()
            while record.state == "undoing":
                record._batch_as_user()._guarded_batch({})
        self.assertEqual((record.state, record.taken_back_count), ("undone", 6))
        self.assertFalse(self.env["res.partner"].search_count([("name", "=like", "Проба 1_")]))

    def test_one_refusal_keeps_one(self):
        """Whatever another add-on forbids, the rest goes."""
        record = self._take("Клиент;Телефон", *(f"Проба {n};8-903-111-22-{n}" for n in range(10, 13)))
        Partner, kept = type(self.env["res.partner"]), self._found("Проба 11")
        unlink = Partner.unlink

        def refuse(partners):
            if kept in partners:
                raise UserError("Nobody deletes number eleven.")
            return unlink(partners)

        with patch.object(Partner, "unlink", refuse):
            record.action_undo()
        self.assertEqual(record.row_ids.sorted("id").mapped("result"), ["undone", "stays", "undone"])
        self.assertIn("number eleven", record.row_ids.filtered(lambda row: row.result == "stays").message)

    def test_managers_are_told_once(self):
        record = self._take(
            "Клиент;Менеджер", *(f"Проба {n};{self.manager.login}" for n in range(3)), "Моя;the_head"
        )
        Message = self.env["mail.message"]
        last = Message.search([], order="id DESC", limit=1).id
        record.action_undo()
        told = Message.search([("id", ">", last), ("message_type", "=", "user_notification")])
        self.assertEqual(told.notified_partner_ids, self.manager.partner_id)
        self.assertIn("3", told.body)
