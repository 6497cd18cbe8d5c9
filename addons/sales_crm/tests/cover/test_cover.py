from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SalesCrmCommon
from ..counting import Counted

TODAY = "2026-11-23"  # a Monday
MORNING = f"{TODAY} 08:30"


class CoverCase(SalesCrmCommon):
    """The colleague goes on leave from Monday to Wednesday; the manager covers for him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_client("Foreign", cls.colleague)
        cls.third = new_test_user(cls.env, "manager_c", "sales_crm.group_manager", tz="UTC", lang="en_US")

    @classmethod
    def _cover(cls, **values):
        return (
            cls.env["sales.access.rule"]
            .with_user(values.pop("author", cls.head))
            .create(
                {
                    "is_cover": True,
                    "user_ids": [Command.set(cls.manager.ids)],
                    "manager_ids": [Command.set(cls.colleague.ids)],
                    "date_from": date(2026, 11, 23),
                    "date_to": date(2026, 11, 25),
                    "reason": "Vacation",
                    **values,
                }
            )
        )

    def _day(self, user=None, moment=MORNING, **kwargs):
        with self._at(moment):
            return self.env["sales.my.day"].with_user(user or self.manager).get_day(**kwargs)

    def _covers(self, user=None, moment=MORNING):
        """:return: dict name of who is away -> ids of the rows of his plan"""
        covers = self._day(user, moment)["covers"]
        return {cover["user"]["name"]: [row["id"] for row in cover["rows"]] for cover in covers}

    def _seen(self, record, user=None):
        record = record.with_user(user or self.manager)
        return bool(record.has_access("read") and record.search([("id", "=", record.id)]))

    def _told(self, user, since):
        return (
            self.env["mail.message"]
            .search([("id", ">", since), ("partner_ids", "in", user.partner_id.ids)])
            .mapped("subject")
        )

    def _last_message(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id


@tagged("post_install", "-at_install")
class TestCover(CoverCase):
    """Who sets a cover, and what it gives."""

    def test_head_sets_covers_and_no_other_rule(self):
        self.assertFalse(self.head.has_group("sales_crm.group_admin"))
        cover = self._cover()
        self.assertEqual(
            (cover.scope, cover.perm_write, cover.perm_create, cover.perm_export),
            ("managers", True, True, False),
        )
        for values in ({"is_cover": False}, {"is_cover": False, "scope": "all", "date_to": False}):
            with self.assertRaises(UserError), self.cr.savepoint():
                cover.write(values)
        for values, error in (
            ({"perm_export": True}, IntegrityError),
            ({"perm_unlink": True}, IntegrityError),
            ({"scope": "all"}, IntegrityError),
            ({"date_to": False}, IntegrityError),
            ({"team_ids": [Command.set(self.team.ids)]}, ValidationError),
        ):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.cr.savepoint(),
            ):
                cover.write(values)
                cover.flush_recordset()
        rule = self._let_see(self.manager, self.foreign)
        for values in ({"is_cover": True}, {"reason": "Mine"}):
            with self.assertRaises(UserError), self.cr.savepoint():
                rule.with_user(self.head).write(values)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._cover(is_cover=False, date_from=False, date_to=False)

    def test_manager_sets_none(self):
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._cover(author=self.manager)
        cover = self._cover()
        for work in (
            lambda own: own.write({"date_to": date(2027, 1, 1)}),
            lambda own: own.action_end_cover(),
            lambda own: own.read(["reason"]),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                work(cover.with_user(self.manager))

    def test_bad_covers(self):
        for values in (
            {"user_ids": [Command.set(self.colleague.ids)]},
            {"user_ids": [Command.clear()]},
            {"manager_ids": [Command.clear()]},
            {"user_ids": [Command.clear()], "team_ids": [Command.set(self.team.ids)]},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.cr.savepoint():
                self._cover(**values)

    def test_by_the_form(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_cover_action_new")
        self.assertIn("default_is_cover", action["context"])
        Rule = self.env["sales.access.rule"].with_user(self.head)
        form = Form(
            Rule.with_context(default_is_cover=True, default_scope="managers"),
            "sales_crm.sales_cover_view_form",
        )
        form.manager_ids.add(self.colleague)
        form.user_ids.add(self.manager)
        form.date_from, form.date_to, form.reason = "2030-01-01", "2030-01-02", "Vacation"
        cover = form.save()
        self.assertEqual((cover.is_cover, cover.state, cover.perm_write), (True, "coming", True))
        self.assertIn("+1", cover.effect)

    def test_from_the_leave(self):
        self.colleague._sales_create_resources()
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "At sea",
                "resource_id": self.colleague._sales_resource().id,
                "date_from": "2026-11-23 00:00:00",
                "date_to": "2026-11-25 23:59:59",
            }
        )
        context = leave.with_user(self.head).action_sales_cover()["context"]
        self.assertEqual(
            [context[f"default_{name}"] for name in ("manager_ids", "date_from", "date_to", "reason")],
            [self.colleague.ids, "2026-11-23", "2026-11-25", "At sea"],
        )
        leave.resource_id = False
        with self.assertRaises(UserError):
            leave.action_sales_cover()

    def test_begins_and_ends_at_midnight_of_the_company_in_caches_too(self):
        self.calendar.tz = "Asia/Vladivostok"  # UTC+10
        self._cover()
        activity = self._plan(self.foreign, "2026-11-20", self.colleague)
        for moment, seen in (
            ("2026-11-22 13:59", False),
            ("2026-11-22 14:01", True),
            ("2026-11-25 13:59", True),
            ("2026-11-25 14:01", False),
        ):
            with self.subTest(moment=moment), self._at(moment):
                self.assertEqual(self._seen(self.foreign), seen)
                self.assertEqual(self._seen(activity), seen)
                self.assertEqual(bool(self._day(moment=moment)["covers"]), seen)
                owner = self.env["sales.access.rule"].with_user(self.manager)._owner_covered(self.foreign)
                self.assertEqual(owner, self.colleague if seen else self.env["res.users"])

    def test_is_not_passed_on(self):
        """B covers for A, C covers for B: C gets B's clients and not A's."""
        self._cover()
        self._cover(user_ids=[Command.set(self.third.ids)], manager_ids=[Command.set(self.manager.ids)])
        with self._at(MORNING):
            self.assertTrue(self._seen(self.client, self.third))
            self.assertFalse(self._seen(self.foreign, self.third))
        self.assertEqual(list(self._covers(self.third)), [self.manager.name])

    def test_warnings(self):
        cover = self._cover()
        with self._at(MORNING):
            self.assertIn("No days off are recorded", cover.cover_warning)
            cover.action_record_leave()
            cover.invalidate_recordset()
            self.assertFalse(cover.cover_warning)
            self.assertFalse(self.colleague._sales_workdays_begun())
            self._cover(user_ids=[Command.set(self.third.ids)], manager_ids=[Command.set(self.manager.ids)])
            self._cover(user_ids=[Command.set(self.third.ids)])
            cover.invalidate_recordset()
            self.assertIn(f"{self.manager.name} is away too", cover.cover_warning)
            self.assertIn(
                f"{self.colleague.name} is covered already by {self.third.name}", cover.cover_warning
            )
            self.manager._sales_create_resources()
            self.env["resource.calendar.leaves"].create(
                {
                    "resource_id": self.manager._sales_resource().id,
                    "date_from": "2026-11-24 00:00:00",
                    "date_to": "2026-11-24 12:00:00",
                }
            )
            other = self._cover(
                manager_ids=[Command.set(self.third.ids)], date_from=date(2026, 11, 24), date_to="2026-11-24"
            )
            self.assertIn(self.manager.name, other.cover_warning)
        with self._at("2026-12-24 10:00"):
            cover.invalidate_recordset()
            self.assertIn("are over", cover.cover_warning)

    def test_both_are_told(self):
        since = self._last_message()
        with self._at(MORNING):
            cover = self._cover()
            self.assertEqual(len(self._told(self.manager, since)), 1)
            self.assertIn(self.manager.name, self._told(self.colleague, since)[0])
            self.assertIn("Told", str(cover.message_ids[0].body))
            since = self._last_message()
            cover.reason = "Illness"
            self.assertFalse(self._told(self.manager, since))
            cover.date_to = date(2026, 11, 24)
            self.assertIn("11/24/2026", self._told(self.manager, since)[0])
            since = self._last_message()
            cover.user_ids = self.third
            self.assertIn("called off", self._told(self.manager, since)[0])
            self.assertIn("You cover", self._told(self.third, since)[0])

    def test_back_earlier(self):
        cover = self._cover()
        with self._at("2026-11-25 10:00"):
            self.assertTrue(self._seen(self.foreign))
            cover.action_end_cover()
            self.assertEqual((cover.date_to, cover.active), (date(2026, 11, 24), True))
            self.assertFalse(self._seen(self.foreign))
        coming = self._cover(date_from=date(2026, 12, 1), date_to=date(2026, 12, 2))
        with self._at("2026-11-25 10:00"):
            coming.action_end_cover()
        self.assertFalse(coming.active)


@tagged("post_install", "-at_install")
class TestCoverWork(CoverCase):
    """Work is credited to who did it, the sale to the owner."""

    def test_my_day_shows_the_plan_apart(self):
        own = self._plan(self.client, TODAY)
        carried = self._plan(self.foreign, "2026-11-20", self.colleague)
        today = self._plan(self.foreign, TODAY, self.colleague)
        self._plan(self.foreign, "2026-11-24", self.colleague)
        alien = self._plan(self._create_client("Of a third", self.third), TODAY, self.colleague)
        self.assertFalse(self._day()["covers"])
        self._cover()
        day = self._day()
        self.assertEqual([row["id"] for row in day["rows"]], own.ids)
        self.assertEqual(day["figures"]["total"], 1)
        [cover] = day["covers"]
        self.assertEqual(
            (cover["user"], cover["date_to"]),
            ({"id": self.colleague.id, "name": self.colleague.name}, "2026-11-25"),
        )
        self.assertEqual([row["id"] for row in cover["rows"]], (carried | today).ids)
        self.assertTrue(all(row["client"]["readable"] for row in cover["rows"]))
        self.assertNotIn(alien.id, [row["id"] for row in cover["rows"]])

    def test_two_covers(self):
        others = self._create_client("Of a third", self.third)
        first, second = self._plan(self.foreign, TODAY, self.colleague), self._plan(others, TODAY, self.third)
        self._cover()
        self._cover(manager_ids=[Command.set(self.third.ids)])
        self._cover(date_to=date(2026, 11, 27))  # twice the same: one section, the later end
        self.assertEqual(self._covers(), {self.colleague.name: first.ids, self.third.name: second.ids})
        self.assertEqual({cover["date_to"] for cover in self._day()["covers"]}, {"2026-11-25", "2026-11-27"})

    def test_the_head_sees_the_cover_in_the_managers_day(self):
        activity = self._plan(self.foreign, TODAY, self.colleague)
        self._cover()
        [cover] = self._day(self.head, user_id=self.manager.id)["covers"]
        self.assertEqual([row["id"] for row in cover["rows"]], activity.ids)
        self.assertFalse(self._day(self.head)["covers"])

    def test_the_queries_do_not_grow(self):
        self._cover(manager_ids=[Command.set((self.colleague | self.third).ids)])

        def queries():
            self.env.flush_all()
            self._day()
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                self._day()
            return counted.queries

        for manager in (self.colleague, self.third):
            self._plan(self._create_client("One", manager), TODAY, manager)
        queries()  # warms up what is cached for every request
        few = queries()
        for number in range(20):
            manager = (self.colleague, self.third)[number % 2]
            self._plan(self._create_client(f"Client {number}", manager), TODAY, manager)
        self.assertEqual(queries(), few)

    def test_done_is_credited_to_who_did_it(self):
        activity, other = (self._plan(self.foreign, TODAY, self.colleague) for _two in range(2))
        self._run_morning(MORNING)  # the colleague's leave isn't recorded: his plan is frozen
        self._cover()
        with self._at(MORNING):
            as_cover = activity.with_user(self.manager)
            following = as_cover.action_finish(self.outcome.id, "Agreed", {"date_deadline": "2026-11-26"})
            other.with_user(self.manager).action_move("2026-11-24")
        self.assertEqual((activity.done_user_id, activity.user_id), (self.manager, self.colleague))
        self.assertEqual(self.env["mail.activity"].browse(following).user_id, self.colleague)
        self.assertEqual(other.user_id, self.colleague)
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id)])
        self.assertEqual(line.user_id, self.colleague)
        day = self._day()
        [done] = day["done"]
        self.assertEqual((done["id"], done["instead_of"]), (activity.id, self.colleague.name))
        self.assertEqual((day["figures"]["done"], day["figures"]["total"]), (1, 1))
        with self._at(MORNING):
            other.with_user(self.manager).action_cancel_with_reason("Closed")
        self.assertEqual((other.activity_state_final, other.done_user_id), ("cancelled", self.manager))

    def test_the_sale_goes_to_the_owner(self):
        self._cover()
        contact = self.env["res.partner"].create({"name": "Petrov", "parent_id": self.foreign.id})
        with self._at(MORNING):
            as_cover = self.env(user=self.manager)
            Lead, Order = as_cover["crm.lead"], as_cover["sale.order"]
            made = Lead.create({"name": "Deal", "partner_id": contact.id})
            made |= Lead.with_context(default_partner_id=self.foreign.id).create({"name": "From the card"})
            for context in ({}, {"default_partner_id": self.foreign.id}):
                form = Form(Lead.with_context(default_type="opportunity", **context))
                form.partner_id = self.foreign
                made |= form.save()
            self.assertEqual(made.user_id, self.colleague)
            self.assertEqual(Order.create({"partner_id": self.foreign.id}).user_id, self.colleague)
            form = Form(Order)
            form.partner_id = self.foreign
            self.assertEqual(form.save().user_id, self.colleague)
            self.assertEqual(
                Lead.create(
                    {"name": "His own", "partner_id": self.foreign.id, "user_id": self.manager.id}
                ).user_id,
                self.manager,
            )
            form = Form(Lead.with_context(default_type="opportunity"))
            form.partner_id = self.foreign
            form.user_id = self.manager
            self.assertEqual(form.save().user_id, self.manager)
            self.assertEqual(Lead.create({"name": "Own", "partner_id": self.client.id}).user_id, self.manager)

    def test_without_a_cover_the_deal_is_who_enters_it(self):
        self._let_see(self.manager, self.foreign, perm_create=True)
        lead = self.env["crm.lead"].with_user(self.manager)
        self.assertEqual(lead.create({"name": "Deal", "partner_id": self.foreign.id}).user_id, self.manager)


@tagged("post_install", "-at_install")
class TestGiveBack(CoverCase):
    """When the cover is over, nothing planned for the clients is lost."""

    def test_after_the_cover_the_activities_go_to_the_owner(self):
        self.colleague.tz = "Europe/Moscow"
        self._cover()
        strayed = self._plan(self.foreign, "2026-11-25", self.manager)
        own = self._plan(self.client, "2026-11-25", self.manager)
        self._run_morning("2026-11-25 08:30")
        self.assertEqual(strayed.user_id, self.manager, "The cover is in force")
        since = self._last_message()
        self._run_morning("2026-11-26 08:30")
        self.assertEqual((strayed.user_id, own.user_id), (self.colleague, self.manager))
        self.assertEqual((strayed.user_tz, strayed.date_planned), ("Europe/Moscow", date(2026, 11, 25)))
        line = self.env["sales.plan.line"].search(
            [("activity_id", "=", strayed.id), ("date", "=", "2026-11-26")]
        )
        self.assertEqual((line.user_id, line.origin), (self.colleague, "carried"))
        self.assertIn("gone to", str(self.foreign.message_ids[0].body))
        self.assertEqual(len(self._told(self.colleague, since)), 1)
        count = len(self.foreign.message_ids)
        self._run_morning("2026-11-26 08:40")
        self._run_morning("2026-11-27 08:30")
        self.foreign.invalidate_recordset()
        self.assertEqual(len(self.foreign.message_ids), count)

    def test_what_he_may_see_stays(self):
        rule = self._let_see(self.manager, self.foreign)
        seen = self._plan(self.foreign, TODAY, self.manager)
        of_head = self._plan(self.foreign, TODAY, self.head)
        closed = self._plan(self.foreign, TODAY, self.manager)
        self._run_morning(MORNING)
        self.assertEqual(seen.user_id, self.manager)
        with self._at(MORNING):
            closed.with_user(self.manager).action_finish()
        rule.active = False
        self._run_morning("2026-11-24 08:30")
        self.assertEqual(
            (seen.user_id, of_head.user_id, closed.user_id), (self.colleague, self.head, self.manager)
        )

    def test_a_free_client_has_nobody_to_give_to(self):
        self.foreign.user_id = False
        activity = self._plan(self.foreign, TODAY, self.manager)
        self._run_morning(MORNING)
        self.assertEqual(activity.user_id, self.manager)

    def test_documents_of_the_client(self):
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.foreign.id, "user_id": self.colleague.id}
        )
        activity = self._plan(lead, TODAY, self.manager)
        self._run_morning(MORNING)
        self.assertEqual(activity.user_id, self.colleague)

    def test_the_queries_do_not_grow(self):
        def queries(count):
            for number in range(count):
                self._plan(self._create_client(f"Client {number}", self.colleague), TODAY, self.manager)
            self.env.flush_all()
            with Counted(self.cr) as counted:
                self.assertEqual(self.env["sales.morning"]._give_back_batch(self.manager), count)
            return counted.queries

        queries(2)
        self.assertEqual(queries(2), queries(30))

    def test_assigning_to_who_does_not_see_the_client_is_said(self):
        Activity = self.env["mail.activity"].with_user(self.head)
        warning = Activity.new({"user_id": self.manager.id, "plan_client_id": self.foreign.id})
        self.assertIn("Foreign", warning._onchange_hidden_from_assignee()["warning"]["message"])
        warning.user_id = self.colleague
        self.assertFalse(warning._onchange_hidden_from_assignee())
        form = Form(
            Activity.with_context(default_res_model="res.partner", default_res_id=self.foreign.id),
            "mail.mail_activity_view_form_popup",
        )
        with self.assertLogs("odoo.tests.form.onchange", "WARNING"):
            form.user_id = self.manager
        activity = self._plan(self.foreign, TODAY, self.colleague).with_user(self.head)
        with self.assertRaisesRegex(UserError, "Give to Another Manager"), self.cr.savepoint():
            activity.user_id = self.manager
        Activity.create(activity.copy_data({"user_id": self.manager.id}))
        self.assertIn("may not see this client", str(self.foreign.message_ids[0].body))
        lead = (
            self.env["crm.lead"]
            .with_user(self.head)
            .create({"name": "Deal", "partner_id": self.foreign.id, "user_id": self.manager.id})
        )
        self.assertIn("may not see the client", str(lead.message_ids[0].body))
        count = len(self.foreign.message_ids)
        self._plan(self.foreign, TODAY, self.colleague).with_user(self.head).user_id = self.head
        self.foreign.invalidate_recordset()
        self.assertEqual(len(self.foreign.message_ids), count)
