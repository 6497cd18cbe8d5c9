from itertools import pairwise, permutations

from odoo.tests import tagged

from ...tools.geo import distance
from ...tools.route import order_stops
from ..chance import dice_of
from .test_visit import NOW, TODAY, VisitCommon


@tagged("post_install", "-at_install")
class TestRoute(VisitCommon):
    """The order of the visits: by distance where addresses are on the map, else by district and street."""

    def _client_at(self, name, latitude=0, longitude=0, **address):
        client = self._create_client(name, self.manager, city="Moscow", **address)
        client.write({"partner_latitude": latitude, "partner_longitude": longitude})
        return client

    def _route(self, user=None, moment=NOW):
        with self._at(moment):
            return self.env["sales.my.day"].with_user(user or self.manager).get_route()

    def _names(self, route):
        activities = self.env["mail.activity"].browse(stop["id"] for stop in route["stops"])
        return activities.client_id.mapped("name") if len(activities) == len(activities.client_id) else None

    def test_by_distance_from_the_last_check_in(self):
        # On a line to the north: 0.01 degree is 1 112 m
        far, near, middle = (
            self._client_at(name, latitude, 37.6, street="A")
            for name, latitude in (("Far", 55.79), ("Near", 55.76), ("Middle", 55.77))
        )
        for client in (far, near, middle):
            self._plan_visit(client)
        self.assertIn(self._names(self._route()), [["Near", "Middle", "Far"], ["Far", "Middle", "Near"]])
        here = {"latitude": 55.80, "longitude": 37.6, "accuracy": 10}
        again = self._plan_visit(far)
        with self._at(NOW):
            self.env["sales.visit"].with_user(self.manager).check_in(again.id, here)
        self.assertEqual(self._route()["stops"][0], {"id": again.id, "metres": False}, "He is there already")
        again.with_user(self.manager).action_cancel_with_reason("Done by phone")
        route = self._route()
        self.assertEqual(self._names(route), ["Far", "Middle", "Near"])
        self.assertEqual([round(stop["metres"] / 1112) for stop in route["stops"]], [1, 2, 1])

    def test_exact_times_keep_their_order(self):
        late, early, between = (
            self._client_at(name, latitude, 37.6)
            for name, latitude in (("Late", 55.75), ("Early", 55.79), ("Between", 55.77))
        )
        self._plan_visit(late, datetime_planned=f"{TODAY} 15:00:00")
        self._plan_visit(early, datetime_planned=f"{TODAY} 09:00:00")
        self._plan_visit(between)
        self.assertEqual(self._names(self._route()), ["Early", "Between", "Late"])

    def test_without_a_map_by_district_street_and_house(self):
        north, south = self.env["res.country.state"].create(
            [
                {"name": name, "code": name, "country_id": self.env.ref("base.be").id}
                for name in ("North", "South")
            ]
        )
        for name, state, street in (
            ("4", south, "Alder 1"),
            ("3", north, "Birch 1"),
            ("2", north, "Alder 10"),
            ("1", north, "Alder 9"),
        ):
            self._plan_visit(self._client_at(name, street=street, state_id=state.id))
        route = self._route()
        self.assertEqual(self._names(route), ["1", "2", "3", "4"])
        self.assertFalse(any(stop["metres"] for stop in route["stops"]))

    def test_an_address_off_the_map_stands_in_its_city(self):
        tver = self._client_at("Tver", 56.85, 35.9)
        tver.city = "Tver"
        for client in (self._client_at("Moscow on the map", 55.75, 37.6), self._client_at("Moscow"), tver):
            self._plan_visit(client)
        names = self._names(self._route())
        self.assertEqual(names.index("Moscow"), names.index("Moscow on the map") + 1)

    def test_the_map_of_the_whole_way(self):
        self.assertEqual(self._route()["map"], "")
        self._plan_visit(self._client_at("Point", 55.75, 37.6))
        self._plan_visit(self._client_at("Text", street="Tverskaya 1 & 2"))
        self.company.sales_route_map = "yandex"
        self.assertTrue(self._route()["map"].startswith("https://yandex.ru/maps/"))
        self.assertIn("~55.7500000,37.6000000~Tverskaya%201%20%26%202,%20Moscow", self._route()["map"])
        self.company.sales_route_map = "google"
        self.assertIn("&destination=Tverskaya", self._route()["map"])
        self.assertIn("&waypoints=55.75", self._route()["map"])
        self.company.write({"sales_route_map": False, "country_id": self.env.ref("base.kz").id})
        self.assertIn("yandex", self._route()["map"])
        self.company.country_id = self.env.ref("base.be")
        self.assertIn("google", self._route()["map"])

    def test_a_client_out_of_reach_tells_no_address(self):
        other = self._create_client("Other", self.colleague, city="Klin", street="Secret 1")
        other.write({"partner_latitude": 55.1, "partner_longitude": 37.1})
        self._plan_visit(other)
        self.assertEqual(self._route(), {"stops": [], "map": ""})
        self._plan_visit(self._client_at("Own", 55.75, 37.6))
        self.assertNotIn("55.1", self._route()["map"])

    def test_the_shortest_way_beside_all_others(self):
        """Of a few stops every order is tried."""
        for _seed, dice in dice_of(20, 300):
            stops = [
                (55 + dice.random() / 5, 37 + dice.random() / 3, dice.choice([None, None, 9, 11]))
                for _stop in range(dice.randrange(1, 7))
            ]
            start = dice.choice([None, (55.1, 37.1)])
            order, _metres = order_stops(stops, start)
            self.assertEqual(sorted(order), list(range(len(stops))))
            times = [stops[index][2] for index in order if stops[index][2]]
            self.assertEqual(times, sorted(times))
            best = min(self._length(stops, other, start) for other in self._allowed(stops))
            self.assertAlmostEqual(self._length(stops, order, start), best, delta=0.1)

    def test_many_stops(self):
        for _seed, dice in dice_of(3, 30):
            stops = [
                (55 + dice.random() / 5, 37 + dice.random() / 3, dice.choice([None, None, None, 9, 11]))
                for _stop in range(dice.randrange(10, 90))
            ]
            order, metres = order_stops(stops)
            self.assertEqual(sorted(order), list(range(len(stops))))
            times = [stops[index][2] for index in order if stops[index][2]]
            self.assertEqual(times, sorted(times))
            self.assertEqual(metres[0], False)
            by_time = sorted(range(len(stops)), key=lambda index: stops[index][2] or 10)
            self.assertLess(self._length(stops, order, None), self._length(stops, by_time, None))

    def _allowed(self, stops):
        for order in permutations(range(len(stops))):
            times = [stops[index][2] for index in order if stops[index][2]]
            if times == sorted(times):
                yield order

    def _length(self, stops, order, start):
        points = [start] if start else []
        points += [stops[index][:2] for index in order]
        return sum(distance(*one, *other) for one, other in pairwise(points))
