from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditNoteAlone(CreditCase):
    """A credit note whose invoice is no longer posted is no money of the client's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "accountant",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.order = cls._order(6)
        cls.order.with_user(cls.manager).action_confirm()
        cls.invoice = cls.order._create_invoices()
        cls.invoice.with_user(cls.accountant).action_post()

    def _reverse(self, method="refund_moves", post=True):
        """:return: the credit note that the accountant makes of the invoice"""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id, "date": fields.Date.today()})
        )
        getattr(wizard, method)()
        note = self.invoice.reversal_move_ids.filtered(lambda move: move.move_type == "out_refund")
        if post and note.state == "draft":
            note.action_post()
        return note

    def _back_to_draft(self, move=None, cancel=False):
        move = (move or self.invoice).with_user(self.accountant)
        if cancel:
            move.button_cancel()
        else:
            move.button_draft()

    def _unmatch(self, note):
        note.with_user(self.accountant).line_ids.remove_move_reconcile()

    def _assert_owes(self, amount):
        """He owes so much, and so gets the rest of his limit, no more."""
        standing = self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]
        self.assertEqual(standing.receivable + standing.open_orders, amount)
        self.assertEqual(self.client.credit_available, 1000 - amount, "the card says the same")
        quantity = int(1000 - amount) // 100
        more = self._order(quantity + 1).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "exceeded by"), self.cr.savepoint():
            more.action_confirm()
        self.env.invalidate_all()
        with self.cr.savepoint() as savepoint:
            self._order(quantity).with_user(self.manager).action_confirm()
            savepoint.rollback()
        self.env.invalidate_all()

    def test_the_invoice_goes_back_to_draft(self):
        self.order.with_user(self.manager)._action_cancel()
        note = self._reverse("modify_moves")
        self._assert_owes(0)
        self._back_to_draft()
        self._assert_owes(0)
        self._unmatch(note)
        self._assert_owes(0)
        self.invoice.with_user(self.accountant).action_post()
        self._assert_owes(0)

    def test_the_invoice_is_cancelled(self):
        self.order.with_user(self.manager)._action_cancel()
        self._reverse()
        self._back_to_draft(cancel=True)
        self._assert_owes(0)

    def test_the_order_is_cancelled_last(self):
        self._reverse()
        self._back_to_draft(cancel=True)
        self._assert_owes(600)
        self.order.with_user(self.manager)._action_cancel()
        self._assert_owes(0)
        self.order.with_user(self.manager).action_draft()
        self._assert_owes(0)

    def test_the_credit_note_is_posted_last(self):
        self.order.with_user(self.manager)._action_cancel()
        note = self._reverse(post=False)
        self._back_to_draft()
        note.with_user(self.accountant).action_post()
        self._assert_owes(0)

    def test_of_a_part(self):
        self.order.with_user(self.manager)._action_cancel()
        note = self._reverse(post=False)
        note.with_user(self.accountant).invoice_line_ids.quantity = 2
        note.with_user(self.accountant).action_post()
        self._assert_owes(400)
        self._back_to_draft()
        self._unmatch(note)
        self._assert_owes(0)

    def test_another_invoice_of_the_client_stays_owed(self):
        self._owe(300)
        self.order.with_user(self.manager)._action_cancel()
        self._reverse()
        self._back_to_draft(cancel=True)
        self._assert_owes(300)

    def test_a_credit_note_beside_its_invoice_is_money(self):
        """Reversing, and reversing with a new invoice, go on as core does them."""
        self._pay(600)
        self._assert_owes(0)
        self.order.with_user(self.manager)._action_cancel()
        note = self._reverse("modify_moves")
        self.assertEqual(note.state, "posted")
        self.assertEqual(self.order.invoice_ids.mapped("state").count("draft"), 1)
        standing = self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]
        self.assertEqual(standing.receivable + standing.open_orders, -600)

    def test_the_line_stays_as_it_is_meanwhile(self):
        """By its price, or without it, the credit note would be money."""
        self._reverse()
        self._back_to_draft(cancel=True)
        line = self.order.order_line.with_user(self.manager)
        self._refused(lambda: line.write({"price_unit": 1}))
        self.order.with_user(self.manager)._action_cancel()
        self.order.with_user(self.manager).action_draft()
        self._refused(lambda: line.write({"price_unit": 1}))
        self._refused(
            lambda: line.order_id.write({"order_line": [Command.update(line.id, {"discount": 99})]})
        )
        self._refused(line.unlink)
        self.invoice.reversal_move_ids.with_user(self.accountant).button_cancel()
        line.price_unit = 1

    def _refused(self, action):
        with self.assertRaisesRegex(UserError, "Ask the accountant"), self.cr.savepoint():
            action()
        self.env.invalidate_all()

    def test_goods_that_come_back_by_an_order(self):
        """What is credited for them is the client's, and their order is worked on as any other."""
        self._owe(300)
        back = self._order(-2)
        back.with_user(self.manager).action_confirm()
        back._create_invoices(final=True).action_post()
        self.assertEqual(back.invoice_ids.move_type, "out_refund")
        self.assertFalse(back.order_line.credit_note_alone)
        back.order_line.with_user(self.manager).price_unit = 90
        self._assert_owes(700)
        back._action_cancel()
        self._assert_owes(700)

    def test_lines_that_are_there_already(self):
        """What an update finds is told as what happens later."""
        self.order.with_user(self.manager)._action_cancel()
        self._reverse(post=False)
        part = self._order(4)
        part.action_confirm()
        part._create_invoices().action_post()
        part._action_cancel()
        self._back_to_draft()
        self.invoice.reversal_move_ids.with_user(self.accountant).action_post()
        self.env.flush_all()
        self.cr.execute("UPDATE sale_order_line SET credit_note_alone = NULL")
        self.cr.execute(self.env["sale.order.line"]._fill_credited_sql())
        self.env.invalidate_all()
        self.assertTrue(self.order.order_line.credit_note_alone)
        self.assertFalse(part.order_line.credit_note_alone)
        self._assert_owes(400)
