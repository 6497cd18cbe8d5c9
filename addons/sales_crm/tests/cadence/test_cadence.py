from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_crm.tools.cadence import Rhythm, Room, phase
from odoo.addons.sales_crm.tools.work_time import Workdays

from ..common import SalesCrmCommon
from ..counting import Counted

MONDAY = date(2026, 11, 23)
FIVE_DAYS = [day for n in range(400) if (day := date(2026, 10, 1) + timedelta(days=n)).weekday() < 5]
WORKDAYS = Workdays(FIVE_DAYS, date(2026, 10, 1))


@tagged("post_install", "-at_install")
class TestRhythm(TransactionCase):
    """The arithmetic alone."""

    def test_working_days_are_counted_from_the_closing(self):
        rhythm = Rhythm("workday", 5, None, False)
        self.assertEqual(rhythm.following(MONDAY, MONDAY, WORKDAYS), date(2026, 11, 30))
        self.assertEqual(rhythm.following(MONDAY, date(2026, 11, 26), WORKDAYS), date(2026, 12, 3))
        every_day = Rhythm("workday", 1, None, False)
        self.assertEqual(every_day.following(MONDAY, date(2026, 11, 27), WORKDAYS), date(2026, 11, 30))

    def test_weeks_and_months_keep_their_day(self):
        weekly = Rhythm("week", 1, None, False)
        self.assertEqual(weekly.following(MONDAY, date(2026, 11, 26), WORKDAYS), date(2026, 11, 30))
        monthly = Rhythm("month", 1, None, False)
        self.assertEqual(
            monthly.following(date(2026, 10, 31), date(2026, 11, 2), WORKDAYS), date(2026, 11, 30)
        )
        self.assertEqual(
            monthly.following(date(2026, 10, 31), date(2026, 11, 30), WORKDAYS),
            date(2026, 12, 31),
            "the 31st comes back after a short month",
        )

    def test_weekday(self):
        rhythm = Rhythm("week", 1, 2, False)
        anchor, due = rhythm.first(1, MONDAY, WORKDAYS)
        self.assertEqual((anchor, due), (date(2026, 11, 25), date(2026, 11, 25)))
        without = Workdays([day for day in FIVE_DAYS if day != date(2026, 11, 25)], date(2026, 10, 1))
        anchor, due = rhythm.first(1, MONDAY, without)
        self.assertEqual(due, date(2026, 11, 26), "a holiday: the next working day")
        self.assertEqual(rhythm.following(anchor, due, without), date(2026, 12, 2), "Wednesday again")

    def test_phase_is_even_and_always_the_same(self):
        turns = [phase(client, 5) for client in range(1000, 2000)]
        self.assertEqual(turns, [phase(client, 5) for client in range(1000, 2000)])
        for slot in range(5):
            self.assertAlmostEqual(turns.count(slot), 200, delta=20)

    def test_pause_keeps_the_rhythm(self):
        rhythm = Rhythm("workday", 5, None, False)
        resumed = rhythm.resumed(MONDAY, MONDAY, date(2026, 12, 9), WORKDAYS)
        self.assertEqual(resumed, date(2026, 12, 14), "a Monday in the rhythm, after the pause")
        weekly = Rhythm("week", 2, None, False)
        self.assertEqual(weekly.resumed(MONDAY, MONDAY, date(2026, 12, 9), WORKDAYS), date(2026, 12, 21))

    def test_beyond_what_is_known(self):
        few = Workdays([MONDAY], MONDAY)
        self.assertGreater(few.after(MONDAY, 5), MONDAY)
        self.assertEqual(Workdays([], MONDAY).on_or_after(MONDAY), MONDAY)
        old = few.after(date(2025, 11, 24), 5)
        self.assertEqual(old, date(2025, 12, 1))

    def test_room(self):
        room = Room(1, {MONDAY: 1, date(2026, 11, 24): 1})
        self.assertEqual(room.find(MONDAY, WORKDAYS), date(2026, 11, 25))
        self.assertTrue(Room(0, {MONDAY: 999}).has(MONDAY), "0: no limit")


class CadenceCase(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients = cls.env["res.partner"].union(
            *(cls._create_client(f"Client {number}", cls.manager) for number in range(6))
        )
        cls.company.sales_day_capacity = 0

    def _cadence(self, clients=None, start=True, moment="2026-11-20 12:00", **values):
        """A cadence made by the head on the Friday before, for the first time on Monday."""
        clients = self.client if clients is None else clients
        with self._at(moment):
            cadence = (
                self.env["sales.cadence"]
                .with_user(self.head)
                .create(
                    {
                        "name": "Call",
                        "summary": "Ask for the stock",
                        "client_ids": [Command.set(clients.ids)],
                        "interval_number": 5,
                        "is_spread": False,
                        "date_from": MONDAY,
                        **values,
                    }
                )
            )
            if start:
                cadence.action_start()
        return cadence.sudo()

    def _of(self, cadence, client=None):
        """:return: the cadence's activities, open and closed"""
        domain = [("cadence_id", "=", cadence.id)]
        if client:
            domain.append(("client_id", "=", client.id))
        return self.env["mail.activity"].with_context(active_test=False).search(domain, order="id")

    def _mornings(self, first, count=1):
        for number in range(count):
            self._run_morning(f"{first + timedelta(days=number)} 08:30")

    def _done(self, activities, day):
        with self._at(f"{day} 15:00"):
            activities.with_user(self.manager).action_done()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestCadence(CadenceCase):
    """What the mornings create."""

    def test_first_occurrence(self):
        cadence = self._cadence(priority="1")
        self._mornings(MONDAY)
        activity = self._of(cadence)
        self.assertEqual(len(activity), 1)
        self.assertEqual(
            (activity.client_id, activity.user_id, activity.date_deadline, activity.date_planned),
            (self.client, self.manager, MONDAY, MONDAY),
        )
        self.assertEqual(
            (activity.summary, activity.priority, activity.activity_type_id),
            ("Ask for the stock", "1", self.call),
        )
        self.assertEqual(self.client.next_step_date, MONDAY)
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id)])
        self.assertEqual((line.origin, line.date, line.user_id), ("cadence", MONDAY, self.manager))

    def test_like_an_activity_planned_by_hand(self):
        """Whatever Odoo's create() writes, the statement writes as well."""
        cadence = self._cadence(note=False)
        self._mornings(MONDAY)
        by_hand = self._plan(self.client, MONDAY, summary="Ask for the stock")
        different = {
            name
            for name, field in by_hand._fields.items()
            if field.store and field.column_type and by_hand[name] != self._of(cadence)[name]
        }
        own = {"id", "cadence_id", "automated", "create_date", "write_date", "create_uid", "write_uid"}
        self.assertFalse(different - own)

    def test_again_and_again_changes_nothing(self):
        cadence = self._cadence(interval_number=1)
        for hour in ("08:00", "08:10", "12:00"):
            self._run_morning(f"{MONDAY} {hour}")
        self.assertEqual(len(self._of(cadence)), 1)

    def test_not_before_the_working_day_begins(self):
        cadence = self._cadence()
        self._run_morning(f"{MONDAY} 07:59")
        self.assertFalse(self._of(cadence))

    def test_started_after_the_plan_is_frozen(self):
        self._mornings(MONDAY)
        cadence = self._cadence(moment=f"{MONDAY} 10:00", interval_number=1)
        self._run_morning(f"{MONDAY} 10:10")
        self.assertFalse(self._of(cadence), "the plan of the day stays as it is")
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 1)

    def test_draft_creates_nothing(self):
        cadence = self._cadence(start=False)
        self._mornings(MONDAY)
        self.assertFalse(self._of(cadence))

    def test_open_is_carried_not_doubled(self):
        cadence = self._cadence(interval_number=1)
        self._mornings(MONDAY, 4)
        activity = self._of(cadence)
        self.assertEqual(len(activity), 1)
        self.assertEqual((activity.carry_count, activity.date_deadline), (3, date(2026, 11, 26)))

    def test_next_is_counted_from_the_closing(self):
        cadence = self._cadence()
        self._mornings(MONDAY, 3)
        self._done(self._of(cadence), date(2026, 11, 25))
        self._mornings(date(2026, 11, 26), 6)
        self.assertEqual(len(self._of(cadence)), 1, "not before five working days after Wednesday")
        self._mornings(date(2026, 12, 2))
        self.assertEqual(self._of(cadence)[1].date_deadline, date(2026, 12, 2))

    def test_cancelled_counts_as_closed(self):
        cadence = self._cadence(interval_number=1)
        self._mornings(MONDAY)
        with self._at(f"{MONDAY} 12:00"):
            self._of(cadence).with_user(self.manager).action_cancel_with_reason("Not today")
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 2)

    def test_moved_to_later_by_hand(self):
        cadence = self._cadence(interval_number=1)
        self._mornings(MONDAY)
        with self._at(f"{MONDAY} 12:00"):
            self._of(cadence).with_user(self.manager).action_move(date(2026, 11, 26))
        self._mornings(date(2026, 11, 24), 3)
        self.assertEqual(len(self._of(cadence)), 1, "the open one waits, no second one")

    def test_every_day(self):
        """Five working days, five price lists; none at the weekend."""
        cadence = self._cadence(interval_number=1)
        for number in range(7):
            day = MONDAY + timedelta(days=number)
            self._mornings(day)
            self._done(self._of(cadence).filtered("active"), day)
        self.assertEqual(len(self._of(cadence)), 5)

    def test_monthly(self):
        cadence = self._cadence(interval_unit="month", interval_number=1)
        self._mornings(MONDAY)
        self._done(self._of(cadence), MONDAY + timedelta(days=2))
        self._mornings(date(2026, 12, 22))
        self.assertEqual(len(self._of(cadence)), 1)
        self._mornings(date(2026, 12, 23))
        self.assertEqual(len(self._of(cadence)), 2)

    def test_days_off(self):
        """No occurrence on a holiday; it comes on the manager's next working day."""
        cadence = self._cadence()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": f"{MONDAY} 00:00:00",
                "date_to": f"{MONDAY} 23:59:59",
            }
        )
        self._mornings(MONDAY)
        self.assertFalse(self._of(cadence))
        self._mornings(date(2026, 11, 24))
        self.assertEqual(self._of(cadence).date_deadline, date(2026, 11, 24))

    def test_server_was_down(self):
        cadence = self._cadence(interval_number=1)
        self._mornings(date(2026, 11, 26))
        self.assertEqual(self._of(cadence).mapped("date_deadline"), [date(2026, 11, 26)], "one, not four")

    def test_time_zone_of_the_manager(self):
        self.manager.tz = "Asia/Vladivostok"
        cadence = self._cadence()
        self._run_morning("2026-11-22 22:00")
        self.assertEqual(self._of(cadence).date_deadline, MONDAY)

    # Capacity

    def test_capacity(self):
        self.company.sales_day_capacity = 2
        self._plan(self.client, MONDAY)
        cadence = self._cadence(self.clients)
        per_day = {}
        for number in range(5):
            day = MONDAY + timedelta(days=number)
            self._mornings(day)
            opened = self.env["mail.activity"].search([("user_id", "=", self.manager.id)])
            self.assertLessEqual(len(opened.filtered(lambda a, d=day: a.date_deadline == d)), 2)
            per_day[number] = len(self._of(cadence).filtered(lambda a, d=day: a.date_planned == d))
            with self._at(f"{day} 15:00"):
                opened.with_user(self.manager).action_done()
        self.assertEqual(per_day, {0: 1, 1: 2, 2: 2, 3: 1, 4: 0})

    def test_capacity_of_one_manager(self):
        self.company.sales_day_capacity = 1
        self.manager.sales_day_capacity = 4
        cadence = self._cadence(self.clients)
        self._mornings(MONDAY)
        self.assertEqual(len(self._of(cadence)), 4)

    def test_urgent_comes_first(self):
        self.company.sales_day_capacity = 1
        normal = self._cadence(self.clients[0])
        urgent = self._cadence(self.clients[1], priority="1")
        self._mornings(MONDAY)
        self.assertEqual((len(self._of(normal)), len(self._of(urgent))), (0, 1))

    def test_spread(self):
        many = self.env["res.partner"].union(
            *(self._create_client(f"Many {number}", self.manager) for number in range(50))
        )
        cadence = self._cadence(many, is_spread=True)
        days = [line.date_next for line in cadence.line_ids]
        self.assertEqual(set(days), {MONDAY + timedelta(days=number) for number in range(5)})
        self.assertLess(max(map(days.count, days)), 20)
        self._mornings(MONDAY)
        self.assertEqual(len(self._of(cadence)), days.count(MONDAY))

    # Life

    def test_pause_and_resume(self):
        cadence = self._cadence(self.clients, interval_number=1)
        self._mornings(MONDAY)
        before = self._of(cadence)
        self._done(before[0], MONDAY)
        with self._at(f"{MONDAY} 16:00"):
            cadence.with_user(self.head).action_pause()
        self._mornings(date(2026, 11, 24), 4)
        self.assertEqual(self._of(cadence), before, "nothing new")
        self.assertTrue(before[1].active, "what is open stays in the plan")
        with self._at("2026-11-27 12:00"):
            cadence.with_user(self.head).action_resume()
        self._mornings(date(2026, 11, 30))
        self.assertEqual(len(self._of(cadence) - before), 1, "one, not one for each missed day")

    def test_pause_with_an_end(self):
        cadence = self._cadence()
        with self._at("2026-11-20 13:00"):
            cadence.with_user(self.head).paused_until = date(2026, 11, 25)
            cadence.with_user(self.head).action_pause()
        self._mornings(MONDAY, 4)
        self.assertEqual(cadence.state, "running")
        self.assertFalse(self._of(cadence), "its rhythm is on Mondays")
        self._mornings(date(2026, 11, 30))
        self.assertEqual(len(self._of(cadence)), 1)

    def test_end(self):
        cadence = self._cadence(self.clients[:2], interval_number=1)
        self._mornings(MONDAY)
        self._done(self._of(cadence)[0], MONDAY)
        with self._at(f"{MONDAY} 16:00"):
            cadence.with_user(self.head).action_end()
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 2)
        self.assertEqual(self._of(cadence)[1].date_deadline, date(2026, 11, 24), "still carried")

    def test_last_day(self):
        cadence = self._cadence(interval_number=1, date_to=date(2026, 11, 24))
        for number in range(3):
            day = MONDAY + timedelta(days=number)
            self._mornings(day)
            self._done(self._of(cadence).filtered("active"), day)
        self.assertEqual(len(self._of(cadence)), 2)
        self.assertEqual(cadence.state, "ended")

    def test_another_interval(self):
        cadence = self._cadence(interval_number=20)
        self._mornings(MONDAY)
        self._done(self._of(cadence), MONDAY)
        with self._at(f"{MONDAY} 16:00"):
            cadence.with_user(self.head).interval_number = 2
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 1)
        self._mornings(date(2026, 11, 25))
        self.assertEqual(len(self._of(cadence)), 2, "two working days after the last one")

    def test_client_changes_hands(self):
        cadence = self._cadence(interval_number=1)
        self._mornings(MONDAY)
        self.client.user_id = self.colleague
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 1, "the open one is not doubled for the new manager")
        opened = self._of(cadence)
        with self._at("2026-11-24 12:00"):
            opened.with_user(opened.user_id).action_done()
        self._mornings(date(2026, 11, 25))
        self.assertEqual(self._of(cadence)[1].user_id, self.colleague)

    def test_client_without_a_manager(self):
        cadence = self._cadence()
        self.client.user_id = False
        self._mornings(MONDAY)
        self.assertFalse(self._of(cadence))
        self.client.user_id = self.colleague
        self._mornings(date(2026, 11, 24))
        self.assertEqual(self._of(cadence).user_id, self.colleague)

    def test_archived_client(self):
        cadence = self._cadence()
        self.client.active = False
        self._mornings(MONDAY)
        self.assertFalse(self._of(cadence))
        self.client.active = True
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 1)

    def test_named_manager(self):
        cadence = self._cadence(assign_to="user", user_id=self.colleague.id)
        self._let_see(self.colleague, self.client)
        self._mornings(MONDAY)
        self.assertEqual(self._of(cadence).user_id, self.colleague)

    def test_named_manager_who_does_not_see_the_client(self):
        cadence = self._cadence(assign_to="user", user_id=self.colleague.id)
        self.assertIn("may not see 1", cadence.hidden_warning)

    def test_condition(self):
        self.clients[:2].client_class = "A"
        cadence = self._cadence(
            self.env["res.partner"], scope="domain", client_domain="[('client_class', '=', 'A')]"
        )
        self.assertEqual(cadence.client_ids, self.clients[:2])
        self.clients[0].client_class = "B"
        self.clients[2].client_class = "A"
        self._mornings(MONDAY)
        self.assertEqual(self._of(cadence).client_id, self.clients[1:3])

    def test_chosen_clients_change(self):
        cadence = self._cadence(self.clients[:2])
        with self._at("2026-11-20 13:00"):
            cadence.with_user(self.head).client_ids = [
                Command.unlink(self.clients[0].id),
                Command.link(self.clients[5].id),
            ]
        self._mornings(MONDAY)
        self.assertEqual(self._of(cadence).client_id, self.clients[1] | self.clients[5])

    # What else hangs on it

    def test_merge_of_clients(self):
        cadence = self._cadence(self.clients[:2], interval_number=1)
        self._mornings(MONDAY)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(self.clients[:2].ids, self.clients[0])
        self.assertEqual(len(self._of(cadence)), 2, "no activity is lost")
        self.assertEqual(cadence.line_ids.client_id, self.clients[0])
        self._mornings(date(2026, 11, 24))
        self.assertEqual(len(self._of(cadence)), 2, "both are open: nothing new")

    def test_handover_takes_a_named_manager_along(self):
        cadence = self._cadence(assign_to="user", user_id=self.manager.id)
        handover = self.env["sales.handover"].with_user(self.head).create({"from_user_id": self.manager.id})
        handover.action_collect()
        handover.write({"distribution": "one", "receiver_id": self.colleague.id})
        handover.action_distribute()
        handover.action_preview()
        handover.action_run()
        self.assertEqual(handover.state, "done")
        self.assertEqual(cadence.user_id, self.colleague)
        self._mornings(MONDAY)
        self.assertEqual(self._of(cadence).user_id, self.colleague)

    def test_frozen_only_when_complete(self):
        """A second server does not freeze the plan while the first one is still at it."""
        self._cadence()
        morning = self.env["sales.morning"]
        with self._at(f"{MONDAY} 09:00"):
            morning._freeze_batch({self.manager.id: MONDAY})
            self.assertFalse(self.env["sales.plan.day"].search([("user_id", "=", self.manager.id)]))
            morning._regular_batch({self.manager.id: MONDAY})
            morning._freeze_batch({self.manager.id: MONDAY})
        self.assertTrue(self.env["sales.plan.day"].search([("user_id", "=", self.manager.id)]))

    def test_small_batches(self):
        cadence = self._cadence(self.clients)
        self.patch(type(self.env["sales.morning"]), "_batch_size", 2)
        self._mornings(MONDAY)
        self.assertEqual(self._of(cadence).client_id, self.clients)

    def test_queries_do_not_grow(self):
        counts = []
        for clients in (self.clients[:1], self.clients[1:]):
            self._cadence(clients, name=f"Cadence of {len(clients)}")
            morning = self.env["sales.morning"]
            self.env.flush_all()
            with self._at(f"{MONDAY} 09:00"):
                with Counted(self.cr) as counted:
                    self.assertEqual(morning._regular_batch({self.manager.id: MONDAY}), len(clients))
                counts.append(counted.queries)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestCadenceRights(CadenceCase):
    def test_manager_reads_what_concerns_him(self):
        own = self._cadence(self.client, name="Own")
        other = self._cadence(self._create_client("Foreign", self.colleague), name="Other")
        named = self._cadence(
            self._create_client("Third", self.colleague), assign_to="user", user_id=self.manager.id
        )
        Cadence = self.env["sales.cadence"].with_user(self.manager)
        self.env.invalidate_all()
        self.assertEqual(Cadence.search([]), own | named)
        self.assertFalse(named.with_user(self.manager).client_ids, "whose clients he may not see")
        with self.assertRaises(AccessError):
            other.with_user(self.manager).read(["name"])
        self.assertFalse(
            self.env["sales.cadence.client"].with_user(self.manager).search([("cadence_id", "=", other.id)])
        )

    def test_manager_changes_nothing(self):
        cadence = self._cadence().with_user(self.manager)
        for change in (
            lambda: cadence.write({"interval_number": 100}),
            cadence.action_end,
            cadence.action_pause,
            cadence.action_preview,
            cadence.unlink,
            lambda: cadence.line_ids.write({"date_next": "2030-01-01"}),
            cadence.copy,
            lambda: self.env["sales.cadence"].with_user(self.manager).create({"name": "Mine"}),
        ):
            with self.assertRaises(UserError):  # refused, whatever refuses it
                change()

    def test_capacity_is_not_the_managers_own_choice(self):
        with self.assertRaises(AccessError):
            self.manager.with_user(self.manager).sales_day_capacity = 1
        self.env["res.users"].browse(self.manager.id)._sales_create_resources()
        resource = self.manager._sales_resource()
        resource.with_user(self.head).sales_day_capacity = 7
        self.assertEqual(self.manager.sales_day_capacity, 7)

    def test_no_forging(self):
        cadence = self._cadence()
        activity = self._plan(self.client, MONDAY)
        with self.assertRaises(AccessError):
            activity.with_user(self.manager).cadence_id = cadence

    def test_bad_input(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._cadence(interval_number=0)
        with self.assertRaises(ValidationError):
            self._cadence(scope="domain", client_domain="[('no_field', '=', 1)]")
        with self.assertRaises(ValidationError):
            accountant = new_test_user(self.env, "no_manager", "account.group_account_invoice")
            self._cadence(assign_to="user", user_id=accountant.id)
        with self.assertRaises(UserError):
            self._cadence(self.env["res.partner"])
        with self.assertRaises(UserError):
            self._cadence(date_from=date(2026, 11, 1), date_to=date(2026, 11, 2))

    def test_what_has_worked_is_kept(self):
        cadence = self._cadence()
        self._mornings(MONDAY)
        with self.assertRaisesRegex(UserError, "end it"):
            cadence.unlink()

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        cadence = self._cadence()
        cadence.company_id = company
        self.assertFalse(self.env["sales.cadence"].with_user(self.head).search([("id", "=", cadence.id)]))

    def test_from_the_card(self):
        cadence = self._cadence(self.client)
        client = self.client.with_user(self.manager)
        self.assertEqual(client.cadence_count, 1)
        action = client.action_view_cadences()
        self.assertEqual(self.env["sales.cadence"].with_user(self.manager).search(action["domain"]), cadence)


@tagged("post_install", "-at_install")
class TestCadencePreview(CadenceCase):
    def _preview(self, cadence, moment):
        with self._at(moment):
            action = cadence.with_user(self.head).action_preview()
        lines = self.env["sales.plan.preview.line"].with_user(self.head).search(action["domain"])
        return {(line.user_id.id, line.date): line for line in lines}

    def test_preview_is_what_comes(self):
        """Ten mornings, everything done on its day: as the preview said, with a full day in it and two
        managers, another cadence and work that is there already."""
        self.company.sales_day_capacity = 3
        self.clients[4:].user_id = self.colleague
        self._plan(self.client, MONDAY)
        self._plan(self.client, date(2026, 11, 25))
        self._cadence(self.clients[:2], name="Other", interval_number=3)
        cadence = self._cadence(self.clients, start=False, interval_number=2)
        shown = self._preview(cadence, "2026-11-20 12:00")
        with self._at("2026-11-20 13:00"):
            cadence.with_user(self.head).action_start()
        created = {}
        for number in range(12):
            day = MONDAY + timedelta(days=number)
            self._mornings(day)
            opened = self.env["mail.activity"].search(
                [("user_id", "in", (self.manager | self.colleague).ids), ("date_deadline", "<=", day)]
            )
            for activity in opened.filtered(lambda a: a.cadence_id == cadence):
                key = (activity.user_id.id, day)
                created[key] = created.get(key, 0) + 1
            with self._at(f"{day} 15:00"):
                opened.action_done()
        last = MONDAY + timedelta(days=11)
        self.assertEqual(created, {key: line.new_count for key, line in shown.items() if key[1] <= last})
        self.assertTrue(all(line.total_count <= 3 for line in shown.values()))

    def test_preview_creates_nothing(self):
        cadence = self._cadence(start=False)
        shown = self._preview(cadence, "2026-11-20 12:00")
        self.assertFalse(self._of(cadence))
        self.assertEqual(cadence.state, "draft")
        self.assertEqual(
            [key[1] for key in shown][:2], [MONDAY, date(2026, 11, 30)], "every five working days"
        )

    def test_pause_and_last_day(self):
        cadence = self._cadence(interval_number=1, date_to=date(2026, 11, 27), start=False)
        cadence.paused_until = date(2026, 11, 24)
        shown = self._preview(cadence, "2026-11-20 12:00")
        self.assertEqual([key[1].day for key in shown], [25, 26, 27])

    def test_nothing_to_show(self):
        cadence = self._cadence(date_from=date(2027, 6, 1), start=False)
        with self.assertRaisesRegex(UserError, "creates nothing"):
            self._preview(cadence, "2026-11-20 12:00")

    def test_only_the_own_preview(self):
        other_head = new_test_user(self.env, "head_b", "sales_crm.group_head", tz="UTC")
        cadence = self._cadence(start=False)
        lines = self._preview(cadence, "2026-11-20 12:00").values()
        ids = [line.id for line in lines]
        Line = self.env["sales.plan.preview.line"]
        self.assertTrue(Line.with_user(self.head).search([("id", "in", ids)]))
        self.assertFalse(Line.with_user(other_head).search([("id", "in", ids)]))
