from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestDraftInvoicePayer(DeliveryCase):
    """An order is moved to another client while its invoice for the first one is not posted: the limit of the
    first was free, and full twice over once the invoice was posted.
    """

    def setUp(self):
        super().setUp()
        self.other = self._create_client("Beta", self.manager)
        self.his = self._contract(self.other)
        picking = self._delivery(10)
        picking.button_validate()
        self.order = picking.sale_id
        self.invoice = self.order._create_invoices()
        self.values = {
            "partner_id": self.other.id,
            "partner_invoice_id": self.other.id,
            "contract_id": self.his.id,
        }

    def _assert_refused(self, action, why="on a draft invoice for"):
        with self.assertRaisesRegex(UserError, why), self.cr.savepoint():
            action()
        self.env.invalidate_all()

    def test_another_payer(self):
        order = self.order.with_user(self.manager)
        self._assert_refused(lambda: order.write(self.values))
        self._assert_refused(lambda: order.web_save(self.values, {}))
        self._assert_refused(lambda: order.write({"partner_invoice_id": self.other.id, "contract_id": False}))
        self.assertEqual(self.order.partner_invoice_id, self.client)

    def test_a_line_goes_to_another_order(self):
        other = self._order(1, client=self.other)
        line = self.order.order_line.with_user(self.manager)
        self._assert_refused(lambda: line.write({"order_id": other.id}))
        nested = {"order_line": [Command.link(line.id)]}
        self._assert_refused(lambda: other.with_user(self.manager).write(nested))

    def test_ways_out(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.client.id})
        self.order.with_user(self.manager).partner_invoice_id = contact
        self.order.partner_invoice_id = self.client
        self.invoice.button_cancel()
        self.order.with_user(self.manager).write(self.values)
        self.assertEqual(self.order.partner_invoice_id, self.other)

    def test_another_payer_of_what_is_invoiced(self):
        self.invoice.action_post()
        order, why = self.order.with_user(self.manager), "is invoiced to"
        self._assert_refused(lambda: order.write(self.values), why)
        self._assert_refused(lambda: order.web_save(self.values, {}), why)
        other = self._order(1, client=self.other)
        line = self.order.order_line.with_user(self.manager)
        self._assert_refused(lambda: line.write({"order_id": other.id}), why)

    def test_credited_the_order_is_free(self):
        self.invoice.action_post()
        note = self._reversed("refund_moves")
        note.filtered(lambda move: move.state == "draft").action_post()
        self.order.with_user(self.manager).write(self.values)
        self.assertEqual(self.order.partner_invoice_id, self.other)
        self._assert_refused(self.invoice.button_draft, "can't go back to draft")
        self._assert_refused(lambda: self.invoice.write({"state": "draft"}), "can't go back to draft")
        new = self.order._create_invoices()
        self.assertEqual(new.partner_id, self.other)
        self._assert_refused(lambda: new.write({"partner_id": self.client.id}), "is paid by")

    def _reversed(self, method):
        asked = {"active_model": "account.move", "active_ids": self.invoice.ids}
        values = {"reason": "Back", "journal_id": self.invoice.journal_id.id}
        wizard = self.env["account.move.reversal"].with_context(**asked).create(values)
        getattr(wizard, method)()
        return self.invoice.reversal_move_ids

    def test_the_accountant_on_his_own(self):
        self.invoice.action_post()
        self.invoice.button_draft()
        self._assert_refused(lambda: self.order.with_user(self.manager).write(self.values))
        self._assert_refused(lambda: self.invoice.write({"partner_id": self.other.id}), "is paid by")
        self.invoice.action_post()
        self._reversed("modify_moves")
        drafts = self.order.invoice_ids.filtered(lambda move: move.state == "draft")
        self._assert_refused(lambda: drafts.write({"partner_id": self.other.id}), "is paid by")
