from odoo import api, fields, models
from odoo.fields import Domain

YANDEX_COUNTRIES = ("AM", "BY", "KG", "KZ", "RU", "UZ")


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_visit_days_a = fields.Integer(
        "Visit Class A Every", help="Calendar days from one visit to the next one. 0: no regular visits."
    )
    sales_visit_days_b = fields.Integer("Visit Class B Every", help="Calendar days. 0: no regular visits.")
    sales_visit_days_c = fields.Integer("Visit Class C Every", help="Calendar days. 0: no regular visits.")
    sales_visit_radius = fields.Integer(
        "At the Client's within",
        default=300,
        help="Metres. A check-in farther from the client's address is shown as far away.",
    )

    sales_route_map = fields.Selection(
        [("yandex", "Yandex Maps"), ("google", "Google Maps")],
        "Map of the Route",
        help="Where the whole route of a day is opened, when a manager taps the button: the addresses are "
        "sent there. Empty: as usual in the company's country.",
    )

    _sales_visit_not_negative = models.Constraint(
        "CHECK (sales_visit_days_a >= 0 AND sales_visit_days_b >= 0 AND sales_visit_days_c >= 0"
        " AND sales_visit_radius >= 0)",
        "The days between visits and the distance can't be negative.",
    )

    @api.model
    def _sales_visit_fields(self):
        """:return: dict class of clients -> name of the field with the days between visits"""
        return {"A": "sales_visit_days_a", "B": "sales_visit_days_b", "C": "sales_visit_days_c"}

    def _sales_get_route_map(self):
        """:return: name of the service that shows the route of a day"""
        self.ensure_one()
        # sudo: the company's country is no secret
        country = self.sudo().country_id.code
        return self.sales_route_map or ("yandex" if country in YANDEX_COUNTRIES else "google")

    def write(self, vals):
        changed = [
            client_class
            for client_class, name in self._sales_visit_fields().items()
            if name in vals and any(company[name] != vals[name] for company in self)
        ]
        res = super().write(vals)
        if changed:
            # sudo: the dates of every client, whoever may see him
            Partner = self.env["res.partner"].sudo().with_context(active_test=False)
            of_class = Domain("client_class", "in", changed) & Domain("visit_interval_days", "in", [0, False])
            Partner.search(of_class)._recompute_visit_due_dates()
        return res
