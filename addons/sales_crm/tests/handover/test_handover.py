from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_handover import HandoverCommon


@tagged("post_install", "-at_install")
class TestHandover(HandoverCommon):
    """Everything that hangs on a manager goes to others, and nothing else changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._dossier(cls.client)
        cls.moving = (
            "client",
            "contact",
            "deal",
            "call",
            "deal_call",
            "meeting",
            "quotation",
            "order",
            "draft_invoice",
        )
        cls.staying = ("won", "lost", "closed", "past", "cancelled")

    def _manager_of(self, name):
        record = self.dossier[name]
        return record.invoice_user_id if record._name == "account.move" else record.user_id

    def _assert_moved_to(self, receiver):
        self.env.invalidate_all()
        for name in self.moving:
            self.assertEqual(self._manager_of(name), receiver, name)
        for name in self.staying:
            self.assertEqual(self._manager_of(name), self.manager, name)

    # ------------------------------------------------------
    # What is found
    # ------------------------------------------------------

    def test_everything_is_shown_first(self):
        handover = self._handover()
        self.assertEqual(
            self._of(handover, "before"),
            {
                "res.partner:client": 1,
                "res.partner:contact": 1,
                "crm.lead:opportunity": 1,
                "mail.activity": 2,
                "calendar.event": 1,
                "sale.order:draft": 1,
                "sale.order:sale": 1,
                "account.move": 1,
                "crm.team.member": 1,
            },
        )
        line = handover.line_ids.filtered("client_id")
        self.assertEqual(line.client_id, self.client)
        self.assertIn("Contacts: 1", line.content)
        stage = (
            self.env["crm.lead"]
            .search([("user_id", "=", self.manager.id), ("won_status", "=", "pending")], limit=1)
            .stage_id.name
        )
        self.assertIn(f"{stage}: 1", handover.count_ids.filtered(lambda c: c.res_model == "crm.lead").details)
        self._assert_moved_to(self.manager)

    def test_dry_run_changes_nothing(self):
        handover = self._handover()
        handover.write({"distribution": "one", "receiver_id": self.colleague.id})
        handover.action_distribute()
        handover.action_preview()
        self.assertEqual(handover._matrix()["rows"][0][0], self.colleague)
        self.assertIn(self.colleague.name, handover.preview_html)
        self._assert_moved_to(self.manager)
        handover.action_back()
        handover.action_back()
        self.assertEqual((handover.state, handover.line_count), ("draft", 0))

    # ------------------------------------------------------
    # What moves
    # ------------------------------------------------------

    def test_the_whole_dossier_goes_together(self):
        closed_message = self.client.message_post(body="Agreed", author_id=self.manager.partner_id.id)
        handover = self._run(self._handover())
        self.assertEqual(handover.state, "done")
        self._assert_moved_to(self.colleague)
        self.assertEqual(self.dossier["closed"].done_user_id, self.manager)
        self.assertEqual(closed_message.author_id, self.manager.partner_id)
        self.assertEqual(set(self._of(handover, "left").values()), {0})
        self.assertEqual(self._of(handover, "moved"), self._of(handover, "before"))
        self.assertTrue(all(handover.count_ids.mapped("balanced")))
        self.assertFalse(self.manager._handover_left())

    def test_activities_keep_their_plan(self):
        call = self.dossier["call"]
        before = call.read(["date_planned", "date_deadline", "carry_count", "priority"])
        self._run(self._handover())
        self.assertEqual(call.read(["date_planned", "date_deadline", "carry_count", "priority"]), before)
        self.assertEqual(self.client.next_step_date, self.tomorrow)

    def test_meeting_changes_organiser_and_guest(self):
        meeting, past = self.dossier["meeting"], self.dossier["past"]
        guest_only = self._meeting(self.client, self.head, days=3)
        guest_only.partner_ids += self.manager.partner_id
        last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        self._run(self._handover())
        for event in meeting | guest_only:
            self.assertIn(self.colleague.partner_id, event.attendee_ids.partner_id)
            self.assertNotIn(self.manager.partner_id, event.attendee_ids.partner_id)
            self.assertIn(self.client, event.partner_ids)
        self.assertEqual(guest_only.user_id, self.head)
        self.assertIn(self.manager.partner_id, past.partner_ids)
        mails = self.env["mail.mail"].search([("id", ">", last_mail)])
        self.assertLessEqual(mails.recipient_ids, self.colleague.partner_id, "guests get no mail")

    def test_followers(self):
        partner, other = self.manager.partner_id, self.colleague.partner_id
        for name in ("client", "deal", "order", "won"):
            self.dossier[name].message_subscribe(partner.ids)
        self._run(self._handover())
        for name in ("client", "deal", "order", "won"):
            followers = self.dossier[name].message_partner_ids
            self.assertIn(other, followers, name)
            self.assertNotIn(partner, followers, name)

    def test_history_says_it(self):
        handover = self._run(self._handover())
        notes = self.client.message_ids.filtered(lambda m: "Manager changed" in m.body)
        self.assertEqual(len(notes), 1)
        for word in (self.manager.name, self.colleague.name, str(handover.id)):
            self.assertIn(word, notes.body)
        self.assertEqual(notes.author_id, self.head.partner_id)

    def test_one_message_with_the_list(self):
        self._create_client("Beta", self.manager)
        before = self.env["mail.message"].search([], limit=1, order="id desc").id or 0
        self._run(self._handover())
        messages = self.env["mail.message"].search(
            [("id", ">", before), ("partner_ids", "in", self.colleague.partner_id.ids)]
        )
        self.assertEqual(len(messages), 1)
        self.assertIn("Alpha", messages.body)
        self.assertIn("Beta", messages.body)

    def test_lead_without_client_and_its_activity(self):
        lead = self.env["crm.lead"].create({"name": "Somebody", "user_id": self.manager.id, "type": "lead"})
        activity = self._plan(lead, self.tomorrow)
        handover = self._handover()
        line = handover.line_ids.filtered(lambda line: line.res_model == "crm.lead")
        self.assertEqual((line.res_id, len(line.item_ids)), (lead.id, 2))
        self._run(handover)
        self.assertEqual(lead.user_id | activity.user_id, self.colleague)

    def test_private_to_do_stays(self):
        milk = self.env["mail.activity"].create(
            {"summary": "Milk", "user_id": self.manager.id, "date_deadline": self.tomorrow}
        )
        self._run(self._handover())
        self.assertEqual(milk.user_id, self.manager)

    def test_archived_client_goes_too(self):
        asleep = self._create_client("Asleep", self.manager)
        asleep.action_archive()
        self._run(self._handover())
        self.assertEqual(asleep.user_id, self.colleague)

    def test_work_with_a_colleagues_client_goes_to_him(self):
        theirs = self._create_client("Theirs", self.third)
        deal = self._deal(theirs, self.manager)
        self._run(self._handover())
        self.assertEqual(deal.user_id, self.third)
        self.assertEqual(theirs.user_id, self.third)
        self.assertFalse(theirs.message_ids.filtered(lambda m: "Manager changed" in m.body))

    def test_team_roles(self):
        team = self.env["crm.team"].create({"name": "North", "user_id": self.manager.id})
        handover = self._run(self._handover(), self.third)
        self.assertEqual(team.user_id, self.third)
        self.assertNotIn(self.manager, self.team.member_ids)
        self.assertIn(self.third, self.team.member_ids, "he had no team")
        handover.action_undo()
        self.assertEqual(team.user_id, self.manager)
        self.assertIn(self.manager, self.team.member_ids)
        self.assertNotIn(self.third, self.team.member_ids)

    def test_team_of_the_receiver_stays(self):
        north = self.env["crm.team"].create({"name": "North", "member_ids": [Command.set(self.third.ids)]})
        self._run(self._handover(), self.third)
        self.assertIn(self.third, north.member_ids)
        self.assertNotIn(self.third, self.team.member_ids)

    # ------------------------------------------------------
    # Distribution
    # ------------------------------------------------------

    def _many(self):
        return [
            self._create_client(f"{name}{number}", self.manager, client_class=name)
            for name in "ABC"
            for number in range(4)
        ]

    def test_evenly_with_classes(self):
        clients = self._many()
        handover = self._handover()
        self._run(handover, self.colleague | self.third)
        for receiver in self.colleague | self.third:
            for name in "ABC":
                mine = [c for c in clients if c.user_id == receiver and c.client_class == name]
                self.assertEqual(len(mine), 2, f"{receiver.name} {name}")

    def test_evenly_by_number_only(self):
        self._many()
        handover = self._handover()
        self._run(handover, self.colleague | self.third, balance_classes=False)
        sizes = [
            len(handover.line_ids.filtered(lambda line, user=user: line.receiver_id == user))
            for user in self.colleague | self.third
        ]
        self.assertLessEqual(abs(sizes[0] - sizes[1]), 1)

    def test_by_class(self):
        clients = self._many()
        handover = self._handover(distribution="class")
        rules = handover.class_rule_ids
        self.assertEqual({rule.client_class: rule.client_count for rule in rules}["A"], 4)
        rules.filtered(lambda rule: rule.client_class == "A").receiver_id = self.third
        with self.assertRaisesRegex(UserError, "Nobody is chosen for"):
            handover.action_distribute()
        handover.receiver_id = self.colleague
        handover.action_distribute()
        handover.action_preview()
        handover.action_run()
        for client in clients:
            self.assertEqual(client.user_id, self.third if client.client_class == "A" else self.colleague)

    def test_by_region(self):
        country = self.env.ref("base.us")
        states = self.env["res.country.state"].search([("country_id", "=", country.id)], limit=2)
        north, south = (
            self._create_client(state.name, self.manager, country_id=country.id, state_id=state.id)
            for state in states
        )
        abroad = self._create_client("Abroad", self.manager, country_id=self.env.ref("base.fr").id)
        handover = self._handover(distribution="region", receiver_id=self.head.id)
        for rule in handover.region_rule_ids:
            if rule.state_id == states[0]:
                rule.receiver_id = self.colleague
            elif rule.country_id == self.env.ref("base.fr"):
                rule.receiver_id = self.third
        handover.action_distribute()
        handover.action_preview()
        handover.action_run()
        self.assertEqual(north.user_id, self.colleague)
        self.assertEqual(south.user_id, self.head)
        self.assertEqual(abroad.user_id, self.third)
        self.assertEqual(self.client.user_id, self.head)

    def test_by_hand(self):
        beta = self._create_client("Beta", self.manager)
        handover = self._handover(distribution="hand")
        handover.line_ids.receiver_id = self.colleague
        handover.line_ids.filtered(lambda line: line.client_id == beta).receiver_id = self.third
        handover.action_preview()
        handover.action_run()
        self.assertEqual(beta.user_id, self.third)
        self.assertEqual(self.client.user_id, self.colleague)

    # ------------------------------------------------------
    # Chosen clients
    # ------------------------------------------------------

    def test_chosen_clients_only(self):
        beta = self._create_client("Beta", self.manager)
        contact = self.env["res.partner"].create({"name": "Boris", "parent_id": beta.id})
        action = contact.with_user(self.head).action_sales_handover()
        handover = self.env["sales.handover"].with_user(self.head).browse(action["res_id"])
        self.assertEqual((handover.from_user_id, handover.client_ids), (self.manager, beta))
        handover.action_collect()
        self._run(handover)
        self.assertEqual(handover.state, "done")
        self.assertEqual(beta.user_id, self.colleague)
        self._assert_moved_to(self.manager)

    def test_chosen_clients_of_several_managers(self):
        other = self._create_client("Gamma", self.colleague)
        with self.assertRaisesRegex(UserError, "different managers"):
            (self.client | other).with_user(self.head).action_sales_handover()
        nobodys = self.env["res.partner"].create({"name": "Free", "is_client": True, "user_id": False})
        with self.assertRaisesRegex(UserError, "None of these clients has a manager"):
            nobodys.with_user(self.head).action_sales_handover()

    # ------------------------------------------------------
    # Meanwhile
    # ------------------------------------------------------

    def test_new_work_before_the_run(self):
        handover = self._handover()
        handover.write({"distribution": "one", "receiver_id": self.colleague.id})
        handover.action_distribute()
        handover.action_preview()
        late = self._deal(self.client, self.manager)
        self._create_client("Latecomer", self.manager)
        with self.assertRaisesRegex(UserError, "Latecomer"), self.cr.savepoint():
            handover.action_run()
        self.assertEqual(late.user_id, self.manager)
        handover.action_back()
        handover.action_collect()
        self._run(handover)
        self.assertEqual(late.user_id, self.colleague)

    def test_given_on_before_the_run(self):
        beta = self._create_client("Beta", self.manager)
        handover = self._handover()
        beta.user_id = self.third
        self._run(handover)
        self.assertEqual(beta.user_id, self.third)
        self.assertEqual(handover.state, "done")

    def test_deal_that_changed_its_client(self):
        beta = self._create_client("Beta", self.manager)
        deal = self._deal(self.client, self.manager)
        handover = self._handover(distribution="hand")
        for line in handover.line_ids:
            line.receiver_id = self.third if line.client_id == beta else self.colleague
        handover.action_preview()
        deal.partner_id = beta
        handover.action_run()
        self.assertEqual(deal.user_id, self.third)

    def test_report(self):
        handover = self._run(self._handover())
        html = self.env["ir.actions.report"]._render_qweb_html("sales_crm.report_handover", handover.ids)[0]
        for word in (b"Alpha", self.colleague.name.encode(), b"Counts before and after"):
            self.assertIn(word, html)
        self.assertEqual(handover.action_print()["type"], "ir.actions.report")


@tagged("post_install", "-at_install")
class TestHandoverUndo(HandoverCommon):
    """Exactly what was handed over comes back; what has changed since stays."""

    def test_all_comes_back(self):
        dossier = self._dossier(self.client)
        deal = dossier["deal"]
        deal.message_subscribe(self.manager.partner_id.ids)
        self.client.message_subscribe(self.colleague.partner_id.ids)
        dossier["won"].message_subscribe(self.manager.partner_id.ids)
        watched = self._watched(dossier)
        followers = {
            name: record.message_partner_ids
            for name, record in dossier.items()
            if hasattr(record, "message_partner_ids")
        }
        handover = self._run(self._handover())
        self.assertTrue(handover.can_undo)
        handover.action_undo()
        self.assertEqual(handover.state, "undone")
        self.env.invalidate_all()
        for name, record in dossier.items():
            field = "invoice_user_id" if record._name == "account.move" else "user_id"
            self.assertEqual(record[field], self.manager, name)
        self.assertEqual(self._watched(dossier), watched)
        for name, partners in followers.items():
            if name not in ("meeting", "past"):
                self.assertEqual(dossier[name].message_partner_ids, partners, name)
        self.assertEqual(self._of(handover, "returned"), self._of(handover, "moved"))
        self.assertIn("is back", handover.undo_note)
        self.assertFalse(handover.can_undo)

    def _watched(self, dossier):
        self.env.invalidate_all()
        return {
            "team": dossier["deal"].team_id,
            "opened": dossier["deal"].date_open,
            "guests": set(dossier["meeting"].partner_ids),
            "order_team": dossier["order"].team_id,
        }

    def test_what_was_given_on_stays(self):
        dossier = self._dossier(self.client)
        beta = self._create_client("Beta", self.manager)
        beta_deal = self._deal(beta, self.manager)
        handover = self._run(self._handover())
        dossier["deal"].user_id = self.third
        dossier["call"].with_user(self.colleague).action_done()
        beta.user_id = self.third
        anew = self._deal(self.client, self.colleague)
        handover.action_undo()
        self.assertEqual(dossier["deal"].user_id, self.third)
        self.assertEqual(dossier["call"].user_id, self.colleague)
        self.assertEqual(self.client.user_id, self.manager)
        self.assertEqual(beta.user_id, self.third)
        self.assertEqual(beta_deal.user_id, self.colleague, "stays with the client that was given on")
        self.assertEqual(anew.user_id, self.colleague)
        kept = handover.line_ids.filtered(lambda line: line.state == "kept")
        self.assertEqual(kept.client_id, beta)
        self.assertRegex(handover.undo_note, "but for 4 records .* and 1 that")

    def test_too_late(self):
        self.company.sales_handover_undo_days = 3
        handover = self._run(self._handover())
        handover.sudo().date_end -= timedelta(days=4)
        self.assertFalse(handover.can_undo)
        with self.assertRaisesRegex(UserError, "could be undone until"):
            handover.action_undo()
        self.assertEqual(self.client.user_id, self.colleague)

    def test_giver_archived_meanwhile(self):
        handover = self._run(self._handover())
        self.manager.action_archive()
        with self.assertRaisesRegex(UserError, "is archived"):
            handover.action_undo()
        self.manager.action_unarchive()
        handover.action_undo()
        self.assertEqual(self.client.user_id, self.manager)

    def test_undo_twice(self):
        handover = self._run(self._handover())
        handover.action_undo()
        with self.assertRaisesRegex(UserError, "not possible now"):
            handover.action_undo()

    def test_killed_undo_goes_on(self):
        clients = [self._create_client(f"K{number}", self.manager) for number in range(5)]
        handover = self._run(self._handover())
        with self._in_background():
            handover.action_undo()
            self.assertEqual(handover.state, "undoing")
            self._cron()
        self.assertEqual(handover.state, "undone")
        self.assertEqual({client.user_id for client in clients}, {self.manager})

    def test_no_undo_of_nothing(self):
        handover = self._handover()
        with self.assertRaisesRegex(UserError, "Nothing was handed over"):
            handover.action_undo()
