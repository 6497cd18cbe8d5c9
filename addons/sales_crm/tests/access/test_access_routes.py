import json

from odoo import Command
from odoo.tests import tagged

from ..common_dossier import SECRET, DossierCommon

NAME = {"fields": {"display_name": {}}}


@tagged("post_install", "-at_install")
class TestAccessRoutes(DossierCommon):
    """What the web client and the API ask the models for."""

    def test_reading(self):
        hidden, contact = self.hidden.id, self.contact.id
        self._assert_silent(
            {
                "search_read": lambda env: env["res.partner"].search_read([], ["name"]),
                "web_search_read": lambda env: env["res.partner"].web_search_read(
                    [], {"display_name": {}, "child_ids": NAME}
                ),
                "web_read": lambda env: env["res.partner"].browse(hidden).web_read({"display_name": {}}),
                "read": lambda env: env["res.partner"].browse(contact).read(["email"]),
                "name_search": lambda env: env["res.partner"].name_search(SECRET),
                "web_name_search": lambda env: env["res.partner"].web_name_search(
                    SECRET, {"display_name": {}}
                ),
                "by a contact's mail": lambda env: env["res.partner"].search_read(
                    [("child_ids.email", "ilike", SECRET)], ["name"]
                ),
                "search panel": lambda env: env["sale.order"].search_panel_select_multi_range("partner_id"),
                "copy": lambda env: env["sale.order"].browse(self.order.id).copy().partner_id.name,
                "portal users": lambda env: env["res.users"].search_read(
                    [("login", "ilike", SECRET)], ["name"]
                ),
                "branches": lambda env: env["res.partner"].search_read(
                    [("name", "=", "Branch")], ["complete_name", "parent_id"]
                ),
                "suppliers": lambda env: (
                    env["product.product"]
                    .browse(self.product.id)
                    .web_read({"seller_ids": {"fields": {"partner_id": NAME, "product_name": {}}}})
                ),
            }
        )

    def test_a_daughter_of_a_hidden_company(self):
        """His client is shown to him, and not whose daughter it is."""
        daughter = self._create_client("Daughter", self.manager, parent_id=self.hidden.id)
        self.assertEqual(daughter.client_id, daughter)
        fields = {"display_name": {}, "parent_id": {"fields": {"display_name": {}, "lang": {}}}, "phone": {}}
        names = ["display_name", "complete_name", "parent_id", "parent_name"]
        self._assert_silent(
            {
                "form": lambda env: env["res.partner"].browse(daughter.id).web_read(fields),
                "read": lambda env: env["res.partner"].browse(daughter.id).read(names),
                "list": lambda env: env["res.partner"].web_search_read([("name", "=", "Daughter")], fields),
                "grouped": lambda env: env["res.partner"].formatted_read_group(
                    [], ["parent_id"], ["__count"]
                ),
                "search panel": lambda env: env["res.partner"].search_panel_select_multi_range("parent_id"),
                "suggestion": lambda env: (
                    env["res.partner"]
                    .with_context(formatted_display_name=True)
                    .web_name_search("Daughter", {"display_name": {}})
                ),
            },
            to=self.head,
        )
        self.assertEqual(
            self._ask(self.manager, lambda env: env["res.partner"].browse(daughter.id).web_read(fields)),
            ([{"id": daughter.id, "display_name": "Daughter", "parent_id": False, "phone": False}], None),
        )

    def test_grouping(self):
        colours = {"field": "activity_state", "colors": {"planned": "success", "overdue": "danger"}}
        self._assert_silent(
            {
                "orders": lambda env: env["sale.order"].formatted_read_group([], ["partner_id"], ["__count"]),
                "report": lambda env: env["sale.report"].formatted_read_group(
                    [], ["partner_id"], ["price_total:sum"]
                ),
                "kanban": lambda env: env["crm.lead"].web_read_group([], ["partner_id"], ["__count"]),
                "pivot": lambda env: env["crm.lead"].formatted_read_grouping_sets(
                    [], [["partner_id"], []], ["__count"]
                ),
                "activities": lambda env: env["mail.activity"].formatted_read_group(
                    [], ["client_id"], ["__count"]
                ),
                "banks": lambda env: env["res.partner.bank"].formatted_read_group(
                    [], ["partner_id"], ["__count"]
                ),
            }
        )
        bars = self.env["crm.lead"].with_user(self.manager).read_progress_bar([], "partner_id", colours)
        self.assertFalse(bars)

    def test_invoices_of_one_who_may_invoice(self):
        (self.manager | self.colleague).group_ids |= self.env.ref("account.group_account_invoice")
        Journal = self.env["account.journal"].with_user(self.manager)
        self.assertTrue(Journal.search([("type", "=", "sale")], limit=1).kanban_dashboard)
        self._assert_silent(
            {
                "invoices": lambda env: env["account.move"].search_read([], ["partner_id"]),
                "lines": lambda env: env["account.move.line"].search_read([], ["name"]),
                "sending": lambda env: (
                    env["account.move.send.wizard"]
                    .with_context(active_model="account.move", active_ids=self.invoice.ids)
                    .create({})
                    .web_read({"mail_partner_ids": {"fields": {"display_name": {}}}})
                ),
                "report": lambda env: env["account.invoice.report"].formatted_read_group(
                    [], ["partner_id"], ["__count"]
                ),
                "analytic": lambda env: env["account.analytic.account"].search_read([], ["name"]),
            }
        )

    def test_activities_and_meetings(self):
        self._assert_silent(
            {
                "activity view": lambda env: [
                    env["mail.activity"].get_activity_data("crm.lead", []),
                    env["crm.lead"].search([]).mapped("name"),
                ],
                "activity": lambda env: env["mail.activity"].browse(self.activities.ids).read(["res_name"]),
                "activity_format": lambda env: (
                    env["mail.activity"].browse(self.activities.ids).activity_format()
                ),
                "calendar": lambda env: env["calendar.event"].search_read([], ["name", "partner_ids"]),
                "attendees": lambda env: (
                    env["res.partner"].browse(self.contact.ids).get_attendee_detail(self.meeting.ids)
                ),
            }
        )
        self.assertFalse(self.env["res.users"].with_user(self.manager)._get_activity_groups())
        self.env["sales.plan.line"].search([]).unlink()
        day = self._told(self.manager, lambda env: env["sales.my.day"].get_day(date="2026-12-01"))
        self.assertIn('"rows": []', day)
        self.assertNotIn(SECRET, day)

    def test_pointing(self):
        """What can't be seen can't be pointed at, neither by values nor by defaults."""
        hidden, lead, order = self.hidden.id, self.lead.id, self.order.id
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": SECRET, "model": "res.partner", "res_id": hidden}
        )
        name = {"partner_id": NAME}
        line = {"name": "Line", "order_partner_id": hidden, "partner_id": hidden}

        def default_of_mine(env):
            env["ir.default"].set("crm.lead", "partner_id", hidden, user_id=True)
            return env["crm.lead"].onchange({}, [], name)

        def wizard(model, fields):
            def open_wizard(env):
                Wizard = env[model].with_context(
                    active_model="crm.lead", active_ids=[lead], active_id=lead, default_res_model="crm.lead"
                )
                record = Wizard.create({})
                return [record.web_read(fields), Wizard.onchange({}, [], fields)]

            return open_wizard

        self._assert_silent(
            {
                "onchange": lambda env: env["crm.lead"].onchange(
                    {"partner_id": hidden}, ["partner_id"], {"partner_id": NAME, "email_from": {}}
                ),
                "default": lambda env: (
                    env["crm.lead"].with_context(default_partner_id=hidden).onchange({}, [], name)
                ),
                "own default": default_of_mine,
                "merge of deals": wizard("crm.merge.opportunity", {"opportunity_ids": NAME}),
                "customer of a lead": wizard("crm.lead2opportunity.partner", {"lead_id": NAME}),
                "invoice of an order": lambda env: (
                    env["sale.advance.payment.inv"]
                    .with_context(active_ids=[order])
                    .create({})
                    .web_read({"sale_order_ids": {"fields": {"partner_id": NAME}}})
                ),
                "share": lambda env: (
                    env["portal.share"]
                    .create({"res_model": "sale.order", "res_id": order})
                    .read(["share_link", "access_warning"])
                    and self.order.client_order_ref
                ),
                "template": lambda env: (
                    env["mail.template.preview"]
                    .create(
                        {
                            "mail_template_id": env.ref("sale.email_template_edi_sale").id,
                            "resource_ref": f"sale.order,{order}",
                        }
                    )
                    .web_read({"partner_ids": NAME, "email_to": {}, "body_html": {}, "subject": {}})
                ),
                "payment": lambda env: (
                    env["payment.link.wizard"]
                    .with_context(active_model="sale.order", active_id=order)
                    .create({})
                    .read(["partner_id", "link", "amount"])
                ),
                "invitation": lambda env: env["res.partner"].browse(self.contact.id).signup_get_auth_param(),
                "external id": lambda env: env["res.partner"].browse(hidden).get_external_id(),
                "import by name": lambda env: [
                    env["crm.lead"].load(["name", "partner_id"], [["x", self.hidden.name.split()[1]]]),
                    env["crm.lead"].search([]).mapped("partner_id.name"),
                ],
            }
        )
        self._assert_silent(
            {
                "document of a message": lambda env: env["mail.message"].onchange(
                    {"model": "res.partner", "res_id": hidden}, [], {"record_name": {}}
                ),
                "document of a message, by default": lambda env: (
                    env["mail.message"]
                    .with_context(default_model="res.partner", default_res_id=hidden)
                    .onchange({}, [], {"record_name": {}})
                ),
            }
        )
        self._assert_refused(
            {
                "create": lambda env: env["crm.lead"].create({"name": "x", "partner_id": hidden}),
                "create by default": lambda env: (
                    env["mail.compose.message"].with_context(default_partner_ids=[hidden]).create({})
                ),
                "line": lambda env: env["sale.order"].onchange(
                    {"order_line": [(0, "new", line)]}, ["order_line"], {"order_line": {}}
                ),
                "write": lambda env: env["res.partner"].browse(self.client.id).write({"parent_id": hidden}),
            }
        )

    def test_import_by_id(self):
        Partner = self.env["res.partner"].with_user(self.manager)
        Lead = self.env["crm.lead"].with_user(self.manager)
        for result in (
            Partner.load([".id", "name"], [[str(self.hidden.id), "Mine now"]]),
            Lead.load(["name", "partner_id/.id"], [["x", str(self.hidden.id)]]),
        ):
            self.assertFalse(result["ids"])
            self.assertNotIn(SECRET, json.dumps(result, default=str).lower())
        self.assertEqual(self.hidden.name, f"{SECRET} Ltd")

    def test_import_with_an_external_id(self):
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "client_x", "model": "res.partner", "res_id": self.hidden.id}
        )
        Partner = self.env["res.partner"].with_user(self.manager)
        result = Partner.load(["id", "name"], [["__import__.client_x", "Mine now"]])
        self.assertFalse(result["ids"])
        self.assertNotIn(SECRET, json.dumps(result, default=str).lower())
        self.assertEqual(self.hidden.name, f"{SECRET} Ltd")

    def test_twins(self):
        mine = self._create_client("Twin", self.manager, phone=self.hidden.phone, vat=self.hidden.vat)
        bank = self.env["res.partner.bank"].create({"partner_id": mine.id, "acc_number": f"{SECRET}1"})
        twin = self.env["crm.lead"].create(
            {"name": "x", "user_id": self.manager.id, "phone": self.hidden.phone, "partner_id": mine.id}
        )
        self.lead.phone = self.hidden.phone
        as_manager = twin.with_user(self.manager)
        self.assertIn(self.lead, twin.with_user(self.head).duplicate_lead_ids)
        self.env.invalidate_all()
        self.assertEqual((as_manager.duplicate_lead_ids, as_manager.duplicate_lead_count), (twin, 0))
        self.assertFalse(as_manager.partner_id.same_vat_partner_id)
        self.assertFalse(bank.with_user(self.manager).duplicate_bank_partner_ids)

    def test_merging(self):
        """Neither the list of twins nor the merge itself takes in what one can't see."""
        (self.client | self.hidden).email = "same@example.com"
        Wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        wizard = Wizard.create({"group_by_email": True})
        wizard.action_start_manual_process()
        self.assertNotIn(self.hidden, wizard.dst_partner_id | wizard.partner_ids)
        self._assert_refused(
            {
                "partners": lambda env: wizard.with_env(env)._merge((self.client | self.hidden).ids),
                "deals": lambda env: env["crm.merge.opportunity"].create(
                    {"opportunity_ids": [Command.set(self.lead.ids)]}
                ),
            }
        )

    def test_errors_name_nothing(self):
        self.activities.action_cancel_with_reason("No need")
        self._assert_silent(
            {
                "closed activity": lambda env: (
                    env["mail.activity"].browse(self.activities.ids).write({"date_deadline": "2027-01-01"})
                ),
                "delete": lambda env: env["res.partner"].browse(self.hidden.id).unlink(),
            },
            to=self.head,
        )

    def test_suggestions_and_recipients(self):
        mail = self.contact.email
        deals = {
            user: self.env["crm.lead"].create({"name": "x", "user_id": user.id, "email_from": mail})
            for user in self.manager | self.colleague
        }
        self._assert_silent(
            {
                "mention": lambda env: env["res.partner"].get_mention_suggestions(SECRET),
                "recipients": lambda env: (
                    env["crm.lead"]
                    .browse(self.lead.id)
                    ._message_get_suggested_recipients(reply_discussion=True, no_create=True)
                ),
                "recipients of a deal with the same mail": lambda env: [
                    row["name"]
                    for row in env["crm.lead"]
                    .browse(deals[env.user].id)
                    ._message_get_suggested_recipients(no_create=True)
                    if row["partner_id"]
                ],
                "mail composer": lambda env: (
                    env["mail.compose.message"]
                    .create(
                        {
                            "model": "sale.order",
                            "res_ids": str(self.order.ids),
                            "template_id": env.ref("sale.email_template_edi_sale").id,
                        }
                    )
                    .web_read({"subject": {}, "body": {}, "partner_ids": NAME})
                ),
            }
        )
        Partner = self.env["res.partner"].with_user(self.manager)
        self.assertNotEqual(Partner.find_or_create(mail), self.contact)
        self.assertNotEqual(Partner.name_create(f"X <{self.hidden.email}>")[0], self.hidden.id)

    def test_inviting_into_a_channel(self):
        channel = self.env["discuss.channel"].create({"name": "Chat", "group_public_id": None})
        channel._add_members(partners=(self.manager | self.head).partner_id | self.contact)
        self._assert_silent(
            {
                "mention": lambda env: env["res.partner"].get_mention_suggestions_from_channel(
                    channel.id, SECRET
                )
            },
            to=self.head,
        )
        invite = self._told(
            self.manager, lambda env: env["res.partner"].search_for_channel_invite(SECRET, channel.id)
        )
        self.assertNotIn(SECRET, invite)
