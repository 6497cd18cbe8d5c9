from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..access.test_access_rule import AccessCase


class OwnerCase(AccessCase):
    """The manager may see, change and add to the colleague's client, for a while."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls._create_client("Person", cls.colleague, is_company=False)
        cls.branch = cls.env["res.partner"].create(
            {"name": "Branch", "is_company": True, "parent_id": cls.foreign.id}
        )
        cls.other = cls._create_client("Other", cls.manager)
        cls.own_contact = cls.env["res.partner"].create({"name": "Sidorov", "parent_id": cls.client.id})
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger", "email": "s@example.com"})

    def _cover(self, **values):
        today = fields.Date.today()
        return self.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "user_ids": [Command.set(self.manager.ids)],
                "manager_ids": [Command.set(self.colleague.ids)],
                "date_from": today,
                "date_to": today,
                "reason": "Vacation",
                **values,
            }
        )

    def _owners(self):
        """:return: dict partner -> whose client he is"""
        partners = self.foreign | self.contact | self.person | self.branch | self.client | self.other
        partners |= self.own_contact
        partners.invalidate_recordset()
        return {partner: (partner.client_id, partner.client_id.user_id) for partner in partners}

    def _assert_refused(self, routes):
        """Each of these functions of the manager's environment is refused; nothing is another's then."""
        before = self._owners()
        for name, route in routes.items():
            with self.subTest(route=name):
                with self.assertRaises(UserError), self.cr.savepoint():
                    route(self.env(user=self.manager))
                    self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(self._owners(), before)

    def _write(self, partner, **values):
        return lambda env: partner.with_env(env).write(values)


@tagged("post_install", "-at_install")
class TestAccessOwner(OwnerCase):
    """Whose client it is, by whatever door: the head decides."""

    def test_under_a_cover_nobody_takes_a_client(self):
        self._cover()
        own = self.client.id
        company = {"is_company": False, "parent_id": own}
        self._assert_refused(
            {
                "a client under mine": self._write(self.person, parent_id=own),
                "and no company any more": self._write(self.foreign, **company),
                "a company under mine": self._write(self.foreign, parent_id=own),
                "its contact": self._write(self.contact, parent_id=own),
                "its branch": self._write(self.branch, parent_id=own),
                "by web_save": lambda env: self.person.with_env(env).web_save({"parent_id": own}, {}),
                "from above": lambda env: self.client.with_env(env).write(
                    {"child_ids": [Command.link(self.contact.id)]}
                ),
                "as a new card's contact": lambda env: env["res.partner"].create(
                    {"name": "New", "is_client": True, "child_ids": [Command.link(self.contact.id)]}
                ),
                "the branch by itself": self._write(self.branch, is_client=True, user_id=self.manager.id),
                "the contact by itself": self._write(
                    self.contact, is_client=True, is_company=True, user_id=self.manager.id
                ),
                "the manager": self._write(self.foreign, user_id=self.manager.id),
                "the branch's manager": self._write(self.branch, user_id=self.manager.id),
                "no client": self._write(self.foreign, is_client=False),
                "the contact to nobody": self._write(self.contact, parent_id=False),
                "my client under his": self._write(self.client, is_company=False, parent_id=self.foreign.id),
                "my contact to his": self._write(self.own_contact, parent_id=self.foreign.id),
            }
        )

    def test_under_a_cover_work_goes_on(self):
        self._cover()
        env = self.env(user=self.manager)
        contact = env["res.partner"].create({"name": "Hired", "parent_id": self.foreign.id})
        self.assertEqual((contact.client_id, contact.user_id), (self.foreign, self.colleague))
        self.contact.with_env(env).write({"phone": "+7 495 222-33-44", "parent_id": self.foreign.id})
        self.contact.with_env(env).parent_id = self.branch
        self.foreign.with_env(env).write({"user_id": self.colleague.id, "name": "Foreign Ltd"})
        lead = env["crm.lead"].create({"name": "Deal", "partner_id": self.branch.id})
        self.assertEqual(lead.user_id, self.colleague)
        self.assertEqual(self.branch.client_id, self.foreign, "a branch is its company's, also with a deal")

    def test_a_deal_of_a_branch_makes_nobody_its_manager(self):
        self._cover()
        for model in ("crm.lead", "sale.order"):
            values = {"partner_id": self.branch.id, "user_id": self.manager.id}
            if model == "crm.lead":
                values["name"] = "Deal"
            self.env[model].with_user(self.manager).create(values)
            self.assertEqual(self.branch.client_id, self.foreign)
        self.assertEqual(self.branch.user_id, self.colleague)

    def test_a_branch_has_its_clients_manager(self):
        self.assertEqual(self.branch.user_id, self.colleague)
        self.foreign.user_id = self.manager
        self.assertEqual(self.branch.user_id, self.manager)
        branch = self.env["res.partner"].create(
            {
                "name": "Second",
                "is_company": True,
                "parent_id": self.foreign.id,
                "user_id": self.colleague.id,
            }
        )
        self.assertEqual(branch.user_id, self.manager)

    def test_contacts_that_one_may_only_see_or_change(self):
        rule = self._let_see(self.manager, self.foreign | self.person, perm_write=False)
        routes = {
            "my contact to his": self._write(self.own_contact, parent_id=self.foreign.id),
            "a stranger": self._write(self.stranger, parent_id=self.foreign.id),
            "mine under his": self._write(self.other, is_company=False, parent_id=self.foreign.id),
            "a new contact": lambda env: env["res.partner"].create(
                {"name": "New", "parent_id": self.foreign.id}
            ),
        }
        self._assert_refused(routes)
        rule.perm_write = True
        self._assert_refused(routes)
        rule.perm_create = True
        self.stranger.with_user(self.manager).parent_id = self.foreign
        self.assertEqual(self.stranger.user_id, self.colleague)

    def test_what_a_manager_does_with_his_own(self):
        env = self.env(user=self.manager)
        contact = self.own_contact.with_env(env)
        contact.parent_id = self.other.id
        self.assertEqual(contact.client_id, self.other)
        contact.write({"is_company": True})
        contact.write({"is_client": True})
        self.assertEqual((contact.client_id, contact.user_id), (contact, self.manager))
        self.other.with_env(env).parent_id = self.client
        self.assertEqual((self.other.client_id, self.other.user_id), (self.other, self.manager))
        self.stranger.with_env(env).is_client = True
        self.assertEqual(self.stranger.user_id, self.manager)
        loose = self.env["res.partner"].create({"name": "Loose"})
        loose.with_env(env).parent_id = self.client
        self.assertEqual(loose.user_id, self.manager)
        daughter = env["res.partner"].create(
            {"name": "Daughter", "is_company": True, "is_client": True, "parent_id": self.client.id}
        )
        self.assertEqual(daughter.user_id, self.manager)

    def test_a_contact_with_orders_stays_with_who_pays(self):
        """His orders would leave the limit of one own client for another's."""
        second = self._create_client("Second own", self.manager)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.client.id})
        contact.with_user(self.manager).parent_id = second
        product = self.env["product.product"].create({"name": "Thing"})
        order = self.env["sale.order"].create(
            {"partner_id": contact.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        order.action_confirm()
        with self.assertRaises(AccessError):
            contact.with_user(self.manager).parent_id = self.client
        contact.with_user(self.head).parent_id = self.client

    def test_nobody_is_made_a_client_of_others(self):
        self._assert_refused(
            {
                "given": self._write(self.stranger, is_client=True, user_id=self.colleague.id),
                "free": self._write(self.stranger, is_client=True, user_id=False),
            }
        )

    def test_a_head_does_all_of_it(self):
        head = self.env(user=self.head)
        self.person.with_env(head).parent_id = self.client
        self.assertEqual((self.person.client_id, self.person.user_id), (self.client, self.manager))
        self.contact.with_env(head).parent_id = self.client
        self.branch.with_env(head).write({"is_client": True, "user_id": self.manager.id})
        self.foreign.with_env(head).user_id = self.manager
        self.other.with_env(head).is_client = False
        self.assertFalse(self.other.client_id)


@tagged("post_install", "-at_install")
class TestAccessOwnerMerge(OwnerCase):
    def _merge(self, partners, survivor, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.manager)
        wizard = wizard.with_context(active_model="res.partner", active_ids=partners.ids).create({})
        wizard.write({"partner_ids": [Command.set(partners.ids)], "dst_partner_id": survivor.id})
        wizard.action_merge()

    def test_under_a_cover(self):
        self._cover()
        second = self._create_client("Foreign again", self.colleague)
        for partners, survivor in (
            (self.other | self.foreign, self.other),
            (self.other | self.foreign, self.foreign),
            (self.own_contact | self.contact, self.own_contact),
            (self.stranger | self.person, self.stranger),
            (second | self.foreign, self.foreign),
        ):
            partners.email = "same@example.com"
            with self.subTest(survivor=survivor.name):
                with self.assertRaises(UserError), self.cr.savepoint():
                    self._merge(partners, survivor)
                self.env.invalidate_all()
                self.assertEqual(partners.exists(), partners)
        self._merge(second | self.foreign, self.foreign, self.head)

    def test_own_pair(self):
        contact = self.own_contact
        (self.client | self.other).email = "same@example.com"
        self._merge(self.client | self.other, self.other)
        self.assertEqual((contact.client_id, contact.user_id), (self.other, self.manager))

    def test_with_a_stranger(self):
        (self.client | self.stranger).email = "same@example.com"
        self._merge(self.client | self.stranger, self.stranger)
        self.assertEqual((self.stranger.client_id, self.stranger.user_id), (self.stranger, self.manager))

    def test_with_a_colleague(self):
        """A merge with a client would make a colleague's login the client's, and the client nobody's."""
        (self.client | self.colleague.partner_id).email = "same@example.com"
        with self.assertRaises(UserError), self.cr.savepoint():
            self._merge(self.client | self.colleague.partner_id, self.client)

    def test_deals(self):
        self._cover()
        deals = self.lead | self.env["crm.lead"].create(
            {"name": "Mine", "partner_id": self.client.id, "user_id": self.manager.id}
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            deals.with_user(self.manager).merge_opportunity()
        twins = self.lead.copy({"name": "Again", "user_id": self.colleague.id}) | self.lead
        twins.with_user(self.manager).merge_opportunity()


@tagged("post_install", "-at_install")
class TestAccessOwnerDocuments(OwnerCase):
    """What hangs on a client goes to no other manager's, whoever may change it for a while."""

    def test_under_a_cover(self):
        activity = self._plan(self.foreign, "2026-12-01", self.colleague)
        attachment = self.env["ir.attachment"].create(
            {"name": "x.txt", "raw": b"x", "res_model": "res.partner", "res_id": self.foreign.id}
        )
        self._cover()
        own = self.client.id
        routes = {
            "a deal": self._write(self.lead, partner_id=own),
            "a deal of nobody": self._write(self.lead, partner_id=False, user_id=self.manager.id),
            "an order": self._write(self.order, partner_id=own),
            "an activity": self._write(
                activity, res_model_id=self.env["ir.model"]._get_id("res.partner"), res_id=own
            ),
            "a file": self._write(attachment, res_id=own),
            "a deal, from the card": self._write(self.client, opportunity_ids=[Command.link(self.lead.id)]),
            "an order, from the card": self._write(self.client, sale_order_ids=[Command.link(self.order.id)]),
        }
        loose = self.env["crm.lead"].create(
            {
                "name": "Loose",
                "user_id": self.colleague.id,
                "partner_name": "Newcomer",
                "contact_name": "Nina",
            }
        )
        routes["a deal without a client"] = self._write(loose, user_id=self.manager.id)
        routes["for mine"] = self._write(loose, partner_id=own)
        routes["converted for mine"] = lambda env: (
            env["crm.lead2opportunity.partner"]
            .with_context(active_model="crm.lead", active_ids=loose.ids, active_id=loose.id)
            .create({"action": "create", "user_id": self.manager.id, "name": "convert"})
            .action_apply()
        )
        self._assert_refused(routes)
        self.assertEqual(self.lead.partner_id, self.contact)
        self.assertEqual((self.order.partner_id, activity.client_id), (self.foreign, self.foreign))
        lead = self.lead.with_user(self.manager)
        lead.partner_id = self.foreign
        lead.write({"partner_id": self.person.id, "name": "For the person"})
        self.assertEqual(lead.user_id, self.colleague)

    def test_pointing_at_who_one_may_only_see(self):
        """Seeing a client, or changing his card, is not adding work for him."""
        lead = (
            self.env["crm.lead"].with_user(self.manager).create({"name": "D", "partner_id": self.client.id})
        )
        order = self.env["sale.order"].with_user(self.manager).create({"partner_id": self.client.id})
        loose = self.env["crm.lead"].with_user(self.manager).create({"name": "Loose"})
        rule = self._let_see(self.manager, self.foreign, perm_write=False)
        foreign = self.foreign.id
        routes = {
            "deal": self._write(lead, partner_id=foreign),
            "its contact": self._write(lead, partner_id=self.contact.id),
            "loose deal": self._write(loose, partner_id=foreign),
            "order": self._write(order, partner_id=foreign),
            "payer": self._write(order, partner_invoice_id=foreign),
            "who gets the goods": self._write(order, partner_shipping_id=self.contact.id),
            "new deal": lambda env: env["crm.lead"].create({"name": "X", "partner_id": foreign}),
            "new deal by default": lambda env: (
                env["crm.lead"].with_context(default_partner_id=foreign).create({"name": "X"})
            ),
            "new order": lambda env: env["sale.order"].create({"partner_id": foreign}),
            "new order's payer": lambda env: env["sale.order"].create(
                {"partner_id": self.client.id, "partner_invoice_id": foreign}
            ),
            "promise": lambda env: env["sales.promise"].create(
                {
                    "client_id": foreign,
                    "kind": "other",
                    "direction": "client",
                    "date_due": fields.Date.add(fields.Date.today(), days=9),
                }
            ),
        }
        self._assert_refused(routes)
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        self._assert_refused(
            {
                "new invoice": lambda env: env["account.move"].create(
                    {"move_type": "out_invoice", "partner_id": foreign}
                ),
            }
        )
        rule.perm_create = True
        env = self.env(user=self.manager)
        env["sale.order"].create({"partner_id": self.client.id, "partner_invoice_id": foreign})
        lead.with_env(env).partner_id = foreign

    def test_own_work_goes_on(self):
        env = self.env(user=self.manager)
        lead = env["crm.lead"].create({"name": "D", "partner_id": self.client.id})
        lead.partner_id = self.other
        lead.partner_id = False
        lead.partner_id = self.stranger
        self.assertEqual(self.stranger.user_id, self.manager)
        newcomer = self.env["res.partner"].create({"name": "Newcomer"})
        lead.write({"partner_id": newcomer.id, "user_id": self.colleague.id})
        self.assertEqual(newcomer.user_id, self.colleague)
