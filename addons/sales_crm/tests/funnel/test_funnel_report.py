from datetime import datetime, timedelta
from random import Random
from statistics import mean, median

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.funnel import CODES
from ..chance import dice_of
from .test_funnel_moves import FunnelCommon

DAY = timedelta(days=1)


class Told:
    """What a test did with a deal, told again without the add-on: when it first reached each level."""

    def __init__(self, deal, user, amount, level, moment):
        self.deal, self.user, self.amount = deal, user, amount
        self.reached = {}
        self.lost = []
        self.enter("cold", moment)
        self.enter(level, moment)

    def enter(self, level, moment):
        for code in CODES[: CODES.index(level) + 1]:
            self.reached.setdefault(code, (moment, self.amount, self.user))


@tagged("post_install", "-at_install")
class TestFunnelReport(FunnelCommon):
    """Random histories: every figure equals a recount in Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.beta = cls._create_client("Beta", cls.colleague, client_class="B")
        cls.client.client_class = "A"
        cls.reasons = cls.env["crm.lost.reason"].create([{"name": "Price"}, {"name": "Silence"}])

    def _play(self, seed, dice):
        """:return: list of Told"""
        stages = [self.cold, self.interest, self.offer, self.negotiation, self.won]
        told = []
        for _number in range(25):
            moment = datetime(2026, 1, 5, 9) + timedelta(hours=dice.randrange(24 * 60))
            stage = dice.choice(stages[:3])
            user, client = dice.choice([(self.manager, self.client), (self.colleague, self.beta)])
            deal = self._deal(
                stage,
                client,
                user,
                expected_revenue=dice.randrange(100, 9000),
                approach=dice.choice(["active", "passive"]),
                name=f"Deal {seed}",
            )
            self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [moment, deal.id])
            self.env["sales.stage.move"]._follow_creation(deal)
            story = Told(deal, user, deal.expected_revenue, stage.funnel_level, moment)
            told.append(story)
            for _step in range(dice.randrange(6)):
                moment += timedelta(hours=dice.randrange(1, 300))
                with self._at(moment.strftime("%Y-%m-%d %H:%M")):
                    self._step(dice, deal, story, stages, moment)
        self.env.flush_all()
        return told

    def _step(self, dice, deal, story, stages, moment):
        if not deal.active:
            deal.action_unarchive()
            return
        action = dice.choice(["stage", "stage", "stage", "lost", "won", "amount", "user"])
        if action == "stage":
            stage = dice.choice(stages)
            deal.stage_id = stage
            story.enter(stage.funnel_level, moment)
        elif action == "won":
            deal.action_set_won()
            story.enter("deal", moment)
        elif action == "lost" and not deal.stage_id.is_won:
            reason = dice.choice(self.reasons)
            deal.action_set_lost(lost_reason_id=reason.id)
            story.lost.append((moment, reason, deal.stage_id, story.amount))
        elif action == "amount":
            deal.expected_revenue = story.amount = dice.randrange(100, 9000)
        elif action == "user":
            deal.user_id = story.user = dice.choice([self.manager, self.colleague])

    def _recount(self, told, options):
        """:return: list of (count, amount, average, median) of each level"""
        first = fields.Date.to_date(options["date_from"])
        last = fields.Date.to_date(options["date_to"])
        level = options.get("level", "cold")
        figures = []
        for code in CODES[CODES.index(level) :]:
            counted, days = [], []
            for story in told:
                base = story.reached.get(code if options["mode"] == "event" else level)
                if not base or not first <= base[0].date() <= last:
                    continue
                if options.get("user_id") and base[2].id != options["user_id"]:
                    continue
                if options.get("approach") and story.deal.approach != options["approach"]:
                    continue
                if code not in story.reached:
                    continue
                passed = (story.reached[code][0] - base[0]) / DAY
                if options["mode"] == "cohort" and options.get("days") and passed > options["days"]:
                    continue
                counted.append(base[1])
                days.append(passed)
            skip = options["mode"] == "event" or code == level
            figures.append(
                (
                    len(counted),
                    round(sum(counted), 2),
                    None if skip or not days else mean(days),
                    None if skip or not days else median(days),
                )
            )
        return figures

    def _assert_shown(self, bars, expected):
        for bar, (count, amount, *days) in zip(bars, expected, strict=True):
            self.assertEqual((bar["count"], round(bar["amount"], 2)), (count, amount))
            for shown, told in zip((bar["days_average"], bar["days_median"]), days, strict=True):
                if told is None:
                    self.assertIsNone(shown)
                else:
                    self.assertAlmostEqual(shown, told, delta=0.0001)

    def _option_sets(self):
        period = {"date_from": "2026-01-15", "date_to": "2026-03-05"}
        for mode in ("cohort", "event"):
            yield {**period, "mode": mode}
            yield {**period, "mode": mode, "level": "interest"}
            yield {**period, "mode": mode, "user_id": self.manager.id}
            yield {**period, "mode": mode, "approach": "passive"}
        yield {**period, "mode": "cohort", "days": 20}
        yield {**period, "mode": "cohort", "days": 9, "level": "offer"}

    def test_equal_to_a_recount(self):
        Funnel = self.env["sales.funnel"].with_user(self.head)
        for seed, dice in dice_of(2, 12):
            self.env["sales.stage.move"].search([]).unlink()
            told = self._play(seed, dice)
            for options in self._option_sets():
                with self.subTest(seed=seed, **options):
                    self._compare(Funnel, told, options)

    def _compare(self, Funnel, told, options):
        expected = self._recount(told, options)
        shown = Funnel.get_funnel(options)
        self._assert_shown(shown["bars"], expected)
        self._compare_groups(Funnel, told, options)
        self._compare_views(Funnel, options, shown["bars"])
        self._compare_lost(told, options, shown["lost"])

    def _compare_groups(self, Funnel, told, options):
        grouped = Funnel.get_funnel({**options, "group": "user_id"})["groups"]
        for user in self.manager | self.colleague:
            if options.get("user_id") in (None, user.id):
                line = next((line for line in grouped if line["value"] == user.id), None)
                expected = self._recount(told, {**options, "user_id": user.id})
                if line or any(figures[0] for figures in expected):
                    self._assert_shown(line["bars"], expected)
        for group in ("month", "approach", "client_class", "team_id", "source_id"):
            lines = Funnel.get_funnel({**options, "group": group})["groups"]
            for number, bar in enumerate(Funnel.get_funnel(options)["bars"]):
                self.assertEqual(sum(line["bars"][number]["count"] for line in lines), bar["count"])

    def _compare_views(self, Funnel, options, bars):
        """The drill-down and the pivot on the same rows."""
        Report = Funnel.env["sales.funnel.report"]
        complete = Funnel._complete(options)
        for bar in bars:
            rows = Report.search(Funnel._bar_domain(complete, bar["level"]))
            self.assertEqual(len(rows), bar["count"])
            action = Funnel.get_deals_action(options, bar["level"])
            deals = Funnel.env["crm.lead"].with_context(**action["context"]).search(action["domain"])
            self.assertEqual(set(deals.ids), set(rows.lead_id.ids))
            self.assertEqual(len(deals), bar["count"])
        if options["mode"] == "cohort" and not options.get("days") and options.get("level", "cold") == "cold":
            [(count, share, days)] = Report._read_group(
                Funnel._report_domain(complete), [], ["__count", "to_deal:avg", "days_to_deal:avg"]
            )
            deal = next(bar for bar in bars if bar["level"] == "deal")
            self.assertEqual(count, bars[0]["count"])
            self.assertAlmostEqual(share or 0, deal["share"])
            self.assertAlmostEqual(days or 0, deal["days_average"] or 0)

    def _compare_lost(self, told, options, shown):
        if options.get("user_id") or options.get("approach"):
            return
        first, last = (fields.Date.to_date(options[name]) for name in ("date_from", "date_to"))
        lost = [event for story in told for event in story.lost if first <= event[0].date() <= last]
        for lines, part in ((shown["reasons"], 1), (shown["stages"], 2)):
            expected = {}
            for event in lost:
                count, amount = expected.get(event[part].id, (0, 0))
                expected[event[part].id] = (count + 1, amount + event[3])
            self.assertEqual({line["value"]: (line["count"], line["amount"]) for line in lines}, expected)

    def test_manager_sees_his_clients_only(self):
        self._play(4, Random(4))
        options = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
        mine = self.env["sales.funnel"].with_user(self.manager).get_funnel(options)["bars"][0]["count"]
        clients = self.env["sales.funnel.report"].search_count(
            [("level", "=", "cold"), ("client_id", "=", self.client.id), ("lead_name", "=", "Deal 4")]
        )
        self.assertTrue(mine)
        self.assertEqual(mine, clients)

    def test_deleted_deals_stay_in_the_count(self):
        deal = self._deal(self.offer)
        options = {"level": "offer", "user_id": self.manager.id}
        before = self.env["sales.funnel"].get_funnel(options)["bars"][0]["count"]
        deal.unlink()
        self.assertEqual(self.env["sales.funnel"].get_funnel(options)["bars"][0]["count"], before)

    def test_by_product(self):
        """A deal of two products counts with both; one of none is among them too, each can be opened."""
        tyres, rims = self.env["crm.tag"].create([{"name": "Tyres"}, {"name": "Rims"}])
        both = self._deal(self.offer, tag_ids=[Command.set((tyres | rims).ids)])
        both.action_set_won()
        one = self._deal(tag_ids=[Command.set(tyres.ids)])
        one.action_set_lost()
        none = self._deal()
        Funnel = self.env["sales.funnel"].with_user(self.head)
        options = {"user_id": self.manager.id, "group": "tag_ids"}
        lines = {line["value"]: line for line in Funnel.get_funnel(options)["groups"]}
        expected = {tyres.id: both | one, rims.id: both, False: none}
        self.assertEqual(set(lines), set(expected))
        for value, deals in expected.items():
            self.assertEqual(lines[value]["bars"][0]["count"], len(deals))
            action = Funnel.get_deals_action(options, "cold", "tag_ids", value)
            self.assertEqual(
                self.env["crm.lead"].with_context(**action["context"]).search(action["domain"]), deals
            )
        rows = self.env["sales.funnel.report"].search([("lead_id", "in", (both | one | none).ids)])
        self.assertEqual(
            dict(
                rows._read_group(
                    [("id", "in", rows.ids), ("level", "=", "cold")], ["tag_ids"], ["win_rate:avg"]
                )
            ),
            {tyres: 0.5, rims: 1, self.env["crm.tag"]: False},
        )

    def test_status_and_bad_options(self):
        deal = self._deal(self.offer)
        deal.action_set_lost()
        rows = self.env["sales.funnel.report"].search([("lead_key", "=", deal.id)])
        self.assertEqual(set(rows.mapped("status")), {"lost"})
        self.assertEqual(len(rows), 4)
        for bad in ({"mode": "x"}, {"level": "x"}, {"group": "id"}, {"days": "1; DROP"}):
            with self.assertRaises(UserError):
                self.env["sales.funnel"].get_funnel(bad)
