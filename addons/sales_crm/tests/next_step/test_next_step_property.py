import tempfile
from datetime import date, timedelta
from unittest import skipUnless

from odoo.tests import tagged

from ..chance import SEED, how_many
from .test_next_step import TestStoredDates

try:
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st
    from hypothesis.configuration import set_hypothesis_home_dir
except ImportError:
    given = None

TODAY = date(2026, 12, 1)
CLIENTS = 3
DOCUMENTS = 3  # of each client: himself, a contact, a deal


def _stories():
    """What happens, one after the other, to the activities of a few clients."""
    number = st.integers(0, 9)
    places = st.tuples(st.integers(0, CLIENTS - 1), st.integers(0, DOCUMENTS - 1))
    days = st.integers(-10, 20)
    step = st.one_of(
        st.tuples(st.just("plan"), places, days),
        st.tuples(st.just("move"), number, days),
        st.tuples(st.just("finish"), number, st.booleans()),
        st.tuples(st.just("follow"), number, days),
        st.tuples(st.just("cancel"), number),
        st.tuples(st.just("delete"), number),
        st.tuples(st.just("reopen"), number),
        st.tuples(st.just("relink"), number, places),
        st.tuples(st.just("give_deal"), st.integers(0, CLIENTS - 1), st.integers(0, CLIENTS - 1)),
        st.tuples(st.just("give_contact"), st.integers(0, CLIENTS - 1), st.integers(0, CLIENTS - 1)),
        st.tuples(st.just("merge"), st.integers(0, CLIENTS - 1), st.integers(0, CLIENTS - 1)),
    )
    return st.lists(step, min_size=3, max_size=14)


@tagged("post_install", "-at_install")
@skipUnless(given, "needs hypothesis, which requirements-dev.txt of the project installs")
class TestNextStepProperty(TestStoredDates):
    """After any sequence of changes both dates are what a recount says, with each client."""

    allow_inherited_tests_method = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        set_hypothesis_home_dir(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.env["res.users"].search([]).tz = "UTC"
        cls.all = [cls._create_client(f"Client {number}", cls.manager) for number in range(CLIENTS)]
        Partner, Lead = cls.env["res.partner"], cls.env["crm.lead"]
        cls.contacts = [Partner.create({"name": f"Anna of {c.name}", "parent_id": c.id}) for c in cls.all]
        cls.deals = [Lead.create({"name": f"Deal of {c.name}", "partner_id": c.id}) for c in cls.all]

    def test_dates_are_always_true(self):
        options = settings(
            max_examples=how_many(15, 200),
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        seed(SEED)(options(given(_stories())(self._try)))()

    def _try(self, story):
        self.env.flush_all()
        self.env.invalidate_all()
        savepoint = self.cr.savepoint()
        with savepoint:
            self.merged = {}
            self.made = self.env["mail.activity"].with_context(active_test=False)
            try:
                for name, *arguments in story:
                    getattr(self, f"_do_{name}")(*arguments)
                living = self.env["res.partner"].union(*self.all).exists()
                self._assert_true(living)
            finally:
                self.env.invalidate_all()
                savepoint.rollback()

    # ------------------------------------------------------
    # Steps
    # ------------------------------------------------------

    def _client(self, number):
        while number in self.merged:
            number = self.merged[number]
        return self.all[number]

    def _document(self, place):
        number, kind = place
        return (self._client(number), self.contacts[number], self.deals[number])[kind]

    def _one(self, number, active=True):
        """:return: one of the activities, empty if there is none"""
        found = self.made.filtered(lambda activity: activity.active == active)
        return found[number % len(found)] if found else found

    def _do_plan(self, place, days):
        self.made |= self._plan(self._document(place), TODAY + timedelta(days=days))

    def _do_move(self, number, days):
        self._one(number).write({"date_deadline": TODAY + timedelta(days=days)})

    def _do_finish(self, number, reached):
        activity = self._one(number)
        if activity:
            with self._at("2026-12-01 10:00"):
                activity.action_finish((self.outcome if reached else self.no_answer).id)

    def _do_follow(self, number, days):
        activity = self._one(number)
        if activity:
            day = TODAY + timedelta(days=days)
            self.made |= self.made.browse(activity.action_finish(next_step={"date_deadline": day}))

    def _do_cancel(self, number):
        activity = self._one(number)
        if activity:
            activity.action_cancel_with_reason("On leave")

    def _do_delete(self, number):
        self._one(number).unlink()

    def _do_reopen(self, number):
        self._one(number, active=False).write({"active": True})

    def _do_relink(self, number, place):
        document = self._document(place)
        self._one(number).write(
            {"res_model_id": self.env["ir.model"]._get_id(document._name), "res_id": document.id}
        )

    def _do_give_deal(self, number, to):
        self.deals[number].partner_id = self._client(to)

    def _do_give_contact(self, number, to):
        self.contacts[number].parent_id = self._client(to)

    def _do_merge(self, number, into):
        source, target = self._client(number), self._client(into)
        if source != target:
            self.env.flush_all()
            self.merged[self.all.index(source)] = self.all.index(target)
            merge = self.env["base.partner.merge.automatic.wizard"].create({})
            merge._merge((source | target).ids, target)
