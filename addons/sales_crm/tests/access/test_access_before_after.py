from random import Random

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..chance import SEED, how_many
from ..common_handover import HandoverCommon

# So many of the newest records of each model
NEWEST = 100
# What may differ, and why
NUMBER = "documents are numbered one after the other: one's own next one tells it as well"
NO_SECRET = {
    ("account.move", "highest_name"): NUMBER,
    ("account.move", "name_placeholder"): NUMBER,
    ("ir.sequence", "number_next_actual"): NUMBER,
}


@tagged("post_install", "-at_install")
class TestAccessBeforeAfter(HandoverCommon):
    """A client of the colleague, with all that can hang on one, changes nothing of what the manager can read.

    Not one secret word is looked for: values, counts, sums, groups and names of each model are taken before
    and after, whatever differs is a leak. What differs by itself (times, random numbers) is found by taking
    it twice before.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.type = "service"
        cls._create_client("Mine", cls.manager)
        # What begins with the first document of all (a tax is in use, a setting is on) has begun
        cls._make_client("Wolfram", cls.manager)

    def _sample(self):
        """:return: names of the models of this run, all of them if thorough"""
        Access = self.env["ir.model.access"].with_user(self.manager)
        names = [
            name
            for name in sorted(self.registry)
            if not self.env[name]._abstract
            and not self.env[name]._transient
            and Access.check(name, "read", False)
        ]
        return sorted(Random(SEED).sample(names, min(len(names), how_many(15, len(names)))))

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.http")
    def _take(self, names):
        """:return: dict (model, what) -> what the manager is told"""
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        told = {}
        for name in names:
            # A cursor's cache is one for all: each model is asked as by a request of its own
            self.env.invalidate_all()
            context = {"active_test": False, "allowed_company_ids": self.company.ids}
            model = self.env(user=self.manager, context=context)[name]
            told.update({(name, what): answer for what, answer in self._told(model)})
        return told

    def _told(self, model):
        """:return: iterator of (what, answer): everything that a model is asked"""
        yield "count", self._answer(lambda: model.search_count([]))
        yield "names", self._answer(lambda: model.name_search("", limit=NEWEST))
        fields_of = {
            name: description
            for name, description in model.fields_get(attributes=["groupable", "aggregator"]).items()
            if (model._name, name) not in NO_SECRET and model._fields[name].type != "binary"
        }
        rows = self._ask(lambda: self._newest(model, list(fields_of)))
        for name in fields_of:
            told = self._ask(lambda n=name: self._newest(model, [n])) if isinstance(rows, str) else rows
            yield name, told if isinstance(told, str) else str([(row["id"], row[name]) for row in told])
        stored = {name: about for name, about in fields_of.items() if model._fields[name].store}
        sums = [f"{name}:{about['aggregator']}" for name, about in stored.items() if about.get("aggregator")]
        yield "sums", self._answer(lambda: model.formatted_read_group([], [], sums))
        for name, about in stored.items():
            if about.get("groupable") and model._fields[name].type not in ("properties", "char", "text"):
                group = f"{name}:month" if model._fields[name].type in ("date", "datetime") else name
                yield (
                    f"by {name}",
                    self._answer(lambda g=group: model.formatted_read_group([], [g], ["__count"])),
                )

    def _newest(self, model, names):
        return model.search([], limit=NEWEST, order="id desc").read(names)

    def _answer(self, question):
        return str(self._ask(question))

    def _ask(self, question):
        """:return: the answer, or what the error says"""
        with self.cr.savepoint() as savepoint:
            try:
                answer = question()
            except Exception as error:  # pylint: disable=broad-exception-caught
                # Whatever is raised is told as well
                answer = f"{type(error).__name__}: {error}"
            self.env.invalidate_all()
            savepoint.rollback()
        return answer

    @classmethod
    def _make_client(cls, name, manager):
        """A client with a dossier, an invoice, a payment, a contract, a promise, messages and files."""
        client = cls._create_client(name, manager, phone=f"+7 495 765-43-{len(name):02}")
        dossier = cls._dossier(client, manager)
        campaign = cls.env["utm.campaign"].search([], limit=1)
        (dossier["deal"] | dossier["won"]).campaign_id = campaign
        dossier["order"].campaign_id = campaign
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": client.id,
                "invoice_user_id": manager.id,
                "campaign_id": campaign.id,
                "invoice_line_ids": [Command.create({"product_id": cls.product.id, "price_unit": 777})],
            }
        )
        invoice.action_post()
        cls.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": client.id, "amount": 123}
        ).action_post()
        cls.env["sales.contract"].create(
            {
                "name": f"{name}-1",
                "client_id": client.id,
                "kind": "supply",
                "date_start": fields.Date.today(),
                "credit_limit": 4321,
                "payment_term_id": cls.env.ref("account.account_payment_term_30days").id,
            }
        ).action_activate()
        cls.env["sales.promise"].create(
            {
                "client_id": client.id,
                "direction": "client",
                "kind": "other",
                "date_due": fields.Date.today(),
                "user_id": manager.id,
            }
        )
        for record in (client, dossier["contact"], dossier["deal"], dossier["order"], invoice):
            record.message_post(body=f"{name} said", message_type="comment", subtype_xmlid="mail.mt_comment")
            cls.env["ir.attachment"].create(
                {"name": f"{name}.txt", "raw": b"xenon", "res_model": record._name, "res_id": record.id}
            )
        cls.env.flush_all()

    def _differences(self):
        names = self._sample()
        first, before = self._take(names), self._take(names)
        steady = {key for key, told in before.items() if first[key] == told}
        self._make_client("Xenon", self.colleague)
        after = self._take(names)
        return {
            f"{model}, {what}": (before[model, what], after[model, what])
            for model, what in sorted(steady)
            if before[model, what] != after[model, what]
        }

    def _assert_nothing_differs(self):
        differences = self._differences()
        shown = "\n".join(
            f"{key}\n  before {self._tail(one, other)}\n  after  {self._tail(other, one)}"
            for key, (one, other) in differences.items()
        )
        self.assertFalse(differences, f"{sorted(differences)}\n{shown}")

    def _tail(self, text, other):
        """:return: the text from a little before it differs from the other one"""
        start = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
        return text[max(start - 80, 0) : start + 160]

    def test_a_manager(self):
        self._assert_nothing_differs()

    def test_a_manager_who_invoices(self):
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        self._assert_nothing_differs()
