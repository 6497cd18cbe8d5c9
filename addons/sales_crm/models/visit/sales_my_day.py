from odoo import api, fields, models
from odoo.fields import Domain


class SalesMyDay(models.AbstractModel):
    """The way from one client to the next: where the visits of the day lead, and which are made."""

    _inherit = "sales.my.day"

    @api.model
    def _prepare_rows(self, activities, manager):
        """:return: list of dict; those of visits also with ``visit``: ``address``, ``check_in`` (the last one
        of what is done, else of today); the others with ``next_visit``, see :meth:`_get_next_visits`
        """
        rows = super()._prepare_rows(activities, manager)
        # sudo: types have names only; the check-ins of activities that the user sees
        visits = activities.sudo().filtered("activity_type_id.is_visit")
        today = manager._sales_today()
        check_ins = {
            visit.activity_id.id: visit._to_show()
            for visit in visits.visit_ids.sorted("datetime_in")
            if visit.date == today or not visit.activity_id.active
        }
        addresses = {
            visit: self._prepare_address(partner) for visit, partner in visits._visit_addresses().items()
        }
        readable = {row["id"]: row["client"] and row["client"]["readable"] for row in rows}
        seen = {row["client"]["id"] for row in rows if row["client"] and row["client"]["readable"]}
        next_visits = self._get_next_visits(self.env["res.partner"].browse(seen), today)
        for row in rows:
            is_with_client = row["client"] and row["id"] not in addresses
            row["next_visit"] = bool(is_with_client) and next_visits.get(row["client"]["id"], False)
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

    # ------------------------------------------------------
    # When the next one is
    # ------------------------------------------------------

    @api.model
    def _get_next_visits(self, clients, today):
        """:return: dict client id -> dict of ``planned`` (day of the next visit that is planned, or False),
        ``due`` (day until which he is to be visited, or False) and ``is_overdue``
        """
        # sudo: what others have planned with a client whom the user may see counts
        rows = (
            self.env["mail.activity"]
            .sudo()
            ._read_group(
                [
                    ("client_id", "in", clients.ids),
                    ("active", "=", True),
                    ("activity_type_id.is_visit", "=", True),
                ],
                ["client_id"],
                ["date_deadline:min"],
            )
        )
        planned = {client.id: day for client, day in rows}
        return {
            client.id: {
                "planned": fields.Date.to_string(planned.get(client.id)) or False,
                "due": fields.Date.to_string(client.visit_due_date) or False,
                "is_overdue": bool(client.visit_due_date and client.visit_due_date < today),
            }
            for client in clients
            if client.id in planned or client.visit_due_date
        }

    @api.model
    def _get_client_counts(self, manager):
        """:return: dict, also with ``visit_due`` and ``visit_overdue``: how many clients are to be visited"""
        Partner = self.env["res.partner"]
        counts = super()._get_client_counts(manager)
        clients = Domain("is_client", "=", True) & Domain("parent_id", "=", False)
        if counts["user_id"]:
            clients &= Domain("user_id", "=", counts["user_id"])
        today = manager._sales_today()
        return {
            **counts,
            "visit_due": Partner.search_count(clients & Domain("visit_due_date", "<=", today)),
            "visit_overdue": Partner.search_count(clients & Domain("visit_due_date", "<", today)),
        }
