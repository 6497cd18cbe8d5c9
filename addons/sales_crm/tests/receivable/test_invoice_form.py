from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .test_receivable import ReceivableCase


@tagged("post_install", "-at_install")
class TestInvoiceForm(ReceivableCase):
    """A manager opens what his clients were billed, reads it, and changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._bill(100, 5)
        cls.paid = cls._bill(80, 5)
        cls._settle(cls.invoice, 40)
        cls._settle(cls.paid)
        cls.refund = cls._bill(20, 2, move_type="out_refund")
        cls.foreign = cls._bill(300, client=cls.other_client, invoice_user_id=cls.colleague.id)
        cls._settle(cls.foreign, 30)

    def _read(self, invoice, user=None):
        """What the web client reads to show the form.

        :return: tuple (arch, dict of values)
        """
        mine = invoice.with_user(user or self.manager)
        form = Form(mine)
        spec = {name: {} for name in form._view["fields"]}
        return form._view["tree"], mine.web_read(spec)[0]

    def _shown(self, node, values):
        """:return: whether a node is visible with these values, as the web client judges it"""
        while node is not None:
            condition = node.get("invisible")
            if condition and safe_eval(condition, {**values, "context": {}, "uid": self.manager.id}):
                return False
            node = node.getparent()
        return True

    def _buttons(self, tree, values):
        """:return: list of the names of the buttons that stand on the form"""
        return [
            node.get("name")
            for node in tree.iter("button")
            if node.get("type") == "object"
            and not any(parent.tag == "field" for parent in node.iterancestors())
            and self._shown(node, values)
        ]

    def test_opens(self):
        for invoice, state in ((self.invoice, "partial"), (self.paid, None), (self.refund, "not_paid")):
            invoice.invalidate_recordset()
            values = self._read(invoice)[1]
            self.assertEqual(values["amount_residual"], invoice.amount_residual)
            self.assertIn(values["payment_state"], (state,) if state else ("paid", "in_payment"))

    def test_buttons_work(self):
        for invoice in (self.invoice, self.paid, self.refund):
            tree, values = self._read(invoice)
            for name in self._buttons(tree, values):
                with self.subTest(invoice=invoice.name, button=name):
                    getattr(invoice.with_user(self.manager), name)()

    def test_payments_button_is_for_accounting(self):
        self.assertNotIn("open_payments", self._buttons(*self._read(self.invoice)))
        self.manager.group_ids = [Command.link(self.env.ref("account.group_account_readonly").id)]
        self.assertIn("open_payments", self._buttons(*self._read(self.invoice)))

    def test_what_was_paid(self):
        values = self._read(self.invoice)[1]
        self.assertIn("40", values["sales_paid_text"])
        self.assertEqual(len(values["sales_paid_text"].splitlines()), 1)
        self._match(self.refund, self.invoice)
        self.invoice.invalidate_recordset()
        lines = self._read(self.invoice)[1]["sales_paid_text"].splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(any(self.refund.name in line for line in lines))
        self.assertFalse(self._read(self._bill(10))[1]["sales_paid_text"])

    def test_payment_of_a_foreign_client(self):
        """What another manager's client paid for this one isn't shown."""
        invoice = self._bill(50)
        self._match(self._pay(15, client=self.other_client).move_id, invoice)
        self.assertFalse(invoice.with_user(self.manager).sales_paid_text)
        self.assertEqual(invoice.with_user(self.manager).payment_count, 0)

    def test_foreign_invoice(self):
        with self.assertRaises(AccessError):
            self._read(self.foreign)
        self._let_see(self.manager, self.other_client)
        self.assertIn("30", self._read(self.foreign)[1]["sales_paid_text"])

    def test_nothing_is_written(self):
        mine = self.invoice.with_user(self.manager)
        with self.assertRaises(AccessError):
            mine.write({"ref": "Changed"})
        with self.assertRaises(AccessError):
            mine.button_draft()
        with self.assertRaises(AccessError):
            mine.env["account.payment"].search([])
        self.assertEqual(self._read(self.invoice)[0].get("edit"), "False", "the form isn't editable")

    def test_head_and_accountant(self):
        self.assertIn("40", self._read(self.invoice, self.head)[1]["sales_paid_text"])
        accountant = new_test_user(
            self.env,
            "bookkeeper",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertEqual(self.invoice.with_user(accountant).payment_count, 1)

    def test_from_the_order(self):
        order = self._order(2)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        action = order.with_user(self.manager).action_view_invoice()
        self.assertEqual(action["res_id"], invoice.id)
        self.assertEqual(etree.QName(self._read(invoice)[0]).localname, "form")
