import base64
import io
from datetime import date, datetime, timedelta

from PIL import Image
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...tools import geo
from ..common import SalesCrmCommon

TODAY = "2026-11-23"  # a Monday
NOW = f"{TODAY} 10:00"


class VisitCommon(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit_type = cls.env.ref("sales_crm.mail_activity_type_visit")
        cls.company.write({"sales_visit_days_a": 30, "sales_visit_days_b": 60, "sales_visit_days_c": 0})

    def _plan_visit(self, client=None, deadline=TODAY, **values):
        return self._plan(client or self.client, deadline, activity_type_id=self.visit_type.id, **values)

    def _visited(self, moment, client=None, outcome=None, user=None):
        """A visit that is done at ``moment`` (UTC)."""
        activity = self._plan_visit(client, moment[:10])
        with self._at(moment):
            activity.with_user(user or self.manager).action_finish((outcome or self.outcome).id, "Seen")
        return activity

    def _created_on(self, client, day):
        """The card was made on a day in the past."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET create_date = %s WHERE id = %s", (day, client.id))
        client.invalidate_recordset(["create_date"])
        client._recompute_visit_due_dates()


@tagged("post_install", "-at_install")
class TestVisitDates(VisitCommon):
    def test_due_after_the_last_visit_by_class_or_by_client(self):
        self.assertFalse(self.client.visit_due_date, "Without a class and an interval: no visits")
        self.client.client_class = "A"
        self._created_on(self.client, "2026-10-01 12:00:00")
        self.assertEqual(self.client.visit_due_date, date(2026, 10, 31))
        self._visited("2026-11-02 09:00")
        self.assertEqual(self.client.last_visit_date, date(2026, 11, 2))
        self.assertEqual(self.client.visit_due_date, date(2026, 12, 2))
        self.client.visit_interval_days = 7
        self.assertEqual(self.client.visit_due_date, date(2026, 11, 9))
        self.assertTrue(self.client.visit_overdue)
        self.client.write({"visit_interval_days": 0, "client_class": "C"})
        self.assertFalse(self.client.visit_due_date)

    def test_only_visits_that_met_the_client(self):
        self._visited("2026-11-02 09:00", outcome=self.no_answer)
        self._plan_visit()
        call = self._plan(self.client, TODAY)
        with self._at("2026-11-03 09:00"):
            call.with_user(self.manager).action_finish(self.outcome.id)
        cancelled = self._plan_visit()
        cancelled.with_user(self.manager).action_cancel_with_reason("Rain")
        self.assertFalse(self.client.last_visit_date)
        self.assertEqual(self.client.last_contact_date, date(2026, 11, 3))

    def test_the_day_is_the_visitors(self):
        self.manager.tz = "Asia/Vladivostok"  # UTC+10
        self.env.flush_all()
        self._visited("2026-11-02 20:00")
        self.assertEqual(self.client.last_visit_date, date(2026, 11, 3))

    def test_the_visitor_moves_to_another_time_zone(self):
        self.client.visit_interval_days = 7
        self._visited("2026-11-02 20:00")
        self.assertEqual(self.client.visit_due_date, date(2026, 11, 9))
        self.manager.tz = "Asia/Vladivostok"  # UTC+10
        self.assertEqual(self.client.last_visit_date, date(2026, 11, 3))
        self.assertEqual(self.client.visit_due_date, date(2026, 11, 10))

    def test_a_visit_opened_again_does_not_count(self):
        activity = self._visited("2026-11-02 09:00")
        activity.sudo().write({"active": True})
        self.assertFalse(self.client.last_visit_date)

    def test_a_type_becomes_a_visit(self):
        self._visited("2026-11-02 09:00")
        self.visit_type.is_visit = False
        self.assertFalse(self.client.last_visit_date)
        self.visit_type.is_visit = True
        self.assertEqual(self.client.last_visit_date, date(2026, 11, 2))

    def test_settings_move_the_clients_without_an_interval_of_their_own(self):
        other = self._create_client("Beta", self.manager, client_class="A", visit_interval_days=10)
        self.client.client_class = "A"
        for client in self.client | other:
            self._visited("2026-11-02 09:00", client)
        self.company.sales_visit_days_a = 45
        self.assertEqual(self.client.visit_due_date, date(2026, 11, 2) + timedelta(days=45))
        self.assertEqual(other.visit_due_date, date(2026, 11, 12))

    def test_negative_days_are_refused(self):
        for record, name in ((self.client, "visit_interval_days"), (self.company, "sales_visit_days_a")):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                record[name] = -1
                self.env.flush_all()

    def test_the_morning_run_leaves_them_true(self):
        self.client.client_class = "A"
        self._visited("2026-11-02 09:00")
        late = self._plan_visit(deadline="2026-11-20")
        self._run_morning(f"{TODAY} 08:30")
        self.assertEqual(late.carry_count, 1)
        self.client.invalidate_recordset()
        self.assertEqual(
            (self.client.last_visit_date, self.client.visit_due_date, self.client.next_step_date),
            (date(2026, 11, 2), date(2026, 12, 2), date(2026, 11, 23)),
        )

    def test_filters(self):
        self.client.client_class = "A"
        self._visited("2026-10-01 09:00")
        found = self.env["res.partner"].search(
            [("visit_due_date", "<", "today"), ("id", "=", self.client.id)]
        )
        self.assertEqual(found, self.client)

    def test_merged_clients_have_the_visits_of_both(self):
        twin = self._create_client("Alpha again", self.manager, client_class="A")
        self._visited("2026-11-02 09:00", twin)
        self.client.client_class = "A"
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | twin).ids, self.client)
        self.assertEqual(self.client.last_visit_date, date(2026, 11, 2))
        self.assertEqual(self.client.visit_due_date, date(2026, 12, 2))


@tagged("post_install", "-at_install")
class TestCheckIn(VisitCommon):
    HERE = {"latitude": 55.7558, "longitude": 37.6173, "accuracy": 20}

    def _check_in(self, activity, place=None, user=None, moment=NOW):
        with self._at(moment):
            return self.env["sales.visit"].with_user(user or self.manager).check_in(activity.id, place)

    def _visit(self, shown):
        return self.env["sales.visit"].browse(shown["id"])

    def test_time_of_the_server_and_distance_to_the_address(self):
        # 0.01 degree of latitude is 1 112 m
        self.client.write({"partner_latitude": 55.7658, "partner_longitude": 37.6173})
        activity = self._plan_visit()
        visit = self._visit(self._check_in(activity, self.HERE))
        self.assertEqual(visit.datetime_in, datetime(2026, 11, 23, 10))
        self.assertEqual((visit.client_id, visit.user_id), (self.client, self.manager))
        self.assertAlmostEqual(visit.distance, 1112, delta=1)
        self.assertEqual((visit.place, visit.accuracy), ("far", 20))
        self.company.sales_visit_radius = 1100
        near = self._visit(self._check_in(self._plan_visit(), self.HERE))
        self.assertEqual(near.place, "near", "1112 m, and 20 m is the accuracy")

    def test_without_a_place_it_works_as_well(self):
        self.assertEqual(self._check_in(self._plan_visit())["place"], "none")
        self.assertEqual(self._check_in(self._plan_visit(), self.HERE)["place"], "unknown")

    def test_places_that_cannot_be(self):
        activity = self._plan_visit()
        for place in (
            {"latitude": 91, "longitude": 0, "accuracy": 1},
            {"latitude": 0, "longitude": -181, "accuracy": 1},
            {"latitude": 0, "longitude": 0, "accuracy": -1},
            {"latitude": "nan", "longitude": 0, "accuracy": 1},
            {"latitude": "here", "longitude": 0, "accuracy": 1},
            {"latitude": 1},
            "here",
        ):
            with self.assertRaises(UserError, msg=place):
                self._check_in(activity, place)
        self.assertFalse(activity.visit_ids)

    def test_twice_on_one_day_is_once_and_another_day_is_another_visit(self):
        activity = self._plan_visit()
        first = self._check_in(activity)
        self.assertEqual(self._check_in(activity, self.HERE, moment=f"{TODAY} 11:00"), first)
        self._check_in(activity, moment="2026-11-24 09:00")
        self.assertEqual(len(activity.visit_ids), 2)

    def test_only_open_visits(self):
        for activity in (self._plan(self.client, TODAY), self._visited(NOW)):
            with self.assertRaises(UserError):
                self._check_in(activity)

    def test_not_for_clients_of_others(self):
        activity = self._plan_visit()
        with self.assertRaises(AccessError):
            self._check_in(activity, user=self.colleague)
        visit = self._visit(self._check_in(activity))
        self.assertFalse(self.env["sales.visit"].with_user(self.colleague).search([]) & visit)
        with self.assertRaises(AccessError):
            visit.with_user(self.colleague).read(["latitude"])
        self._let_see(self.colleague, self.client)
        self._check_in(self._plan_visit(), user=self.colleague)

    def test_nobody_changes_the_fact(self):
        visit = self._visit(self._check_in(self._plan_visit()))
        for user in (self.manager, self.head):
            mine = visit.with_user(user)
            with self.assertRaises(AccessError):
                mine.write({"place": "near"})
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaises(AccessError):
                mine.create({"activity_id": visit.activity_id.id, "client_id": self.client.id})

    def test_photos_follow_the_client_and_stay(self):
        visit = self._visit(self._check_in(self._plan_visit())).with_user(self.manager)
        self.assertEqual(visit.add_photo(self._picture((4000, 3000)))["photos"], 1)
        photo = visit.photo_ids
        self.assertLessEqual(max(Image.open(io.BytesIO(photo.raw)).size), 1920)
        with self.assertRaises(AccessError):
            photo.with_user(self.colleague).read(["datas"])
        with self.assertRaises(AccessError):
            photo.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            photo.with_user(self.manager).write({"raw": b"other"})
        for data in (base64.b64encode(b"<svg/>").decode(), "not base64!", base64.b64encode(b"text").decode()):
            with self.assertRaises(UserError):
                visit.add_photo(data)
        with self.assertRaises(UserError):
            visit.with_user(self.head).add_photo(self._picture((10, 10)))

    def _picture(self, size):
        stream = io.BytesIO()
        Image.new("RGB", size).save(stream, "JPEG")
        return base64.b64encode(stream.getvalue()).decode()

    def test_my_day_shows_the_way_and_the_check_in(self):
        self.client.write({"city": "Tver", "street": "Mira 1", "zip": "170000"})
        branch = self.env["res.partner"].create(
            {"name": "Shop", "parent_id": self.client.id, "type": "delivery", "street": "Lenina 5"}
        )
        branch.write({"city": "Klin"})
        main, at_branch = self._plan_visit(), self._plan_visit(branch)
        call = self._plan(self.client, TODAY)
        Day = self.env["sales.my.day"].with_user(self.manager)
        with self._at(NOW):
            stops = Day._get_stops(Day.get_day())
        self.assertEqual([stop["id"] for stop in stops], [at_branch.id, main.id], "Klin before Tver")
        self._check_in(main)
        with self._at(NOW):
            day = Day.get_day()
            stops = Day._get_stops(day)
        rows = {row["id"]: row for row in day["rows"]}
        self.assertFalse(rows[call.id]["visit"])
        self.assertTrue(rows[main.id]["visit"]["check_in"])
        self.assertFalse(rows[at_branch.id]["visit"]["check_in"])
        self.assertEqual([stop["id"] for stop in stops], [main.id, at_branch.id], "where he is comes first")
        with self._at(NOW):
            html, _kind = (
                self.env["ir.actions.report"]
                .with_user(self.manager)
                ._render_qweb_html("sales_crm.report_sales_route", self.manager.ids)
            )
        self.assertIn("Lenina 5", html.decode())
        with self.assertRaises(AccessError):
            self.env["report.sales_crm.report_sales_route"].with_user(self.colleague)._get_report_values(
                self.manager.ids
            )

    def test_lists_and_history(self):
        seen, unseen = self._visited(NOW), self._visited(NOW)
        activity = self._plan_visit()
        visit = self._visit(self._check_in(activity))
        Activity = self.env["mail.activity"].with_user(self.head).with_context(active_test=False)
        found = Activity.search([("client_id", "=", self.client.id), ("visit_ids", "=", False)])
        self.assertEqual(found, seen | unseen)
        self.assertEqual(activity.with_user(self.head).visit_place, "none")
        events = self.env["sales.client.history"].with_user(self.manager)
        event = events.search([("client_id", "=", self.client.id), ("kind", "=", "check_in")])
        self.assertEqual((event.res_model, event.res_id), ("sales.visit", visit.id))

    def test_distance_counted_by_hand(self):
        # A quarter of the equator, and from pole to pole
        self.assertAlmostEqual(geo.distance(0, 0, 0, 90), geo.EARTH_RADIUS * 3.14159265 / 2, delta=1)
        self.assertAlmostEqual(geo.distance(90, 0, -90, 50), geo.EARTH_RADIUS * 3.14159265, delta=1)
        self.assertEqual(geo.distance(55, 37, 55, 37), 0)


@tagged("post_install", "-at_install")
class TestVisitReport(VisitCommon):
    def _rows(self, today="2026-11-23", user=None):
        self.env.flush_all()
        Report = self.env["sales.visit.report"].with_user(user or self.head)
        Report.invalidate_model()
        with self._at(f"{today} 12:00"):
            rows = Report.search([("client_id", "=", self.client.id)], order="date_due")
            return [(str(row.date_due), row.state[2:], row.days_late) for row in rows]

    def test_each_occasion_counted_by_hand(self):
        """Made on August 1, visited every 30 days: due 31.8., 30.9. …"""
        self.client.client_class = "A"
        self._created_on(self.client, "2026-08-01 12:00:00")
        self.assertEqual(
            self._rows(),
            [
                ("2026-08-31", "missed", 0),
                ("2026-09-30", "missed", 0),
                ("2026-10-30", "missed", 0),
                ("2026-11-29", "coming", 0),
            ],
        )
        self._visited("2026-08-20 09:00")  # on time; next due 19.9.
        self._visited("2026-10-25 09:00")  # 19.9. missed, 19.10. late by 6 days; next due 24.11.
        self._visited("2026-10-26 09:00", outcome=self.no_answer)  # nobody was met
        self.assertEqual(
            self._rows(),
            [
                ("2026-08-31", "on_time", 0),
                ("2026-09-19", "missed", 0),
                ("2026-10-19", "late", 6),
                ("2026-11-24", "coming", 0),
            ],
        )
        self.assertEqual(self._rows("2026-11-25")[-1], ("2026-12-24", "coming", 0))
        self.assertEqual(self.client.visit_due_date, date(2026, 11, 24))
        with self._at("2026-11-23 12:00"):
            [(coverage, due, on_time)] = (
                self.env["sales.visit.report"]
                .with_user(self.head)
                ._read_group(
                    [("client_id", "=", self.client.id)],
                    aggregates=["coverage:avg", "due:sum", "on_time:sum"],
                )
            )
        self.assertAlmostEqual(coverage, 100 / 3)
        self.assertEqual((due, on_time), (3, 1))

    def test_visits_with_and_without_a_check_in(self):
        self.client.client_class = "A"
        self._created_on(self.client, "2026-09-01 12:00:00")
        self._visited("2026-09-20 09:00")
        activity = self._plan_visit(deadline="2026-10-15")
        with self._at("2026-10-15 09:00"):
            self.env["sales.visit"].with_user(self.manager).check_in(activity.id)
            activity.with_user(self.manager).action_finish(self.outcome.id, "Seen")
        self.env.flush_all()
        with self._at("2026-11-23 12:00"):
            rows = self.env["sales.visit.report"].with_user(self.head)
            rows = rows.search([("client_id", "=", self.client.id)], order="date_due")
            self.assertEqual(rows.mapped("checked_in"), [0, 1, 0, 0])
            self.assertEqual(rows.mapped("on_time"), [1, 1, 0, 0])
            self.assertEqual(rows.mapped("visited"), [1, 1, 0, 0])

    def test_two_visits_on_one_day_and_on_the_first_day(self):
        self.client.client_class = "A"
        self._created_on(self.client, "2026-11-01 12:00:00")
        self._visited("2026-11-01 15:00")
        self._visited("2026-11-01 16:00")
        self.assertEqual(self._rows(), [("2026-12-01", "coming", 0)])

    def test_only_ones_clients(self):
        self.client.client_class = "A"
        self.assertTrue(self._rows(user=self.manager))
        self.assertFalse(self._rows(user=self.colleague))

    def test_archived_and_unplanned_clients_are_not_in_it(self):
        self.assertFalse(self._rows())
        self.client.client_class = "A"
        self.assertTrue(self._rows())
        self.client.active = False
        self.assertFalse(self._rows())


@tagged("post_install", "-at_install")
class TestVisitTour(HttpCase):
    def test_route_and_check_in(self):
        """On the way: a browser that does not tell where it is, blocks nothing."""
        manager = new_test_user(
            self.env, "tour_manager", "sales_crm.group_manager", tz="UTC", lang="en_US", name="Tour manager"
        )
        client = self.env["res.partner"].create(
            {
                "name": "Tour client",
                "is_company": True,
                "is_client": True,
                "user_id": manager.id,
                "city": "Klin",
                "street": "Lenina 5",
            }
        )
        visit = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": client.id,
                "activity_type_id": self.env.ref("sales_crm.mail_activity_type_visit").id,
                "date_deadline": fields.Date.today(),
                "user_id": manager.id,
            }
        )
        self.start_tour("/odoo/my-day", "sales_crm_visit", login="tour_manager")
        self.assertEqual(visit.activity_state_final, "done")
        self.assertEqual((visit.visit_ids.user_id, visit.visit_ids.place), (manager, "none"))
        self.assertEqual(client.last_visit_date, fields.Date.today())
