"""Whatever managers, packers, accountants and the head do on two servers, one after the other and at once:
goods shipped and not paid, and the rest of what is confirmed, stay within the limit and its releases.

What is owed is counted by ``support.credit``; the seed of the day or of ``--seed`` names each round, and
``CRM_THOROUGH=1`` plays a hundred. ``CRM_LIMIT_ROUNDS`` plays so many.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from random import Random

import pytest
from support.chance import dice_of, how_many
from support.credit import CENT, Documents, most
from support.crew import Crew, Refused
from support.goods_steps import AccountantSteps, PackerSteps
from support.sales_steps import LIMIT, HeadSteps

AT_ONCE = 20
ALONE = how_many(10, 20)
ROUNDS = int(os.environ.get("CRM_LIMIT_ROUNDS", "1"))
SEEDS = [seed for seed, _dice in dice_of(ROUNDS, 100)]
ROLES = {"manager": "manager1", "head": "head", "packer": "packer", "accountant": "accountant"}
STOCK = 100_000
# What everybody rushes to do, and how often beside a medley of everything
RUSHES = ["confirm", "quote_and_confirm", "ship", "raise_line", "ship_without_an_order", None, None]
# What everything else needs first
OFTEN = ["quote_and_confirm", "ship", "ship", "invoice", "post", "pay", "pay_invoice", "raise_line"]


class Steps(HeadSteps, PackerSteps, AccountantSteps):
    """Random steps of everybody."""

    @classmethod
    def names(cls) -> list[str]:
        """Return what can be done; an invoice and its payment need a delivery, and so on."""
        return [*sorted(name for name in dir(cls) if not name.startswith("_") and name != "names"), *OFTEN]


@pytest.fixture(scope="module")
def shop(two_servers):
    """Two servers with somebody of each role at both, and goods in stock."""
    return Shop(two_servers)


class Shop:
    def __init__(self, servers):
        self.admin = servers[0].session("admin")
        self.packer()
        with ThreadPoolExecutor(4) as pool:
            self.servers = [
                dict(zip(ROLES, pool.map(server.session, ROLES.values()), strict=True)) for server in servers
            ]
        self.warehouse = self.find_warehouse()
        self.goods = self.make_goods(8)
        self.term = self.make("account.payment.term", self.prepare_term())

    def make(self, model, *values):
        ids = self.admin.call(model, "create", list(values))
        return ids if len(values) > 1 else ids[0]

    def ref(self, model, domain, fields):
        return self.admin.search_read(model, domain, fields, limit=1)[0]

    def packer(self):
        group = self.ref(
            "ir.model.data", [("name", "=", "group_stock_user"), ("module", "=", "stock")], ["res_id"]
        )
        self.make(
            "res.users",
            {
                "name": "Packer",
                "login": "packer",
                "password": "packer",
                "group_ids": [(6, 0, [group["res_id"]])],
            },
        )

    def find_warehouse(self):
        house = self.ref("stock.warehouse", [], ["out_type_id", "lot_stock_id"])
        customers = self.ref(
            "ir.model.data", [("name", "=", "stock_location_customers"), ("module", "=", "stock")], ["res_id"]
        )
        return {
            "location_id": house["lot_stock_id"][0],
            "location_dest_id": customers["res_id"],
            "picking_type_id": house["out_type_id"][0],
            "sales_journal": self.ref("account.journal", [("type", "=", "sale")], [])["id"],
        }

    def make_goods(self, count):
        goods = self.make(
            "product.product",
            *(
                {
                    "name": f"Goods {number}",
                    "type": "consu",
                    "is_storable": True,
                    "list_price": 100,
                    "taxes_id": [],
                    "invoice_policy": ["delivery", "order"][number % 2],
                }
                for number in range(count)
            ),
        )
        place = self.warehouse["location_id"]
        quants = self.admin.call(
            "stock.quant",
            "create",
            [{"product_id": id_, "location_id": place, "inventory_quantity": STOCK} for id_ in goods],
        )
        self.admin.call("stock.quant", "action_apply_inventory", quants)
        return goods

    def prepare_term(self):
        days = {"value": "percent", "value_amount": 100, "nb_days": 30}
        return {"name": "30 days", "line_ids": [(0, 0, days)]}

    def open_clients(self, name, count=3):
        """Clients of the manager, each with a contract in force."""
        manager = self.servers[0]["manager"].uid
        card = {"is_client": True, "is_company": True, "user_id": manager}
        clients = self.make("res.partner", *({**card, "name": f"{name} {number}"} for number in range(count)))
        contract = {
            "payment_term_id": self.term,
            "credit_limit": LIMIT,
            "date_start": str(date.today() - timedelta(days=30)),
        }
        head = self.servers[0]["head"]
        contracts = head.call(
            "sales.contract",
            "create",
            [{**contract, "client_id": client, "name": f"{name} {client}"} for client in clients],
        )
        head.call("sales.contract", "action_activate", contracts)
        return clients


class Round:
    """Some clients from their first quotation on."""

    def __init__(self, shop, seed):
        self.shop = shop
        self.dice = Random(seed)
        self.clients = shop.open_clients(seed)
        self.story = [f"seed {seed}, clients {self.clients}"]
        self.now = self.look()

    def look(self):
        return Documents(self.shop.admin, self.clients, self.shop.warehouse["location_dest_id"])

    def play(self, names):
        """Take these steps at once, half of them on each server; then count.

        :return: number of those that went through
        """
        jobs = [
            (name, self.crew(number, alone=len(names) == 1), Random(self.dice.random()))
            for number, name in enumerate(names)
        ]
        with ThreadPoolExecutor(len(jobs)) as pool:
            outcomes = list(pool.map(self.take, jobs))
        self.story.append(f"--- {len(names)} at once")
        for (_name, crew, _dice), outcome in zip(jobs, outcomes, strict=True):
            self.story += [f"{crew.step}: {outcome or 'done'}", *(f"    {said}" for said in crew.said)]
        faults = [outcome for outcome in outcomes if outcome and not isinstance(outcome, Refused)]
        assert not faults, self.told(faults)
        before, self.now = self.now, self.look()
        self.check(before, [crew for _name, crew, _dice in jobs])
        return outcomes.count(None)

    def crew(self, number, alone):
        return Crew(self.shop.servers[(number + len(self.story)) % 2], alone)

    def take(self, job):
        """:return: what stopped the step, or None"""
        name, crew, dice = job
        steps = Steps(crew, dice, self.now, self.shop.goods, self.shop.warehouse)
        try:
            while not crew.said:
                crew.step = name
                getattr(steps, name)()
                name = dice.choice(Steps.names())
        except Exception as error:
            return error
        return None

    def check(self, before, crews):
        for client in self.clients:
            limits = [limit for crew in crews for of, limit in crew.limits if of == client]
            undone = sum(amount for crew in crews for of, amount in crew.undone if of == client)
            owes, may = self.now.ledger(client), most(before, self.now, client, limits, undone)
            figures = f"client {client} owed {before.ledger(client)}, owes {owes}, may owe {may}"
            self.story.append(f"    {figures}, limit {self.now.limit(client)}")
            assert owes <= may + CENT, self.told([figures])
        pressed = {order for crew in crews for order in crew.confirmed}
        for order in self.now.having("orders", "sale"):
            was = before.orders.get(order["id"], {}).get("state")
            assert was == "sale" or order["id"] in pressed, self.told([f"nobody confirmed {order}"])

    def told(self, faults):
        return "\n".join([*self.story, "", *map(repr, faults)])

    def rush(self):
        """Twenty at once: most of them do the same, some anything."""
        what = self.dice.choice(RUSHES)
        self.prepare(what)
        others = [self.dice.choice(Steps.names()) for _ in range(AT_ONCE)]
        return [what or other for other in others[:15]] + others[15:]

    def prepare(self, what):
        if what in ("confirm", "ship"):
            self.play(["small_quote"] * 10)
        if what == "ship":
            self.give(5 * LIMIT)
            self.play(["confirm"] * 10)
            self.give(LIMIT)

    def give(self, limit):
        """The head gives each client who has a contract this limit."""
        contracts = [contract["id"] for contract in self.now.having("contracts", "active")]
        head = self.shop.servers[0]["head"]
        head.call("sales.contract", "write", contracts, {"credit_limit": limit})
        self.story.append(f"--- the head gives {limit}")
        self.now = self.look()


@pytest.mark.parametrize("seed", SEEDS)
def test_random_days(shop, seed):
    print("seed", seed)
    day = Round(shop, seed)
    for _ in range(ALONE):
        day.play([day.dice.choice(Steps.names())])
    day.play(day.rush())
    for _ in range(ALONE // 2):
        day.play([day.dice.choice(Steps.names())])
    day.play(day.rush())
