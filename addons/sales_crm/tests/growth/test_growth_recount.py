from collections import Counter, defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.tests import tagged

from ..chance import dice_of, how_many
from .test_growth import GrowthCase


@tagged("post_install", "-at_install")
class TestGrowthRecount(GrowthCase):
    """The bridges are to the cent what is counted in Python, document by document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._second_company()
        cls.companies = cls.company | cls.second
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.companies.ids})
        (cls.head | cls.manager).company_ids = cls.companies
        cls.foreign = cls.setup_other_currency("EUR", rates=[("2000-01-01", 3.0)])
        dozen, kilogram = cls.env.ref("uom.product_uom_dozen"), cls.env.ref("uom.product_uom_kgm")
        tyres = cls.env["product.category"].create({"name": "Tyres"})
        cls.products = [
            cls.env["product.product"],
            cls.service,
            cls._product("Eggs", uom_id=dozen.id),
            cls._product("Flour", uom_id=kilogram.id, categ_id=tyres.id),
            cls._product("Tyres", categ_id=tyres.id),
        ]
        cls.clients = cls.client | cls.other_client
        for number in range(8):
            cls.clients |= cls._create_client(f"Client {number}", cls.manager)
        for client in cls.clients - cls.client - cls.other_client:
            cls._contract(client, credit_limit=10**9, overdue_tolerance_days=9999)

    def _random_invoice(self, rng):
        product = rng.choice(self.products)
        line = {
            "name": "Something",
            "product_id": product.id,
            "quantity": rng.choice([1, 2, 3, 7, 12.5]),
            "price_unit": rng.randint(1, 9999) / 100,
            "discount": rng.choice([0, 0, 7.5]),
            "tax_ids": False,
        }
        if product == self.service and rng.random() < 0.4:
            line["product_uom_id"] = self.env.ref("uom.product_uom_dozen").id
        self._bill(
            0,
            rng.choice([0, 365, 365, 365 * 2]) + rng.randrange(0, 40),
            rng.choice(self.clients),
            rng.choice(["out_invoice"] * 5 + ["out_refund"]),
            rng.choice(self.companies),
            currency_id=rng.choice(self.company.currency_id | self.foreign).id,
            invoice_line_ids=[Command.create(line)],
        )

    def _random_order(self, rng):
        order = self._sell(
            rng.randint(1, 9),
            rng.choice(self.clients),
            rng.choice([0, 365]) + rng.randrange(0, 40),
            rng.randint(100, 9999) / 100,
        )
        order.order_line.qty_delivered = rng.randint(0, 3)

    # ------------------------------------------------------
    # Counted again
    # ------------------------------------------------------

    def _facts(self, measure):
        """Yield (client, product, day, amount, quantity) of every line of every document."""
        if measure == "invoiced":
            for line in self.env["account.move.line"].search(
                [("move_id.partner_id", "in", self.clients.ids)]
            ):
                if line.display_type == "product" and line.parent_state == "posted":
                    sign = -1 if line.move_id.move_type == "out_refund" else 1
                    quantity = self._in_product_unit(line, sign * line.quantity)
                    yield (
                        line.move_id.partner_id,
                        line.product_id,
                        line.invoice_date,
                        -line.balance,
                        quantity,
                    )
            return
        for line in self.env["sale.order.line"].search([("order_id.partner_id", "in", self.clients.ids)]):
            quantity = Fraction(str(line.product_uom_qty if measure == "ordered" else line.qty_delivered))
            amount = round(line.price_unit * float(quantity), 2)
            yield (
                line.order_id.partner_id,
                line.product_id,
                line.order_id.date_order.date(),
                amount,
                quantity,
            )

    def _in_product_unit(self, line, quantity):
        factor = Fraction(str(line.product_uom_id.factor or 1)) / Fraction(
            str(line.product_id.uom_id.factor or 1)
        )
        return Fraction(str(quantity)) * (factor if line.product_id else 1)

    def _cents(self, number):
        number = Fraction(number)
        number = Decimal(number.numerator) / Decimal(number.denominator)
        return Fraction(number.quantize(Decimal("0.01"), ROUND_HALF_UP))

    def _recount(self, measure, group_of):
        """:return: Counter of (group, part or effect) -> amount, with None for the group of the whole"""
        periods = [(self.first, self.today)]
        periods.insert(0, tuple(day - relativedelta(years=1) for day in periods[0]))
        money, pieces, before = Counter(), Counter(), set()
        for client, product, day, amount, quantity in self._facts(measure):
            amount = Fraction(str(round(amount, 2)))
            for year, (first, last) in enumerate(periods):
                if first <= day <= last:
                    money[client, product, year] += amount
                    pieces[client, product, year] += quantity
            if day < self.first and amount > 0:
                before.add(client)
        sums = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for (client, _product, year), amount in money.items():
            sums[client][year] += amount
        found = Counter()
        for client, product in {key[:2] for key in money}:
            part = self._part_of(*sums[client], client in before)
            grown = money[client, product, 1] - money[client, product, 0]
            effects = self._effects(client, product, money, pieces) if part in ("grown", "shrunk") else {}
            for name, amount in {part: grown, **effects}.items():
                found[None, name] += amount
                found[group_of(client, product), name] += amount
        return Counter({key: float(amount) for key, amount in found.items() if amount})

    def _part_of(self, last, this, bought_before):
        if last > 0:
            return "lost" if this <= 0 else "grown" if this >= last else "shrunk"
        if this <= 0:
            return "other"
        return "won_back" if bought_before else "new"

    def _effects(self, client, product, money, pieces):
        last, this = (money[client, product, year] for year in (0, 1))
        if not self._is_measured(client, product, money, pieces):
            return {"rest": this - last}
        kind = product.uom_id.relative_uom_id or product.uom_id
        totals = [Fraction(0), Fraction(0)]
        for other in {key[1] for key in money if key[0] == client}:
            same = (other.uom_id.relative_uom_id or other.uom_id) == kind
            if same and self._is_measured(client, other, money, pieces):
                for year in (0, 1):
                    totals[year] += pieces[client, other, year] * Fraction(str(other.uom_id.factor))
        before, now = (pieces[client, product, year] for year in (0, 1))
        price = self._cents((this / now - last / before) * now) if before and now else 0
        quantity = self._cents((totals[1] / totals[0] - 1) * last) if all(totals) else 0
        return {"price": price, "quantity": quantity, "mix": this - last - price - quantity}

    def _is_measured(self, client, product, money, pieces):
        return bool(product) and all(
            pieces[client, product, year] > 0
            or (pieces[client, product, year] == 0 and money[client, product, year] == 0)
            for year in (0, 1)
        )

    # ------------------------------------------------------
    # Told by the screen
    # ------------------------------------------------------

    def _told(self, growth):
        told = Counter()
        for group, figures in [(None, growth), *((line["value"], line) for line in growth["groups"])]:
            for name, part in figures["parts"].items():
                told[group, name] = part["amount"]
            for name in ("price", "quantity", "mix", "rest"):
                told[group, name] = figures["kept"][name]
        return Counter({key: amount for key, amount in told.items() if amount})

    def _assert_exact(self, growth):
        """Every bridge reaches its end, every part and effect is the sum of its groups."""

        def cents(amount):
            return round(amount * 100)

        for figures in [growth, *growth["groups"]]:
            parts = sum(cents(part["amount"]) for part in figures["parts"].values())
            self.assertEqual(parts, cents(figures["this"]) - cents(figures["last"]))
            kept = figures["kept"]
            effects = sum(cents(kept[name]) for name in ("price", "quantity", "mix", "rest"))
            self.assertEqual(effects, cents(kept["this"]) - cents(kept["last"]))
            self.assertEqual(
                effects, sum(cents(figures["parts"][name]["amount"]) for name in ("grown", "shrunk"))
            )
        if growth["groups"]:
            whole, of_groups = self._told(growth), Counter()
            for (group, name), amount in whole.items():
                if group is not None:
                    of_groups[name] += cents(amount)
            for (_group, name), amount in whole.items():
                if _group is None:
                    self.assertEqual(of_groups.pop(name), cents(amount), name)
            self.assertFalse({name: amount for name, amount in of_groups.items() if amount})

    def test_to_the_cent(self):
        groups = {
            "manager": lambda client, _product: client.user_id.id,
            "category": lambda _client, product: product.categ_id.id,
            "none": None,
        }
        for seed, rng in dice_of(1, 6):
            with self.subTest(seed=seed):
                for _number in range(how_many(50, 200)):
                    self._random_invoice(rng)
                    if rng.random() < 0.3:
                        self._random_order(rng)
                    if rng.random() < 0.1:
                        rng.choice(self.clients).user_id = rng.choice(self.manager | self.colleague)
                for measure in ("invoiced", "ordered", "shipped"):
                    for group_by, group_of in groups.items():
                        growth = self._growth_of_both(group_by=group_by, measure=measure)
                        self._assert_exact(growth)
                        told = self._told(growth)
                        counted = self._recount(measure, group_of or (lambda *_cell: None))
                        if not group_of:  # counted twice over, as the whole and as its only group
                            counted = Counter({key: amount / 2 for key, amount in counted.items()})
                        self.assertEqual(
                            {key: round(amount, 2) for key, amount in told.items()},
                            {key: round(amount, 2) for key, amount in counted.items()},
                            (measure, group_by),
                        )
                self._assert_lists_add_up()

    def _growth_of_both(self, method="get_growth", **options):
        self.env.invalidate_all()
        Growth = self.env["sales.growth"].with_user(self.head)
        Growth = Growth.with_context(allowed_company_ids=self.companies.ids)
        return getattr(Growth, method)(**{**self.period, **options})

    def _assert_lists_add_up(self):
        growth = self._growth_of_both()
        kept = growth["kept"]
        bars = {name: part["amount"] for name, part in growth["parts"].items()}
        bars |= {name: kept[name] for name in ("price", "quantity", "mix", "rest")}
        for bar, amount in bars.items():
            listed = self._growth_of_both("get_clients", bar=bar)
            self.assertEqual(round(sum(row["amount"] for row in listed["clients"]), 2), amount, bar)
            self.assertEqual(listed["amount"], amount)
            if bar in growth["parts"]:
                self.assertEqual(listed["count"], growth["parts"][bar]["clients"])

    def test_a_manager_counts_his_own(self):
        """What a manager is told adds up to what the head is told of his clients."""
        for _seed, rng in dice_of(1, 1):
            for _number in range(30):
                self._random_invoice(rng)
        Growth = self.env["sales.growth"].with_user(self.manager)
        own = Growth.with_context(allowed_company_ids=self.companies.ids).get_growth(**self.period)
        [of_head] = [
            group
            for group in self._growth_of_both(group_by="manager")["groups"]
            if group["value"] == self.manager.id
        ]
        for name in ("last", "this", "parts", "kept", "clients"):
            self.assertEqual(own[name], of_head[name])
        self.assertGreater(self.today - timedelta(days=1), self.first)
