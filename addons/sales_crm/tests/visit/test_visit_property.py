from datetime import date, datetime, timedelta

from odoo.tests import tagged

from ..chance import dice_of
from .test_visit import VisitCommon

FIRST = date(2026, 10, 1)
ZONES = ("UTC", "Asia/Vladivostok", "America/Los_Angeles")


@tagged("post_install", "-at_install")
class TestVisitDatesProperty(VisitCommon):
    """Whatever happens to activities, types, clients, settings: the dates are what a recount says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_type = cls.visit_type.copy({"name": "Inspection"})
        cls.kinds = cls.visit_type | cls.other_type | cls.call
        cls.users = cls.manager | cls.colleague

    def test_dates_are_always_true(self):
        for seed, dice in dice_of(12, 200):
            savepoint = self.cr.savepoint()
            with self.subTest(seed=seed), savepoint:
                try:
                    self._try(dice)
                finally:
                    self.env.flush_all()
                    self.env.invalidate_all()
                    savepoint.rollback()
                    self.env.invalidate_all()

    def _try(self, dice):
        self.clients = self.env["res.partner"].union(
            *(
                self._create_client(f"Client {n}", dice.choice(self.users), client_class=dice.choice("ABC"))
                for n in range(3)
            )
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = ANY(%s)",
            (datetime(2026, 9, 30, 20), self.clients.ids),
        )
        self.clients.invalidate_recordset(["create_date"])
        self.clients._recompute_visit_due_dates()
        self.deals = self.env["crm.lead"].create(
            [{"name": client.name, "partner_id": client.id} for client in self.clients]
        )
        self.made = self.env["mail.activity"].with_context(active_test=False)
        steps = [name for name in dir(self) if name.startswith("_do_")]
        story = []
        for _number in range(14):
            name = dice.choice(steps if self.made else ["_do_plan"])
            story.append(name)
            getattr(self, name)(dice)
            self._assert_true(story)

    # ------------------------------------------------------
    # A recount, one activity after the other
    # ------------------------------------------------------

    def _assert_true(self, story):
        self.env.flush_all()
        self.env.invalidate_all()
        for client in self.clients:
            last = self._recount_last(client)
            due = self._recount_due(client, last)
            self.assertEqual((client.last_visit_date, client.visit_due_date), (last, due), story)

    def _recount_last(self, client):
        made = self.made.exists().filtered(lambda activity: self._client_of(activity) == client)
        done = made.filtered(
            lambda activity: (
                not activity.active
                and activity.activity_state_final == "done"
                and activity.activity_type_id.is_visit
                and (not activity.outcome_id or activity.outcome_id.is_contact)
            )
        )
        days = [activity.done_user_id._sales_local(activity.datetime_done).date() for activity in done]
        return max(days, default=False)

    def _client_of(self, activity):
        return self.env[activity.res_model].browse(activity.res_id)._sales_clients()[activity.res_id]

    def _recount_due(self, client, last):
        names = {"A": "sales_visit_days_a", "B": "sales_visit_days_b", "C": "sales_visit_days_c"}
        company = client.company_id or client.user_id.company_id or self.company
        name = names.get(client.client_class)
        days = client.visit_interval_days or (company[name] if name else 0)
        if not days or not client.active or not client.is_client:
            return False
        moment = client.create_date
        made = client.user_id._sales_local(moment) if client.user_id else moment
        return (last or made.date()) + timedelta(days=days)

    # ------------------------------------------------------
    # Steps
    # ------------------------------------------------------

    def _one(self, dice, active=True):
        found = self.made.exists().filtered(lambda activity: activity.active == active)
        return dice.choice(found) if found else found

    def _day(self, dice):
        return FIRST + timedelta(days=dice.randrange(50))

    def _do_plan(self, dice):
        document = dice.choice([*self.clients, *self.deals])
        kind = dice.choice(self.kinds)
        self.made |= self._plan(document, self._day(dice), dice.choice(self.users), activity_type_id=kind.id)

    def _do_finish(self, dice):
        activity = self._one(dice)
        if activity:
            hour = dice.choice(["00:30", "09:00", "23:30"])
            with self._at(f"{self._day(dice)} {hour}"):
                user = activity.user_id
                outcome = dice.choice([self.outcome, self.no_answer])
                activity.with_user(self.head if dice.random() < 0.3 else user).sudo().action_finish(
                    outcome.id
                )

    def _do_finish_again(self, dice):
        self._do_plan(dice)
        self._do_finish(dice)

    def _do_cancel(self, dice):
        activity = self._one(dice)
        if activity:
            activity.action_cancel_with_reason("Rain")

    def _do_reopen(self, dice):
        self._one(dice, active=False).write({"active": True})

    def _do_retype(self, dice):
        self._one(dice).write({"activity_type_id": dice.choice(self.kinds).id})

    def _do_retype_done(self, dice):
        self._one(dice, active=False).write({"activity_type_id": dice.choice(self.kinds).id})

    def _do_mark_type(self, dice):
        kind = dice.choice(self.kinds)
        kind.is_visit = not kind.is_visit

    def _do_archive_type(self, dice):
        self.other_type.active = not self.other_type.active

    def _do_outcome(self, dice):
        self.outcome.is_contact = not self.outcome.is_contact

    def _do_class(self, dice):
        dice.choice(self.clients).client_class = dice.choice(["A", "B", "C", False])

    def _do_interval(self, dice):
        dice.choice(self.clients).visit_interval_days = dice.choice([0, 0, 7, 90])

    def _do_settings(self, dice):
        self.company[f"sales_visit_days_{dice.choice('abc')}"] = dice.choice([0, 14, 45])

    def _do_archive(self, dice):
        client = dice.choice(self.clients)
        client.active = not client.active

    def _do_owner(self, dice):
        dice.choice(self.clients).user_id = dice.choice([*self.users, self.env["res.users"]])

    def _do_zone(self, dice):
        dice.choice(self.users).tz = dice.choice(ZONES)

    def _do_give_deal(self, dice):
        dice.choice(self.deals).partner_id = dice.choice(self.clients)

    def _do_relink(self, dice):
        document = dice.choice([*self.clients, *self.deals])
        self._one(dice).write(
            {"res_model_id": self.env["ir.model"]._get_id(document._name), "res_id": document.id}
        )

    def _do_meeting(self, dice):
        """A visit that is a meeting in the calendar, and is moved there."""
        document = dice.choice(self.clients)
        event = self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": datetime(2026, 11, 2, 9),
                "stop": datetime(2026, 11, 2, 10),
                "user_id": self.manager.id,
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": document.id,
                "activity_ids": [],
            }
        )
        activity = self._plan(document, self._day(dice), activity_type_id=self.visit_type.id)
        activity.calendar_event_id = event
        self.made |= activity
        event.write({"start": datetime(2026, 11, 4, 9), "stop": datetime(2026, 11, 4, 10)})

    def _do_merge(self, dice):
        source, target = dice.sample(list(self.clients), 2) if len(self.clients) > 1 else (None, None)
        if source and source.active and target.active:
            self.env.flush_all()
            merge = self.env["base.partner.merge.automatic.wizard"].create({})
            merge._merge((source | target).ids, target)
            self.clients = self.clients.exists()
