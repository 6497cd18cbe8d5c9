import re
from urllib.parse import quote

from odoo import api, fields, models

from ...tools.route import order_stops

YANDEX = "https://yandex.ru/maps/?rtt=auto&rtext="
GOOGLE = "https://www.google.com/maps/dir/?api=1&travelmode=driving"
# More stops than that the maps don't take in one address
YANDEX_STOPS = 25
GOOGLE_STOPS = 10

LAST = "\uffff"  # sorts after every name


class SalesMyDay(models.AbstractModel):
    """The order in which the visits of the day are made."""

    _inherit = "sales.my.day"

    @api.model
    def get_route(self, user_id=False, date=False):
        """The open visits of a day in the order of the way, also those of covered colleagues.

        Those that are checked in today come first. Where the addresses are on the map, the way is short:
        from the last check-in of the day on, visits at an exact time in the order of their times. Other
        addresses stand by city, district and street, after those of their city that are on the map.

        :param int user_id: the manager, as for :meth:`get_day`
        :param date: the day
        :return: dict ``stops``: list of dict ``id`` of the activity, ``metres`` from the stop before it (in a
            straight line; False where one of the two isn't on the map); ``map``: address of a map with the
            whole way, empty if there is nothing to show
        :raise AccessError: as for :meth:`get_day`
        """
        manager = self._get_manager(user_id)
        date = fields.Date.to_date(date) or manager._sales_today()
        visits = self._get_visits_to_make(manager, date)
        reached = self._get_reached(visits, date)
        stops = self._prepare_stops(visits - reached, manager)
        stops = self._order_stops(stops, self._get_last_place(manager, date))
        ways = [{"id": stop["id"], "metres": stop["metres"]} for stop in stops]
        return {
            "stops": [{"id": visit.id, "metres": False} for visit in reached] + ways,
            "map": self._get_map_of_route([stop["address"] for stop in stops if stop["address"]]),
        }

    @api.model
    def _get_stops(self, day):
        """:param dict day: as :meth:`get_day` returns it
        :return: the rows of open visits, also of covered colleagues, in the order of :meth:`get_route`
        """
        rows = [*day["rows"], *(row for cover in day["covers"] for row in cover["rows"])]
        visits = {row["id"]: row for row in rows if row["visit"]}
        route = self.get_route(day["user"]["id"], day["date"])["stops"]
        return [visits[stop["id"]] for stop in route if stop["id"] in visits]

    @api.model
    def _get_visits_to_make(self, manager, date):
        users = manager.union(*self._get_covered_until(manager))
        return self.env["mail.activity"].search(
            [
                ("user_id", "in", users.ids),
                ("date_deadline", "<=", date),
                ("activity_type_id.is_visit", "=", True),
            ]
        )

    @api.model
    def _get_reached(self, visits, date):
        """:return: those where somebody has checked in on ``date``, in the order of the check-ins"""
        # sudo: the check-ins of visits that the user sees
        check_ins = visits.sudo().visit_ids.filtered(lambda check_in: check_in.date == date)
        return check_ins.sorted("datetime_in").activity_id.sudo(False)

    @api.model
    def _prepare_stops(self, visits, manager):
        """:return: list of dict ``id``, ``address`` (False if he may not be seen), ``place`` (latitude
        and longitude, or None) and ``time`` (exact, or None)
        """
        # sudo: which clients they are; whether they may be read is asked
        clients = visits.sudo().client_id.sudo(False)
        readable = clients._filtered_access("read")
        stops = []
        for activity, partner in visits._visit_addresses().items():
            visit = visits.browse(activity)
            # sudo: see above
            is_seen = visit.sudo().client_id.sudo(False) <= readable
            is_on_map = is_seen and (partner.partner_latitude or partner.partner_longitude)
            stops.append(
                {
                    "id": activity,
                    "address": is_seen and self._prepare_address(partner),
                    "place": (partner.partner_latitude, partner.partner_longitude) if is_on_map else None,
                    "time": visit._get_exact_time(manager) or None,
                }
            )
        return stops

    @api.model
    def _get_last_place(self, manager, date):
        """:return: tuple of where the manager was seen last on ``date``, None if nobody knows"""
        # sudo: the check-ins of the day's own manager; nothing but the order of the way comes of them
        visit = (
            self.env["sales.visit"]
            .sudo()
            .search([("user_id", "=", manager.id), ("date", "=", date), ("place", "!=", "none")], limit=1)
        )
        return (visit.latitude, visit.longitude) if visit else None

    @api.model
    def _order_stops(self, stops, start):
        """:return: the stops in their order, each also with ``metres``"""
        stops = sorted(stops, key=self._get_stop_order)
        mapped = [stop for stop in stops if stop["place"]]
        way, metres = order_stops([(*stop["place"], stop["time"]) for stop in mapped], start)
        ordered = [{**mapped[at], "metres": far} for at, far in zip(way, metres, strict=True)]
        for stop in stops:
            if not stop["place"]:
                self._insert_by_address(ordered, {**stop, "metres": False})
        return ordered

    @api.model
    def _insert_by_address(self, ordered, stop):
        """Put a stop that is not on the map after the last one of its district, else city, else last."""
        for names in (("city", "district"), ("city",)):
            key = [self._get_part(stop, name) for name in names]
            alike = [
                at for at, one in enumerate(ordered) if [self._get_part(one, name) for name in names] == key
            ]
            if alike:
                at = alike[-1] + 1
                if at < len(ordered):
                    ordered[at]["metres"] = False
                return ordered.insert(at, stop)
        return ordered.append(stop)

    @api.model
    def _get_stop_order(self, stop):
        """:return: sort key of a stop: by city, district and street; house 9 before house 10"""
        return (
            [self._get_part(stop, name) for name in ("city", "district", "zip", "street")],
            fields.Datetime.to_string(stop["time"]) or "9",
            stop["id"],
        )

    @api.model
    def _get_part(self, stop, name):
        """:return: a part of a stop's address in the form in which it is sorted and compared"""
        text = ((stop["address"] or {}).get(name) or LAST).lower()
        return re.sub(r"\d+", lambda number: number[0].zfill(6), text)

    # ------------------------------------------------------
    # The map
    # ------------------------------------------------------

    @api.model
    def _get_map_of_route(self, addresses):
        """:return: address of a map that leads from where the phone is along all of these; empty for none"""
        points = [address["point"] or address["map"] for address in addresses]
        points = [quote(point, safe=",") for point in dict.fromkeys(points) if point]
        if not points:
            return ""
        if self.env.company._sales_get_route_map() == "yandex":
            return YANDEX + "~" + "~".join(points[:YANDEX_STOPS])
        *between, last = points[:GOOGLE_STOPS]
        waypoints = f"&waypoints={'%7C'.join(between)}" if between else ""
        return f"{GOOGLE}&destination={last}{waypoints}"
