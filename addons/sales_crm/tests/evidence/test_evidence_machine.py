from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import new_test_user, tagged

from ..chance import dice_of, how_many
from ..common import SalesCrmCommon
from .evidence_model import BECOMES, LINE, PLACE, STORY, TEXTS, Book, Facts

START = datetime(2026, 11, 16, 7, 0)  # a Monday
ZONES = ("UTC", "Asia/Vladivostok", "America/New_York", "Europe/Moscow", "Pacific/Kiritimati")
COUNTS = ("planned", "done", "done_late", "carried", "moved", "cancelled", "reassigned", "open", "unplanned")
# Steps in which the server moves work for others: it tells of that itself
# How often something happens; the rest twice
OFTEN = {"plan": 14, "done": 8, "next_morning": 8, "wait": 6, "lend": 5, "move": 5, "undo": 5, "cut_loose": 4}
SELDOM = (
    "archive_client",
    "no_client",
    "owner",
    "archive_user",
    "delete_document",
    "handover",
    "merge",
    "contact_of_another",
)
SERVERS = (
    "morning",
    "wait",
    "handover",
    "archive_user",
    "delete_document",
    "head_bulk",
    "meeting_moves",
    "merge",
)


@tagged("post_install", "-at_install")
class TestEvidenceMachine(SalesCrmCommon):
    """Whatever managers and heads do, in any order and on any day: no line of a plan goes, no figure of a day
    that is over changes but by a traced undo, no work of a client is lost.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = new_test_user(cls.env, "manager_c", "sales_crm.group_manager", tz="UTC", lang="en_US")
        cls.team.member_ids |= cls.third
        cls.managers = cls.manager | cls.colleague | cls.third
        cls.env["res.users"]._action_managers_working_time()
        owners = (cls.manager, cls.manager, cls.colleague, cls.third)
        cls.clients = cls.client.union(
            *(cls._create_client(f"Client {number}", owner) for number, owner in enumerate(owners))
        )
        cls._let_see(cls.managers, cls.clients, perm_create=True, perm_unlink=True)
        cls.contacts = cls.env["res.partner"].create(
            [{"name": f"Anna of {client.name}", "parent_id": client.id} for client in cls.clients]
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Nobody's", "user_id": cls.manager.id})
        cls.deals = cls.env["crm.lead"].create(
            [
                {
                    "name": f"Deal {number}",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "user_id": cls.manager.id,
                    "team_id": cls.team.id,
                }
                for number, partner in enumerate([*cls.clients, cls.stranger, cls.env["res.partner"]])
            ]
        )
        meeting = cls.env.ref("mail.mail_activity_data_meeting")
        kinds = [{"name": policy, "carry_policy": policy} for policy in ("leave", "expire")]
        cls.kinds = cls.call | meeting | cls.env["mail.activity.type"].create(kinds)

    def setUp(self):
        super().setUp()
        self.now, self.book, self.told = START, Book(), []

    # ------------------------------------------------------
    # The clock and the choice
    # ------------------------------------------------------

    def _clock(self):
        return self._at(f"{self.now:%Y-%m-%d %H:%M}")

    def _today(self):
        return self.now.date()

    def _actor(self):
        return self.dice.choice([*self.managers.filtered("active"), *self.manager, self.head])

    def _any(self, *domain, user=None):
        """One activity by chance, mostly the user's own, as ``user`` or by chance."""
        Activity = self.env["mail.activity"].with_context(active_test=False)
        everything = Activity.search(
            [("user_id", "in", self.managers.ids), *domain], order="id desc", limit=25
        )
        user = user or self._actor()
        own = everything.filtered(lambda activity: activity.user_id == user)
        found = own if own and self.dice.random() < 0.7 else everything
        found = found[self.dice.randrange(len(found))] if found else found
        return found.with_context(active_test=True).with_user(user)

    def _open(self, user=None):
        return self._any(("active", "=", True), user=user)

    def _closed(self, user=None):
        return self._any(("active", "=", False), user=user)

    def _document(self):
        documents = [*self.clients.exists(), *self.contacts.exists(), *self.deals.exists(), self.stranger]
        return self.dice.choice(documents)

    def _day(self, earliest=0):
        return self._today() + timedelta(days=self.dice.randint(earliest, 4))

    # ------------------------------------------------------
    # What happens
    # ------------------------------------------------------

    def _step_wait(self):
        self.now += timedelta(minutes=self.dice.choice([10, 60, 240, 600, 900, 1500]))
        if self.dice.random() < 0.8:
            self._step_morning()

    def _step_next_morning(self):
        self.now = self.now.replace(hour=0, minute=0) + timedelta(days=1, hours=self.dice.randint(6, 9))
        self._step_morning()

    def _step_morning(self):
        self._run_morning(f"{self.now:%Y-%m-%d %H:%M}")

    def _step_plan(self):
        user, document = self._actor(), self._document()
        self.env["mail.activity"].with_user(user).create(
            {
                "res_model_id": self.env["ir.model"]._get_id(document._name),
                "res_id": document.id,
                "activity_type_id": self.dice.choice(self.kinds).id,
                "date_deadline": self._day(self.dice.choice([0, 0, -2])),
                "summary": self.dice.choice(["Call", "Price", False]),
                "priority": self.dice.choice("01"),
                "user_id": self.dice.choice([user, user, *self.managers]).id,
            }
        )

    def _step_done(self):
        for activity in self._open():
            way = self.dice.choice(["action_done", "action_finish", "action_feedback"])
            getattr(activity, way)(**({} if way == "action_done" else {"feedback": "Agreed"}))

    def _step_done_with_next_step(self):
        for activity in self._open():
            activity.action_finish(outcome_id=self.outcome.id, next_step={"date_deadline": self._day()})

    def _step_done_by_write(self):
        self._open().write({"active": False})

    def _step_cancel(self):
        self._open().action_cancel_with_reason("Not wanted")

    def _step_delete(self):
        self._any().unlink()

    def _step_core_cancel(self):
        self._open().action_cancel()

    def _step_move(self):
        self._open().action_move(self._day(-1))

    def _step_move_by_write(self):
        self._any().write({"date_deadline": self._day(-4)})

    def _step_exact_time(self):
        self._open().write({"datetime_planned": self.now + timedelta(hours=self.dice.randint(-30, 30))})

    def _step_urgent(self):
        self._any().write({"priority": self.dice.choice("01")})

    def _step_lend(self):
        self._open().write({"user_id": self.dice.choice(self.managers).id})

    def _step_head_bulk(self):
        found = self._open(self.head) | self._open(self.head)
        if found:
            way = self.dice.choice(["move", "reassign", "cancel"])
            what = {"move": self._day(), "reassign": self.dice.choice(self.managers).id, "cancel": "No"}
            getattr(found, f"sales_bulk_{way}")(what[way])

    def _step_cut_loose(self):
        document = self._document()
        somewhere = {
            "res_model_id": self.env["ir.model"]._get_id(document._name),
            "res_id": document.id,
        }
        nowhere = {"res_model_id": False, "res_id": False}
        self._any().write(self.dice.choice([somewhere, nowhere]))

    def _step_deal_of_another(self):
        deal = self.dice.choice(self.deals.exists() or self.deals.browse())
        partner = self.dice.choice([*self.clients.exists(), self.stranger, self.env["res.partner"]])
        deal.with_user(self._actor()).write({"partner_id": partner.id})

    def _step_contact_of_another(self):
        contact = self.dice.choice(self.contacts.exists())
        parent = self.dice.choice([*self.clients.exists(), self.env["res.partner"]])
        contact.with_user(self._actor()).write({"parent_id": parent.id})

    def _step_rewrite(self):
        values = self.dice.choice(
            [
                {"summary": "Sold"},
                {"feedback": "Sold"},
                {"note": "<p>x</p>"},
                {"outcome_id": self.no_answer.id},
            ]
        )
        self._any().write(values)

    def _step_type(self):
        self._any().write({"activity_type_id": self.dice.choice(self.kinds).id})

    def _step_undo(self):
        getattr(self._closed(), self.dice.choice(["action_sales_reopen", "action_unarchive"]))()

    def _step_open_by_write(self):
        self._closed().write({"active": True})

    def _step_forge(self):
        values = self.dice.choice(
            [
                {"activity_state_final": "done"},
                {"datetime_done": self.now - timedelta(days=2)},
                {"date_planned": self._day(-3)},
                {"date_done": self._day(-3)},
                {"carry_count": 0},
                {"unplanned_date": self._day(-3)},
                {"client_id": False},
                {"is_evidence": False},
                {"done_user_id": self.colleague.id},
            ]
        )
        self._any().write(values)

    def _step_rewrite_plan(self):
        user = self._actor()
        lines = self.env["sales.plan.line"].with_user(user).search([], limit=20)
        logs = self.env["sales.carry.log"].with_user(user).search([], limit=20)
        for rows in (lines, logs):
            for row in rows[: self.dice.randint(0, 1)]:
                if self.dice.random() < 0.5:
                    row.unlink()
                else:
                    row.write({"activity_id": False})

    def _step_meeting(self):
        for activity in self._open():
            context = activity.action_create_calendar_event()["context"]
            start = self.now + timedelta(hours=self.dice.randint(-20, 60))
            self.env["calendar.event"].with_env(activity.env).with_context(
                **{key: value for key, value in context.items() if value}
            ).create({"name": "Talk", "start": start, "stop": start + timedelta(hours=1)})

    def _step_meeting_moves(self):
        activity = self._any(("calendar_event_id", "!=", False))
        event = activity.calendar_event_id
        if event and self.dice.random() < 0.4:
            event.unlink()
        elif event:
            start = self.now + timedelta(hours=self.dice.randint(-50, 60))
            event.write({"start": start, "stop": start + timedelta(hours=1)})

    def _step_own_day_off(self):
        user = self.dice.choice(self.managers)
        resource = user._sales_resource()
        first = self._day(-2)
        self.env["resource.calendar.leaves"].with_user(user).create(
            {
                "name": "Away",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": datetime.combine(first, datetime.min.time()),
                "date_to": datetime.combine(first, datetime.max.time().replace(microsecond=0)),
            }
        )

    def _step_time_zone(self):
        user = self.dice.choice(self.managers)
        user.with_user(user).write({"tz": self.dice.choice(ZONES)})

    def _step_merge(self):
        clients = self.clients.exists()
        if len(clients) > 2:
            kept, gone = self.dice.sample([*clients], 2)
            self.env["base.partner.merge.automatic.wizard"].with_user(self.head).create(
                {"partner_ids": [Command.set((kept | gone).ids)], "dst_partner_id": kept.id}
            ).action_merge()
            self.merged[gone.id] = kept.id

    def _step_owner(self):
        client = self.dice.choice(self.clients.exists())
        client.with_user(self.dice.choice([self.head, self.manager])).write({"user_id": self._actor().id})

    def _step_archive_client(self):
        client = self.dice.choice(self.clients.exists())
        client.with_user(self._actor()).write({"active": not client.active})

    def _step_no_client(self):
        client = self.dice.choice(self.clients.exists())
        client.with_user(self._actor()).write({"is_client": not client.is_client})

    def _step_deal_leaves(self):
        deal = self.dice.choice(self.deals.exists() or self.deals.browse()).with_user(self._actor())
        self.dice.choice([deal.action_set_won, deal.action_archive, deal.action_unarchive])()

    def _step_delete_document(self):
        document = self.dice.choice([*self.contacts.exists(), *self.deals.exists(), *self.clients.exists()])
        document.with_user(self.dice.choice([self.head, self.manager])).unlink()

    def _step_archive_user(self):
        if self.third.active:
            self.third.action_archive()
        else:
            self.third.action_unarchive()

    def _step_handover(self):
        giver, receiver = self.dice.sample([*self.managers.filtered("active")], 2)
        handover = self.env["sales.handover"].with_user(self.head).create({"from_user_id": giver.id})
        handover.action_collect()
        handover.write({"distribution": "one", "receiver_id": receiver.id, "receiver_ids": receiver.ids})
        handover.action_distribute()
        handover.action_preview()
        handover.action_run()

    def _steps(self):
        prefix = "_step_"
        names = [name.removeprefix(prefix) for name in dir(self) if name.startswith(prefix)]
        return {name: 1 if name in SELDOM else OFTEN.get(name, 2) for name in names}

    def _step(self):
        [name] = self.dice.choices([*self.steps], [*self.steps.values()])
        now, merged, before = self.now, dict(self.merged), self.facts
        try:
            with self.cr.savepoint(), self._clock():
                getattr(self, f"_step_{name}")()
                self.env.flush_all()
            refused = ""
        except (RedirectWarning, UserError) as error:
            refused = f" refused: {str(error)[:60]}"
            self.env.invalidate_all()
            self.now, self.merged = (now if name not in SERVERS else self.now), merged
        self.told.append(f"{now:%a %d %H:%M} {name}{refused}")
        with self._clock():
            self.facts = Facts(self.env, self.now)
            self._remember_days(before.days)
            self._check(name, before, self.facts)
            self._check_figures(before)

    def _remember_days(self, known):
        zones = {user.id: user.tz or "UTC" for user in self.managers | self.head}
        for user, day in self.facts.days - known:
            self.book.zones[user, day] = zones.get(user, "UTC")

    # ------------------------------------------------------
    # What must hold
    # ------------------------------------------------------

    def _client(self, client):
        while client in self.merged:
            client = self.merged[client]
        return client

    def _check(self, name, before, now):
        self._check_lines(before, now)
        for key in before.logs.keys() | before.changes.keys():
            if key in before.logs:
                self._same(key in now.logs, True, "a log of the carry-over is gone")
            if key in before.changes:
                self._same(key in now.changes, True, "a row of the trace is gone")
        reopened = now.traced(before, "reopened")
        for key, was in before.activities.items():
            if was["is_evidence"]:
                self._same(key in now.activities, True, f"activity {key} is gone")
            if key in now.activities:
                self._check_activity(name, was, now.activities[key], key in reopened, now, before)
        for key, activity in now.activities.items():
            if key not in before.activities:
                self._same(activity["active"], True, f"activity {key} was created closed")
            counted = [log for log in now.logs_of(key) if log["counted"]]
            self._same(activity["carry_count"], len(counted), f"carry-overs of {key}")
        self._check_logs(now)

    def _check_logs(self, now):
        for key, log in now.logs.items():
            if now.fell_on_a_working_day(log):
                self._same(log["counted"], True, f"carry-over {key} after a day of his")

    def _check_lines(self, before, now):
        for key, was in before.lines.items():
            line = now.lines.get(key)
            self._same(bool(line), True, f"line {key} is gone")
            for field in LINE:
                self._same(line[field], was[field], f"{field} of line {key}")
            self._same(line["client_id"], self._client(was["client_id"]), f"client of line {key}")
        for key, line in now.lines.items():
            over = self.book.is_over(line["user_id"], line["date"], self.now)
            was = before.lines.get(key)
            result = self.book.result(now, line, was and was["result"])
            self._same(line["result"], result, f"result of line {key}")
            if not was:
                self._same(over, False, f"line {key} was added to a day that is over")
            elif was["result"] != line["result"] and self.book.is_over(
                was["user_id"], was["date"], before.now
            ):
                change = (was["result"], line["result"])
                allowed = line["result"] in BECOMES.get(was["result"], ())
                undone = line["activity_id"] in now.traced(before, "reopened")
                self._same(allowed or undone, True, f"line {key} of a day that is over: {change}")

    def _check_activity(self, name, was, activity, reopened, now, before):
        key = activity["id"]
        self._same(activity["date_planned"], was["date_planned"], f"first day of {key}")
        if was["client_id"]:
            self._same(bool(activity["client_id"]), True, f"activity {key} is nobody's")
        if not was["active"]:
            if activity["active"]:
                self._same(
                    reopened or not self._counts(before, was), True, f"{key} was opened without a trace"
                )
            else:
                self._check_stays_closed(was, activity, reopened, before)
            rewritten = [field for field in TEXTS if was[field] and was[field] != activity[field]]
            if rewritten and self._counts(before, was) and not activity["active"]:
                self._same(key in now.traced(before, "corrected"), True, f"{key} rewritten: {rewritten}")
        elif not activity["active"]:
            self._same(activity["datetime_done"], self.now, f"moment of closing {key}")
        elif was["client_id"] and name not in SERVERS:
            moved = [field for field in PLACE[:2] if was[field] != activity[field]]
            if moved and name not in ("next_morning", "meeting"):
                traced = key in now.traced(before, "moved", "assigned")
                self._same(traced, True, f"{key}: {moved} without a trace")

    def _check_stays_closed(self, was, activity, reopened, before):
        for field in () if reopened else STORY:
            self._same(activity[field], was[field], f"{field} of closed {was['id']}")
        # work that was never a client's, nor planned, is nobody's evidence
        if self._counts(before, was):
            self._same(activity["date_deadline"], was["date_deadline"], f"date of closed {was['id']}")

    def _counts(self, facts, activity):
        """:return: whether it was a client's, or stood in a plan"""
        planned = any(line["activity_id"] == activity["id"] for line in facts.lines.values())
        return activity["is_evidence"] or planned

    def _figures(self):
        """Of all days with plans, as the head sees them."""
        report = self.env["sales.activity.report"].with_user(self.head)
        counts = [f"{name}_count:sum" for name in COUNTS]
        rows = report._read_group([], ["user_id", "date:day"], counts)
        sums = {(user.id, day): dict(zip(COUNTS, figures, strict=True)) for user, day, *figures in rows}
        team = self.env["sales.team.day"].with_user(self.head)
        screen = {}
        for day in sorted({day for _user, day in self.book.zones}):
            for line in team.get_team_day(day)["managers"]:
                screen[line["id"], day] = line["figures"]
        return sums, screen

    def _check_figures(self, before):
        sums, screen = self._figures()
        expected = {}
        for line in self.facts.lines.values():
            row = expected.setdefault((line["user_id"], line["date"]), Counter())
            row.update(["planned", line["result"]])
        for activity in self.facts.activities.values():
            day = self.book.beside(self.facts, activity)
            self._same(activity["unplanned_date"], day, f"day beside the plan of {activity['id']}")
            if day:
                expected.setdefault((activity["done_user_id"], day), Counter()).update(["unplanned"])
        told = {key: {name: count for name, count in row.items() if count} for key, row in sums.items()}
        self._same(told, {key: dict(row) for key, row in expected.items()}, "sums of the report")
        for row in sums.values():
            self._same(sum(row[name] for name in COUNTS[1:-1]), row["planned"], "planned is all its results")
        undone = {row for row in self.facts.traced(before, "reopened")}
        for key in self.book.zones:
            was, now = self.figures[0].get(key, {}), sums.get(key, {})
            if not self.book.is_over(*key, before.now) or undone:
                continue
            for name in ("planned", "done", "unplanned"):
                self._same(now.get(name, 0), was.get(name, 0), f"{name} of {key}, which is over")
            if now == was and key[1] < before.now.date() and key in self.figures[1]:
                self._same(screen.get(key), self.figures[1][key], f"the screen of {key}, which is over")
        self.figures = (sums, screen)

    def _same(self, first, second, what):
        if first != second:
            self.assertEqual(first, second, "\n".join([what, *self.told[-25:]]))

    def test_random_days(self):
        self.steps = self._steps()
        for seed, self.dice in dice_of(3, 60):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self.now, self.book, self.told, self.merged = START, Book(), [], {}
                for _plan in range(8):
                    with suppress(UserError), self.cr.savepoint(), self._clock():
                        self._step_plan()
                self._step_morning()
                self.facts, self.figures = Facts(self.env, self.now), ({}, {})
                self._remember_days(set())
                for _step in range(how_many(80, 150)):
                    self._step()
                savepoint.rollback()
            self.env.invalidate_all()
