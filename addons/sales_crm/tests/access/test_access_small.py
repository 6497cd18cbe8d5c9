import json

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_access_rule import AccessCase


@tagged("post_install", "-at_install")
class TestAccessSmallLeaks(AccessCase):
    """Sums, names and ids that tell of foreign clients beside the records themselves."""

    def test_parent_name(self):
        daughter = self._create_client("Daughter", self.manager, parent_id=self.foreign.id)
        Partner = self.env["res.partner"].with_user(self.manager)
        self.assertFalse(daughter.with_user(self.manager).parent_name)
        self.assertEqual(daughter.with_user(self.head).parent_name, "Foreign")
        own = self.env["res.partner"].create({"name": "Sidorov", "parent_id": self.client.id})
        self.assertEqual(own.with_user(self.manager).parent_name, "Alpha")
        for operator in ("=", "ilike", "like", "=ilike", "in"):
            value = ["Foreign"] if operator == "in" else "Foreign"
            domain = [("parent_name", operator, value), ("id", "=", daughter.id)]
            self.assertFalse(Partner.search(domain), operator)
            self.assertTrue(Partner.with_user(self.head).search(domain), operator)
        for domain in (
            [("parent_id.name", "=", "Foreign")],
            [("parent_id.phone", "like", "495 000")],
            [("parent_id", "ilike", "Foreign")],
            [("parent_id.parent_name", "=", "Foreign")],
            [("commercial_company_name", "=", "Foreign")],
            [("complete_name", "ilike", "Foreign")],
        ):
            self.assertFalse(Partner.search([*domain, ("id", "=", daughter.id)]), domain)
        self.assertEqual(Partner.search([("parent_name", "=", "Alpha")]), own)
        self.assertIn(daughter, Partner.search([("parent_name", "=", False)]))
        for groupby in ("parent_name", "parent_id.name"):
            try:
                groups = Partner.formatted_read_group([("id", "=", daughter.id)], [groupby], ["__count"])
            except (ValueError, UserError):
                continue
            self.assertNotIn("Foreign", str(groups), groupby)
        rows = Partner.search_read(
            [("id", "=", daughter.id)], ["parent_name", "parent_id"], order="parent_id"
        )
        self.assertNotIn("Foreign", str(rows))
        self.assertNotIn("Foreign", str(daughter.with_user(self.manager).web_read({"parent_name": {}})))

    def test_campaigns(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})

        def figures(user):
            campaign.invalidate_recordset()
            names = ["crm_lead_count", "quotation_count", "invoiced_amount"]
            return tuple(campaign.with_user(user).read(names)[0][name] for name in names)

        product = self.env["product.product"].create({"name": "Thing", "list_price": 100, "taxes_id": False})
        for client in self.foreign | self.client:
            user = client.user_id
            self.env["crm.lead"].create(
                {"name": "D", "partner_id": client.id, "user_id": user.id, "campaign_id": campaign.id}
            )
            self.env["sale.order"].create({"partner_id": client.id, "campaign_id": campaign.id})
            invoice = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": client.id,
                    "campaign_id": campaign.id,
                    "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": 100})],
                }
            )
            invoice.action_post()
        self.assertEqual(figures(self.head), (2, 2, 200))
        self.assertEqual(figures(self.manager), (1, 1, 100))

    def test_graph_of_a_journal(self):
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        product = self.env["product.product"].create({"name": "Thing", "list_price": 100, "taxes_id": False})

        def invoice(client, amount):
            move = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": client.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": amount})],
                }
            )
            move.action_post()
            return move.journal_id

        def sums(user):
            journal.invalidate_recordset()
            graph = json.loads(journal.with_user(user).kanban_dashboard_graph)[0]
            self.assertFalse(graph["is_sample_data"])
            return sum(value["value"] for value in graph["values"])

        journal = invoice(self.client, 100)
        before, all_before = sums(self.manager), sums(self.env.ref("base.user_admin"))
        self.assertEqual(invoice(self.foreign, 7000), journal)
        self.assertEqual(sums(self.manager), before)
        self.assertEqual(sums(self.env.ref("base.user_admin")), all_before + 7000)

    def test_statements_of_a_bank(self):
        """With invoicing rights: the lines of the own clients, and no total with those of others."""
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        accountant = new_test_user(self.env, "accountant", "account.group_account_user")
        journal = self.env["account.journal"].search([("type", "=", "bank")], limit=1)

        def pay(client, amount):
            return self.env["account.bank.statement.line"].create(
                {
                    "journal_id": journal.id,
                    "date": fields.Date.today(),
                    "payment_ref": client.name,
                    "partner_id": client.id,
                    "amount": amount,
                }
            )

        def close(lines):
            return self.env["account.bank.statement"].create(
                {
                    "name": "Today",
                    "line_ids": [Command.set(lines.ids)],
                    "balance_end_real": sum(lines.mapped("amount")),
                }
            )

        def seen(user):
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.env(user=user)
            found = {}
            for model, measures in (
                ("account.bank.statement", ["balance_start", "balance_end", "balance_end_real"]),
                ("account.bank.statement.line", ["amount", "amount_residual"]),
                ("account.move", ["amount_total_signed", "amount_residual_signed"]),
                ("account.move.line", ["balance", "debit", "amount_residual"]),
                ("account.payment", ["amount_company_currency_signed"]),
            ):
                if not env[model].has_access("read"):
                    continue
                aggregates = [f"{name}:sum" for name in measures if env[model]._fields[name].store]
                found[model, "sums"] = env[model].formatted_read_group([], [], ["__count", *aggregates])
                extra = ["running_balance", "statement_balance_end_real"]
                names = measures + [name for name in extra if name in env[model]._fields]
                found[model, "rows"] = env[model].search_read([], names, order="id")
                found[model, "web"] = env[model].web_search_read([], {name: {} for name in names}, order="id")
            Line = env["account.bank.statement.line"]
            found["by balance"] = Line.search_count([("statement_balance_end_real", ">", 1000)])
            found["journal"] = journal.with_env(env).read(["current_statement_balance", "last_statement_id"])
            if "kanban_dashboard" in journal._fields:
                found["dashboard"] = json.loads(journal.with_env(env).kanban_dashboard)
                found["graph"] = json.loads(journal.with_env(env).kanban_dashboard_graph)
            found["accounts"] = env["account.account"].search_read([], ["current_balance"], order="id")
            return found

        own = pay(self.client, 100)
        with self.subTest("in one statement"), self.cr.savepoint() as savepoint:
            close(own)
            before, all_before = seen(self.manager), seen(accountant)
            self.assertEqual(before["account.bank.statement.line", "sums"][0]["amount:sum"], 100)
            savepoint.rollback()
        self.env.invalidate_all()
        foreign = pay(self.foreign, 7000)
        close(own | foreign)
        after, all_after = seen(self.manager), seen(accountant)
        for key in before:
            with self.subTest(key):
                self.assertEqual(after[key], before[key])
        self.assertNotEqual(
            all_after["account.bank.statement", "rows"], all_before["account.bank.statement", "rows"]
        )
        line = own.with_user(accountant)
        self.assertEqual(line.statement_balance_end_real, 7100)
        self.assertTrue(line.running_balance)

    def test_frequencies_of_lead_scoring(self):
        self.env["crm.lead.scoring.frequency"].create(
            {"variable": "source_id", "value": "1", "won_count": 1, "lost_count": 5}
        )
        Frequency = self.env["crm.lead.scoring.frequency"].with_user(self.manager)
        self.assertFalse(Frequency.search_count([]))
        self.assertFalse(Frequency.formatted_read_group([], [], ["won_count:sum"])[0]["won_count:sum"])
        lead = (
            self.env["crm.lead"].with_user(self.manager).create({"name": "D", "partner_id": self.client.id})
        )
        lead.action_set_won()
        head = self.env["crm.lead"].with_user(self.head).create({"name": "E"})
        self.assertTrue(head.probability or head.automated_probability is not None)

    def test_properties_name_no_foreign_contact(self):
        self.team.lead_properties_definition = [
            {"name": "middleman", "string": "Middleman", "type": "many2one", "comodel": "res.partner"},
            {"name": "friends", "string": "Friends", "type": "many2many", "comodel": "res.partner"},
        ]
        Lead = self.env["crm.lead"].with_user(self.manager)
        values = {"name": "D", "partner_id": self.client.id, "team_id": self.team.id}
        lead = Lead.create(values)
        foreign = self.foreign.id
        definitions = [
            {"name": "middleman", "type": "many2one", "comodel": "res.partner", "value": foreign},
            {"name": "friends", "type": "many2many", "comodel": "res.partner", "value": []},
        ]
        for properties in (
            {"middleman": foreign},
            {"friends": [foreign]},
            definitions,
            [{**definitions[0], "value": (foreign, "x")}],
        ):
            for route in (
                lambda p=properties: lead.write({"lead_properties": p}),
                lambda p=properties: lead.web_save({"lead_properties": p}, {}),
                lambda p=properties: Lead.create({**values, "lead_properties": p}),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    route()
        with self.assertRaises(AccessError):
            Lead.onchange({**values, "lead_properties": definitions}, [], {"lead_properties": {}})
        lead.write({"lead_properties": {"middleman": self.client.id}})
        lead.sudo().lead_properties = {"middleman": foreign, "friends": [foreign]}
        self.env.flush_all()
        self.env.invalidate_all()
        told = str(lead.read(["lead_properties"])) + str(lead.web_read({"lead_properties": {}}))
        self.assertNotIn("Foreign", told)
        lead.write({"name": "Again"})

    def test_foreign_people_follow_nothing(self):
        own = self.client.with_user(self.manager)
        ids = self.contact.ids
        wizard = self.env["mail.followers.edit"].with_user(self.manager)
        values = {"res_model": "res.partner", "res_ids": str(own.ids)}
        post = {"body": "x", "message_type": "comment"}
        channel = self.env["discuss.channel"].with_user(self.manager)._create_channel("Talk", None)
        for route in (
            lambda: own.message_subscribe(ids),
            lambda: wizard.create({**values, "partner_ids": [Command.set(ids)]}).edit_followers(),
            lambda: own.message_post(partner_ids=ids, **post),
            lambda: own.message_notify(partner_ids=ids, body="x", subject="x"),
            lambda: own.write({"message_follower_ids": [Command.create({"partner_id": ids[0]})]}),
            lambda: (
                self.env["mail.followers"]
                .with_user(self.manager)
                .create({"res_model": "res.partner", "res_id": own.id, "partner_id": ids[0]})
            ),
            lambda: channel.add_members(ids),
            lambda: channel._get_or_create_chat(ids),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                route()
        self.assertNotIn(self.contact, self.client.message_partner_ids)
        person = self.env["res.partner"].create({"name": "Sidorov", "parent_id": self.client.id})
        people = person | self.colleague.partner_id
        own.message_subscribe(people.ids)
        self.assertLessEqual(people, self.client.message_partner_ids)
        own.message_post(partner_ids=people.ids, **post)
        channel.add_members(self.colleague.partner_id.ids)

    def test_a_leader_who_is_a_manager_hears_of_his_clients_only(self):
        leader = new_test_user(self.env, "the_leader", "sales_crm.group_manager", tz="UTC", lang="en_US")
        self.team.user_id = leader
        own = self._create_client("Own of leader", leader)
        Morning = self.env["sales.morning"]
        activities = self._plan(self.foreign, "2026-12-01", self.colleague)
        seen = self._plan(own, "2026-12-01", self.colleague)
        told = Morning._heads_told(self.colleague, activities | seen)
        self.assertEqual(told[leader], seen)
        self.assertEqual(told[self.head], activities)
        self._let_see(leader, self.foreign)
        self.assertEqual(Morning._heads_told(self.colleague, activities | seen), {leader: activities | seen})
