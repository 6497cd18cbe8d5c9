from odoo import api, models


class SalesMyDay(models.AbstractModel):
    """The way from one client to the next: where the visits of the day lead, and which are made."""

    _inherit = "sales.my.day"

    @api.model
    def _prepare_rows(self, activities, manager):
        """:return: list of dict; those of visits also with ``visit``: ``address``, ``check_in`` of today"""
        rows = super()._prepare_rows(activities, manager)
        # sudo: types have names only; the check-ins of activities that the user sees
        visits = activities.sudo().filtered("activity_type_id.is_visit")
        today = manager._sales_today()
        check_ins = {
            visit.activity_id.id: visit._to_show() for visit in visits.visit_ids if visit.date == today
        }
        addresses = {
            visit: self._prepare_address(partner) for visit, partner in visits._visit_addresses().items()
        }
        readable = {row["id"]: row["client"] and row["client"]["readable"] for row in rows}
        for row in rows:
            row["visit"] = row["id"] in addresses and {
                "address": addresses[row["id"]] if readable[row["id"]] else False,
                "check_in": check_ins.get(row["id"], False),
            }
        return rows

    @api.model
    def _prepare_address(self, partner):
        """:return: dict of where a partner is; ``map`` is what a map application is asked for"""
        street = ", ".join(filter(None, [partner.street, partner.street2]))
        place = partner.city or ""
        query = ", ".join(filter(None, [partner.street, partner.zip, place, partner.country_id.name]))
        if partner.partner_latitude or partner.partner_longitude:
            point = f"{partner.partner_latitude:.7f},{partner.partner_longitude:.7f}"
        else:
            point = ""
        return {
            "city": place,
            "district": partner.state_id.name or "",
            "zip": partner.zip or "",
            "street": street,
            "point": point,
            "map": query,
        }

    @api.model
    def _get_stops(self, day):
        """:param dict day: as :meth:`get_day` returns it
        :return: the rows of open visits, also of covered colleagues, by city, district and street
        """
        rows = [*day["rows"], *(row for cover in day["covers"] for row in cover["rows"])]
        return sorted((row for row in rows if row["visit"]), key=self._get_stop_order)

    @api.model
    def _get_stop_order(self, row):
        address = row["visit"]["address"] or {}
        names = ("city", "district", "zip", "street")
        return [(address.get(name) or "\uffff").lower() for name in names], row["datetime_planned"] or "9"
