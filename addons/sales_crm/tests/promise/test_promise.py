from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon
from ..common_credit import CreditCase
from ..common_handover import HandoverCommon


class PromiseTools:
    """Promises to test with; for classes that have a client and a manager."""

    def _promise(self, amount=100, days=5, user=None, **values):
        """A client's promise to pay, made by his manager; one that was due is made by the server."""
        today = self.company._sales_today()
        Promise = self.env["sales.promise"]
        if days < 0:
            values["date_made"] = today + timedelta(days=days - 5)
        else:
            Promise = Promise.with_user(user or self.manager)
        return Promise.create(
            {
                "client_id": self.client.id,
                "company_id": self.company.id,
                "amount": amount,
                "date_due": today + timedelta(days=days),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestPromise(CreditCase, PromiseTools):
    # ------------------------------------------------------
    # Payments
    # ------------------------------------------------------

    def test_payment_keeps_it(self):
        promise = self._promise(100)
        self.assertEqual((promise.state, promise.paid_amount, promise.user_id), ("open", 0, self.manager))
        self._pay(60)
        self.assertEqual((promise.state, promise.paid_amount), ("open", 60))
        payment = self._pay(60)
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 100))
        self.assertEqual(promise.date_closed, self.today)
        payment.action_draft()
        self.assertEqual((promise.state, promise.paid_amount), ("open", 60))

    # ------------------------------------------------------
    # In one click
    # ------------------------------------------------------

    def _asked(self, action):
        form = Form(
            self.env["sales.promise"].with_user(self.manager).with_context(**action["context"]),
            view=action["views"][0][0],
        )
        return form.save().sudo()

    def test_from_the_card(self):
        self._owe(300, days_ago=40)
        self._owe(200)
        promise = self._asked(self.client.with_user(self.manager).action_promise())
        self.assertEqual((promise.client_id, promise.amount), (self.client, 300))
        self.assertEqual((promise.kind, promise.direction, promise.state), ("payment", "client", "open"))
        next_day = self.manager._sales_next_workday()
        self.assertEqual(promise.date_due, next_day)
        self.assertEqual(promise.date_made, self.today)

    def test_from_an_invoice_and_a_receivable(self):
        invoice = self._owe(300, days_ago=40)
        self.env.flush_all()
        promise = self._asked(invoice.with_user(self.manager).action_promise())
        self.assertEqual((promise.move_id, promise.amount), (invoice, 300))
        row = (
            self.env["sales.receivable.report"].with_user(self.manager).search([("move_id", "=", invoice.id)])
        )
        promise = self._asked(row.action_promise())
        self.assertEqual((promise.move_id, promise.amount), (invoice, 300))
        self._pay(300)
        (invoice.line_ids | self.env["account.payment"].search([], limit=1).move_id.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        with self.assertRaises(UserError):
            invoice.with_user(self.manager).action_promise()

    def test_from_an_invoice_that_unmatched_money_covers(self):
        """The oldest debt first, as in the list of receivables: who has paid isn't asked again."""
        old, young = self._owe(300, days_ago=60), self._owe(200, days_ago=40)
        self._pay(350)
        with self.assertRaisesRegex(UserError, "nothing is left to pay"):
            old.with_user(self.manager).action_promise()
        promise = self._asked(young.with_user(self.manager).action_promise())
        self.assertEqual((promise.move_id, promise.amount), (young, 150))
        row = self.env["sales.receivable.report"].with_user(self.manager).search([("move_id", "=", young.id)])
        self.assertEqual(self._asked(row.action_promise()).amount, 150)
        activity = self._plan(self.client, self.today, unpaid_move_id=young.id)
        action = activity.with_user(self.manager).action_promise()
        self.assertEqual(action["context"]["default_amount"], 150)

    def test_from_a_deal(self):
        self._owe(300, days_ago=40)
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id})
        deal = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": contact.id, "user_id": self.manager.id, "type": "opportunity"}
        )
        promise = self._asked(deal.with_user(self.manager).action_promise())
        self.assertEqual((promise.client_id, promise.contact_id, promise.amount), (self.client, contact, 300))
        arch = self.env["crm.lead"].with_user(self.manager).get_view(view_type="form")["arch"]
        self.assertIn("action_promise", arch)
        empty = self.env["crm.lead"].create({"name": "Nobody", "user_id": self.manager.id})
        with self.assertRaises(UserError):
            empty.with_user(self.manager).action_promise()

    def test_the_gate_tells_how_he_keeps_his_word(self):
        self._owe(900, days_ago=40)
        order = self._order(5).with_user(self.manager)
        self.assertNotIn("kept in 12 months", order.credit_reason)
        for days in (-20, -10):
            self._promise(10, days=days)
        self.env.invalidate_all()
        self.assertIn("Promises to pay kept in 12 months: 0 of 2 (0 %).", order.credit_reason)
        with self.assertRaisesRegex(UserError, r"0 of 2 \(0 %\)"):
            order.action_confirm()

    def test_from_an_activity(self):
        activity = self._plan(self.client, self.today)
        promise = self._asked(
            {
                **activity.with_user(self.manager).action_promise(),
                "context": {
                    **activity.with_user(self.manager).action_promise()["context"],
                    "default_amount": 50,
                },
            }
        )
        self.assertEqual((promise.activity_id, promise.client_id), (activity, self.client))
        private = self._plan(self.manager.partner_id, self.today)
        with self.assertRaises(UserError):
            private.with_user(self.manager).action_promise()

    # ------------------------------------------------------
    # Who may write what
    # ------------------------------------------------------

    def test_nobody_writes_what_payments_say(self):
        promise = self._promise(100)
        for user in (self.manager, self.head):
            for vals in (
                {"state": "kept"},
                {"paid_amount": 100},
                {"said": "kept"},
                {"date_made": self.today - timedelta(days=9)},
            ):
                with self.assertRaises(AccessError):
                    promise.with_user(user).write(vals)
        with self.assertRaises(UserError):
            promise.with_user(self.head).action_kept()
        forged = (
            self.env["sales.promise"]
            .with_user(self.manager)
            .with_context(
                default_state="kept",
                default_said="kept",
                default_date_made="2020-01-01",
                default_paid_amount=5,
            )
            .create({"client_id": self.client.id, "amount": 10, "date_due": self.today})
        )
        self.assertEqual(
            (forged.state, forged.said, forged.date_made, forged.paid_amount), ("open", False, self.today, 0)
        )
        with self.assertRaises(UserError):
            promise.with_user(self.head).unlink()

    def test_closed_terms_stay(self):
        promise = self._promise(100, days=-1)
        self.assertEqual(promise.state, "broken")
        for vals in ({"date_due": self.today}, {"amount": 1}, {"kind": "other"}):
            with self.assertRaises(UserError):
                promise.with_user(self.manager).write(vals)
        with self.assertRaises(UserError):
            promise.with_user(self.manager).action_cancel()
        promise.with_user(self.head).action_cancel()
        self.assertEqual(promise.state, "cancelled")
        with self.assertRaises(UserError):
            promise.with_user(self.manager).write({"description": "…", "amount": 1})
        promise.with_user(self.manager).description = "He was ill"

    def test_by_hand(self):
        promise = self._promise(0, kind="delivery", direction="company")
        promise.with_user(self.manager).action_kept()
        self.assertEqual((promise.state, promise.date_closed), ("kept", self.today))
        promise.with_user(self.manager).action_broken()
        self.assertEqual(promise.state, "broken")
        late = self._promise(0, days=-1, kind="call")
        self.assertEqual((late.state, late.date_closed), ("broken", self.today))

    def test_belongs_to_its_client(self):
        other = self._create_client("Beta", self.manager)
        invoice = self._owe(100, client=other)
        with self.assertRaises(ValidationError):
            self._promise(100, move_id=invoice.id)
        with self.assertRaises(ValidationError):
            self._promise(100, contact_id=other.id)

    def test_restricted_manager(self):
        mine = self._promise(100)
        foreign = self._create_client("Beta", self.colleague)
        hidden = self._promise(100, client_id=foreign.id, user=self.head)
        Promise = self.env["sales.promise"].with_user(self.manager)
        self.assertEqual(Promise.search([("id", "in", (mine | hidden).ids)]), mine)
        with self.assertRaises(AccessError):
            hidden.with_user(self.manager).read(["amount"])
        with self.assertRaises(AccessError):
            self._promise(100, client_id=foreign.id)
        with self.assertRaises(AccessError):
            hidden.with_user(self.manager).action_cancel()
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).action_promise()
        self._let_see(self.manager, foreign, perm_write=False)
        self.assertTrue(hidden.with_user(self.manager).read(["amount"]))
        with self.assertRaises(AccessError):
            self._promise(100, client_id=foreign.id)

    # ------------------------------------------------------
    # On the card
    # ------------------------------------------------------

    def test_reliability(self):
        self._promise(10, days=-400)
        for days in (-20, -10):
            self._promise(10, days=days)
        kept = self._promise(30, days=-5)
        self._promise(10, days=0)
        self._promise(10, days=-3, kind="delivery")
        payment = self._pay(30)
        payment.action_draft()
        payment.date = self.today - timedelta(days=6)
        payment.action_post()
        self.assertEqual(kept.state, "kept")
        client = self.client.with_user(self.manager)
        self.assertEqual((client.promise_kept_count, client.promise_due_count), (1, 3))
        self.assertEqual(client.promise_summary, "1 of 3 (33 %)")
        self.assertEqual(client.promise_open_count, 1)
        clients = client | self._create_client("Beta", self.manager).with_user(self.manager)
        self.env.flush_all()
        self.env.invalidate_all()
        clients.mapped("name")
        self.env.company._sales_today()
        with self.assertQueryCount(1):
            clients.mapped("promise_summary")
        Form(client, view="sales_crm.res_partner_view_form_client")

    def test_history(self):
        kept = self._promise(10, days=0, description="By cash")
        self._promise(20, days=-1)
        partial = self._promise(30, days=-1)
        payment = self._pay(5)
        payment.action_draft()
        payment.date = self.today - timedelta(days=6)
        payment.action_post()
        self._promise(0, kind="call")
        self._pay(10)
        self.env.flush_all()
        events = (
            self.env["sales.client.history"]
            .with_user(self.manager)
            .search([("client_id", "=", self.client.id), ("kind", "=like", "promise%")])
        )
        kinds = events.grouped("kind")
        self.assertEqual({kind: len(found) for kind, found in kinds.items()}, {
            "promise": 4, "promise_kept": 1, "promise_partial": 1, "promise_broken": 1,
        })  # fmt: skip
        self.assertEqual(kinds["promise_kept"].amount, 10)
        self.assertIn("By cash", kinds["promise_kept"].summary)
        self.assertEqual((partial.state, kinds["promise_partial"].amount), ("broken", 5))
        self.assertEqual(kinds["promise_kept"].action_open()["res_id"], kept.id)
        self.assertFalse(
            self.env["sales.client.history"]
            .with_user(self.colleague)
            .search_count([("client_id", "=", self.client.id)])
        )


@tagged("post_install", "-at_install")
class TestPromiseLife(HandoverCommon, PromiseTools):
    def _chased(self, client=None):
        return self.env["mail.activity"].search(
            [("client_id", "=", (client or self.client).id), ("summary", "like", "romise")]
        )

    def test_broken_is_urgent_in_the_morning(self):
        with self._at("2026-11-23 10:00"):
            promise = self._promise(100, days=0)
            ours = self._promise(0, days=0, kind="delivery", direction="company")
            later = self._promise(100, days=3)
        self._run_morning("2026-11-23 10:05")
        self.assertEqual((promise.state, self._chased()), ("open", self.env["mail.activity"]))
        self._run_morning("2026-11-24 09:00")
        self.assertEqual((promise.state, ours.state, later.state), ("broken", "broken", "open"))
        chased = promise.chase_activity_id
        self.assertEqual(chased.mapped("priority"), ["1"])
        self.assertEqual((chased.user_id, str(chased.date_deadline)), (self.manager, "2026-11-24"))
        self.assertEqual(self._chased(), chased | ours.chase_activity_id)
        self.assertIn(chased, self.env["sales.plan.line"].search([("date", "=", "2026-11-24")]).activity_id)
        with self._at("2026-11-24 09:30"):
            self._plan(
                self.client,
                "2026-11-24",
                priority="1",
                datetime_planned="2026-11-24 06:00:00",
            )
            rows = self.env["sales.my.day"].with_user(self.manager).get_day()["rows"]
        self.assertEqual({row["id"] for row in rows[:2]}, set(self._chased().ids), "before all others")
        self._run_morning("2026-11-24 10:00")
        self._run_morning("2026-11-25 09:00")
        self.assertEqual(len(self._chased()), 2)

    def test_broken_by_hand_comes_tomorrow(self):
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            promise = self._promise(0, days=1, kind="other")
            promise.with_user(self.manager).action_broken()
        self._run_morning("2026-11-23 11:00")
        self.assertFalse(promise.chase_activity_id)
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(str(promise.chase_activity_id.date_deadline), "2026-11-24")

    def test_goes_to_the_new_manager(self):
        """The promise survives who wrote it down, and whoever has the client now hears of it."""
        with self._at("2026-11-23 10:00"):
            promise = self._promise(100, days=0)
            closed = self._promise(0, days=1, kind="call")
            closed.action_kept()
            handover = self._handover(scope="all")
            self._run(handover)
        promise, closed = promise.sudo(), closed.sudo()
        self.assertEqual((promise.user_id, closed.user_id), (self.colleague, self.manager))
        self.assertEqual(promise.with_user(self.colleague).amount, 100)
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(promise.chase_activity_id.user_id, self.colleague)

    def test_merge_keeps_promises(self):
        double = self._create_client("Alpha Ltd", self.manager)
        promise = self._promise(100, days=5)
        twin = self._promise(50, days=5, client_id=double.id)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | double).ids, self.client)
        self.assertEqual((promise | twin).exists().client_id, self.client)
        self.assertEqual(self.client.promise_ids, promise | twin)

    def test_days_are_the_company_s(self):
        self.calendar.tz = "Asia/Vladivostok"
        with self._at("2026-11-23 15:00"):
            self.assertEqual(str(self._promise(100, days=0).date_due), "2026-11-24")


@tagged("post_install", "-at_install")
class TestPromiseNoClient(SalesCrmCommon):
    def test_only_clients_promise(self):
        with self.assertRaises(UserError):
            self.manager.partner_id.with_user(self.head).action_promise()
