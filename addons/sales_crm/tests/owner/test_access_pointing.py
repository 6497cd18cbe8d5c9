from contextlib import suppress

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..access.test_access_rule import AccessCase
from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestAccessPointing(AccessCase):
    """Found by the write sweep: links beside the one by which a record hangs on its client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "portal_of_foreign", "base.group_portal")
        cls.portal.partner_id.parent_id = cls.foreign
        cls.rule = cls._let_see(cls.manager, cls.foreign, perm_write=False)

    def _assert_refused(self, *routes):
        for route in routes:
            with self.assertRaises(AccessError), self.cr.savepoint():
                route()

    def test_nobody_of_a_client_seen_only_is_responsible(self):
        """He would follow the record from then on, and be written to."""
        values = {"name": "D", "partner_id": self.client.id, "type": "opportunity"}
        lead = self.env["crm.lead"].with_user(self.manager).create(values)
        promise = self.env["sales.promise"].create(
            {"client_id": self.client.id, "date_due": fields.Date.today()}
        )
        promise = promise.with_user(self.manager)
        activity = self._plan(self.client, fields.Date.today()).with_user(self.manager)

        def named():
            # core writes into what it is given
            return {"user_id": self.portal.id}

        self._assert_refused(
            lambda: lead.write(named()),
            lambda: lead.create({**values, **named()}),
            lambda: lead.with_context(default_user_id=self.portal.id).create(values),
            lambda: promise.web_save(named(), {}),
            lambda: activity.write(named()),
            lambda: self.client.with_user(self.manager).write(
                {"opportunity_ids": [Command.update(lead.id, named())]}
            ),
        )
        self.rule.perm_write = True
        lead.write({"name": "Again", "user_id": self.manager.id})

    def test_a_tag_is_put_on_from_its_own_side(self):
        Tag = self.env["res.partner.category"]
        theirs = Tag.create({"name": "Theirs", "partner_ids": [Command.set(self.foreign.ids)]})
        Tag = Tag.with_user(self.manager)
        own = Tag.create({"name": "Own", "partner_ids": [Command.set(self.client.ids)]})
        link = [Command.link(self.foreign.id)]
        self._assert_refused(
            lambda: own.write({"partner_ids": link}),
            lambda: Tag.create({"name": "New", "partner_ids": link}),
            lambda: theirs.with_user(self.manager).write({"partner_ids": [Command.clear()]}),
            lambda: theirs.with_user(self.manager).unlink(),
        )
        theirs.with_user(self.manager).write(
            {"name": "Renamed", "partner_ids": [Command.link(self.client.id)]}
        )
        self.assertEqual(theirs.partner_ids, self.foreign | self.client)
        own.unlink()

    def test_a_rule_of_reconciliation_is_made_for_own_clients(self):
        """It says how payments are booked, and by that what a client owes."""
        self.manager.group_ids |= self.env.ref("account.group_account_basic")
        Rule = self.env["account.reconcile.model"].with_user(self.manager)
        own = Rule.create({"name": "Own", "match_partner_ids": [Command.link(self.client.id)]})
        theirs = [Command.link(self.foreign.id)]
        self._assert_refused(
            lambda: Rule.create({"name": "New", "match_partner_ids": theirs}),
            lambda: Rule.with_context(default_match_partner_ids=theirs).create({"name": "New"}),
            lambda: own.write({"match_partner_ids": theirs}),
        )
        own.write({"name": "Renamed", "match_partner_ids": [Command.clear()]})
        head = new_test_user(
            self.env, "booking_head", "sales_crm.group_head,account.group_account_basic,base.group_user"
        )
        self.assertTrue(Rule.with_user(head).create({"name": "New", "match_partner_ids": theirs}))

    def test_a_document_is_not_pointed_at_anothers(self):
        lead = self.env["crm.lead"].create({"name": "D", "partner_id": self.foreign.id})
        order = self.env["sale.order"].create({"partner_id": self.client.id}).with_user(self.manager)
        self._assert_refused(lambda: order.write({"opportunity_id": lead.id}))
        own = lead.with_user(self.manager).create({"name": "D", "partner_id": self.client.id})
        order.write({"opportunity_id": own.id})

    def test_whose_order_a_line_is_of_is_not_written(self):
        product = self.env["product.product"].create({"name": "Thing"})
        order = self.env["sale.order"].create(
            {"partner_id": self.client.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        line = order.order_line.with_user(self.manager)
        self._assert_refused(lambda: line.write({"order_partner_id": self.foreign.id}))


@tagged("post_install", "-at_install")
class TestStoredLinks(CreditCase):
    """What core computes and stores of a record's links, nobody writes by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_client("Foreign", cls.colleague)
        cls._let_see(cls.manager, cls.foreign, perm_write=False)
        cls.manager.group_ids |= cls.env.ref("account.group_account_invoice")
        cls.own_invoice = cls._owe(50, client=cls.client)
        cls.statement_line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "payment_ref": "Foreign",
                "amount": 10,
                "date": cls.today,
                "partner_id": cls.foreign.id,
            }
        )
        cls.env.flush_all()

    def _forge(self, record, name, value):
        """Nothing is written by any route; a file that is refused is told so without an error."""
        record = record.with_user(self.manager)
        held, number = record[name], str(record.id)
        for route in (
            lambda: record.write({name: value}),
            lambda: record.web_save({name: value}, {}),
            lambda: record.browse().load([".id", f"{name}/.id"], [[number, str(value)]]),
        ):
            with suppress(AccessError), self.cr.savepoint():
                route()
            self.env.flush_all()
            record.invalidate_recordset()
            self.assertEqual(record[name], held, name)

    def test_a_line_is_not_hung_on_anothers_payment(self):
        line = self.own_invoice.invoice_line_ids
        self._forge(line, "statement_line_id", self.statement_line.id)
        self._forge(line, "payment_id", self._pay(5, self.foreign).id)

    def test_whose_invoice_it_is_is_not_written(self):
        self._forge(self.own_invoice, "commercial_partner_id", self.foreign.id)

    def test_who_has_sold_is_the_orders_manager(self):
        order = self._order(1, self.client, user_id=self.manager.id)
        self._forge(order.order_line, "salesman_id", self.colleague.id)
        order.user_id = self.head
        self.assertEqual(order.order_line.salesman_id, self.head)
