"""Visits of the example company: how often clients are visited, and where the phones saw the managers."""

from datetime import timedelta

from .part import Part

INTERVALS = {"A": 45, "B": 75, "C": 120}
CHECKED_IN_DAYS = 30  # days back in which visits were checked in
# Centres of the cities of the example, in degrees
CITIES = {
    "Москва": (55.7558, 37.6173), "Подольск": (55.4312, 37.5458), "Химки": (55.8887, 37.4304),
    "Санкт-Петербург": (59.9311, 30.3609), "Тверь": (56.8587, 35.9176), "Тула": (54.1931, 37.6173),
    "Калуга": (54.5138, 36.2612), "Рязань": (54.6296, 39.7412), "Ярославль": (57.6261, 39.8845),
    "Нижний Новгород": (56.2965, 43.9361), "Владимир": (56.1290, 40.4070),
    "London": (51.5074, -0.1278), "Manchester": (53.4808, -2.2426), "Birmingham": (52.4862, -1.8904),
    "Leeds": (53.8008, -1.5491), "Bristol": (51.4545, -2.5879), "Liverpool": (53.4084, -2.9916),
    "Sheffield": (53.3811, -1.4701), "Edinburgh": (55.9533, -3.1883),
}  # fmt: skip


class Visits(Part):
    """Written last: it reads which visits the history has."""

    def __init__(self, company):
        super().__init__(company)
        self.clients = [client.partner for client in company.clients]

    def load(self):
        fields = self.env["res.company"]._sales_visit_fields()
        self.env.ref("sales_crm.mail_activity_type_visit").outcome_required = True
        self.env.ref("base.main_company").write({fields[name]: days for name, days in INTERVALS.items()})
        for partner in self.clients:
            if partner.city in CITIES:
                latitude, longitude = CITIES[partner.city]
                partner.partner_latitude = latitude + self.random.uniform(-0.02, 0.02)
                partner.partner_longitude = longitude + self.random.uniform(-0.02, 0.02)
        self._check_in()

    def _check_in(self):
        """Most visits were checked in at the client's, some far away, some without a place."""
        since = self.days.moment(self.days.today - timedelta(days=CHECKED_IN_DAYS), 0)
        done = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [
                    ("client_id", "in", [partner.id for partner in self.clients]),
                    ("activity_type_id.is_visit", "=", True),
                    ("activity_state_final", "=", "done"),
                    ("datetime_done", ">=", since),
                ],
                order="id",
            )
        )
        self.env["sales.visit"].create(
            [self._prepare_visit(activity) for activity in done if self.random.random() < 0.85]
        )

    def _prepare_visit(self, activity):
        moment = activity.datetime_done - timedelta(minutes=self.random.randrange(20, 50))
        place = None
        if self.random.random() < 0.9:
            off = self.random.choice([0.0002, 0.0004, 0.0007, 0.0011, 0.0015] * 2 + [0.03])
            place = {
                "latitude": activity.client_id.partner_latitude + off,
                "longitude": activity.client_id.partner_longitude,
                "accuracy": self.random.randrange(8, 60),
            }
        return {
            "activity_id": activity.id,
            "client_id": activity.client_id.id,
            "user_id": activity.done_user_id.id,
            "datetime_in": moment,
            "date": moment.date(),
            **self.env["sales.visit"]._prepare_place(activity, place),
        }
