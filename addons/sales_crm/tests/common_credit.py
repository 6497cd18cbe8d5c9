from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import SalesCrmCommon


class CreditCase(AccountTestInvoicingCommon, SalesCrmCommon):
    """A client with a contract: 30 days, limit 1 000, no tolerance; and goods at 100 without tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            user=cls.env.ref("base.user_root"), context={**cls.env.context, "tracking_disable": True}
        )
        cls.company = cls.company_data["company"]
        cls.today = cls.company._sales_today()
        users = cls.head | cls.manager | cls.colleague
        users.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})
        cls.controller = new_test_user(
            cls.env,
            "controller",
            "sales_crm.group_credit_controller,sales_crm.group_head",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.controller.sales_release_limit = 5000
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.client = cls.client.with_env(cls.env)
        cls.goods = cls.env["product.product"].create(
            {
                "name": "Goods",
                "list_price": 100,
                "type": "consu",
                "taxes_id": [Command.clear()],
                "invoice_policy": "order",
            }
        )
        cls.term = cls.env.ref("account.account_payment_term_30days")
        cls.contract = cls._contract(cls.client)

    @classmethod
    def _contract(cls, client, activate=True, **values):
        contract = cls.env["sales.contract"].create(
            {
                "name": f"C-{client.id}",
                "client_id": client.id,
                "company_id": cls.company.id,
                "payment_term_id": cls.term.id,
                "credit_limit": 1000,
                "date_start": cls.today - timedelta(days=100),
                **values,
            }
        )
        if activate:
            contract.action_activate()
        return contract

    @classmethod
    def _order(cls, quantity=1, client=None, **values):
        """A quotation of ``quantity`` goods at 100."""
        return cls.env["sale.order"].create(
            {
                "partner_id": (client or cls.client).id,
                "user_id": cls.manager.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.goods.id,
                            "product_uom_qty": quantity,
                            "price_unit": 100,
                            "tax_ids": False,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _owe(cls, amount, days_ago=0, client=None, post=True, move_type="out_invoice"):
        """An invoice of ``amount`` that is due in 30 days from its date, ``days_ago``."""
        date = cls.today - timedelta(days=days_ago)
        invoice = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (client or cls.client).id,
                "invoice_date": date,
                "date": date,
                "invoice_date_due": date + timedelta(days=30),
                "invoice_payment_term_id": False,
                "invoice_user_id": cls.manager.id,
                "invoice_line_ids": [
                    Command.create({"product_id": cls.goods.id, "price_unit": amount, "tax_ids": False})
                ],
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, amount, client=None):
        """A payment of the client that is matched with nothing yet."""
        payment = cls.env["account.payment"].create(
            {
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (client or cls.client).id,
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": cls.today,
            }
        )
        payment.action_post()
        return payment

    def _codes(self, order):
        """:return: set of the reasons why the order can't be confirmed now"""
        order.invalidate_recordset()
        return {reason.code for reason in order._credit_reasons_ahead()}
