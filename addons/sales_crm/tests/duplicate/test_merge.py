from datetime import date, timedelta

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..common_credit import CreditCase
from ..common_handover import HandoverCommon

# Of Odoo: documents that a client's history is made of. Of our own every model is found by itself
CORE_FIELDS = {
    "account.move": ("partner_id", "commercial_partner_id", "partner_shipping_id"),
    "account.move.line": ("partner_id",),
    "account.payment": ("partner_id",),
    "calendar.attendee": ("partner_id",),
    "calendar.event": ("partner_ids",),
    "crm.lead": ("partner_id",),
    "mail.followers": ("partner_id",),
    "res.partner": ("parent_id", "commercial_partner_id"),
    "sale.order": ("partner_id", "partner_invoice_id", "partner_shipping_id"),
    "sale.order.line": ("order_partner_id",),
}
# Rows that are made anew from the survivor's card instead of being moved
MADE_ANEW = {("sales.partner.key", "partner_id")}
# Values for rows that a CHECK, or a computation after the merge, wants to be sensible
VALUES = {
    "account.move.line": {"display_type": "line_note"},
    "mail.activity": {"user_id": SUPERUSER_ID},
    "sales.promise": {"kind": "other", "direction": "client", "said": "kept", "date_said": date(2026, 1, 1)},
}


def is_ours(name):
    return (name or "").startswith("sales_crm")


class RowMaker:
    """Inserts a row into the table of any model, with something sensible in what must not be empty."""

    def __init__(self, env):
        self.env = env
        self.count = 0

    def insert(self, name, values):
        """:return: id of the new row"""
        model = self.env[name]
        values = {**VALUES.get(name, {}), **values}
        for column in self._required(model._table):
            if column not in values:
                values[column] = self._value(model, model._fields[column])
        columns = SQL(", ").join(map(SQL.identifier, values))
        [(row,)] = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(model._table),
                columns,
                tuple(values.values()),
            )
        )
        return row

    def _required(self, table):
        rows = self.env.execute_query(
            SQL(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = %s AND is_nullable = 'NO' AND column_default IS NULL",
                table,
            )
        )
        return [name for [name] in rows]

    def _value(self, model, field):
        self.count += 1
        if field.type == "many2one":
            comodel = self.env[field.comodel_name]
            rows = self.env.execute_query(SQL("SELECT min(id) FROM %s", SQL.identifier(comodel._table)))
            return rows[0][0] or self.insert(comodel._name, {})
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type == "boolean":
            return False
        if field.type == "date":
            return date(2026, 1, 1)
        if field.type == "datetime":
            return fields.Datetime.now()
        if field.type in ("integer", "float", "monetary", "many2one_reference"):
            return self.count
        return f"x{self.count}"


@tagged("post_install", "-at_install")
class TestMergeEveryModel(HandoverCommon):
    """Whatever refers to a client, in whatever model of ours: it refers to the survivor afterwards."""

    def _models(self):
        for name in sorted(self.registry):
            model = self.env[name]
            if not model._abstract and not model._transient and model._auto:
                yield model

    def _links(self, types):
        """:return: list of (model, field) to partners, of our models and fields, and of CORE_FIELDS"""
        return [
            (model, field)
            for model in self._models()
            for field in model._fields.values()
            if field.store
            and field.type in types
            and field.comodel_name == "res.partner"
            and (is_ours(field._module) or field.name in CORE_FIELDS.get(model._name, ()))
        ]

    def _referring(self, model, field, partner):
        """:return: set of the ids of the rows that refer to the partner"""
        if field.type == "many2many":
            query = SQL(
                "SELECT %s FROM %s WHERE %s = %s",
                SQL.identifier(field.column1),
                SQL.identifier(field.relation),
                SQL.identifier(field.column2),
                partner.id,
            )
        else:
            query = SQL(
                "SELECT id FROM %s WHERE %s = %s",
                SQL.identifier(model._table),
                SQL.identifier(field.name),
                partner.id,
            )
        return {row for [row] in self.env.execute_query(query)}

    def _rows_by_name(self, model, field, partner):
        """:return: set of the ids of rows that name the partner by model and id"""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s = 'res.partner' AND %s = %s",
                SQL.identifier(model._table),
                SQL.identifier(field.model_field),
                SQL.identifier(field.name),
                partner.id,
            )
        )
        return {row for [row] in rows}

    def _named(self):
        """:return: list of (model, field) where model and id are stored"""
        core = ("calendar.event", "ir.attachment", "mail.activity", "mail.followers", "mail.message")
        return [
            (model, field)
            for model in self._models()
            for field in model._fields.values()
            if field.store
            and field.type == "many2one_reference"
            and (is_ours(field._module) or model._name in core)
            and model._fields[field.model_field].store
        ]

    def _fill(self, twin, maker):
        """One row for each link to the merged client that the dossier doesn't have."""
        for model, field in self._links(["many2one"]):
            if (model._name, field.name) not in MADE_ANEW and not self._referring(model, field, twin):
                maker.insert(model._name, {field.name: twin.id})
        for model, field in self._links(["many2many"]):
            if not self._referring(model, field, twin):
                row = maker.insert(model._name, {})
                self.env.cr.execute(
                    SQL(
                        "INSERT INTO %s (%s, %s) VALUES (%s, %s)",
                        *map(SQL.identifier, (field.relation, field.column1, field.column2)),
                        *(row, twin.id),
                    )
                )
        for model, field in self._named():
            if not self._rows_by_name(model, field, twin):
                maker.insert(model._name, {field.model_field: "res.partner", field.name: twin.id})

    def _prepare(self):
        twin = self._create_client("Alpha again", self.manager, phone="+7 495 111-22-33")
        self._dossier(twin)
        self._dossier(self.client)
        (twin | self.client).message_subscribe(self.manager.partner_id.ids)
        twin.message_subscribe(self.colleague.partner_id.ids)
        self.env["ir.attachment"].create(
            {"name": "Offer.txt", "raw": b"x", "res_model": "res.partner", "res_id": twin.id}
        )
        twin.message_post(body="Said", message_type="comment", subtype_xmlid="mail.mt_note")
        self.env.flush_all()
        self._fill(twin, RowMaker(self.env))
        self.env.invalidate_all()
        return twin

    def test_nothing_stays_behind(self):
        twin = self._prepare()
        links = self._links(["many2one", "many2many"])
        ours = {model._name for model, _field in links if is_ours(model._original_module)}
        self.assertLessEqual({"sales.promise", "sales.contract", "sales.stage.move", "sales.plan.line"}, ours)
        before = [(model, field, self._referring(model, field, twin)) for model, field in links]
        named = [(model, field, self._rows_by_name(model, field, twin)) for model, field in self._named()]
        for model, field, rows in before + named:
            self.assertTrue(rows or (model._name, field.name) in MADE_ANEW, f"{model._name}.{field.name}")
        followers = (self.client | twin).message_partner_ids - twin
        self.assertTrue(self.client.message_partner_ids & twin.message_partner_ids)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | twin).ids, self.client)
        self.env.flush_all()
        self.assertFalse(twin.exists())
        self.assertLessEqual(followers, self.client.message_partner_ids)
        for model, field, rows in before:
            with self.subTest(model=model._name, field=field.name):
                self.assertFalse(self._referring(model, field, twin))
                if (model._name, field.name) in MADE_ANEW or (model == twin and rows == {twin.id}):
                    continue
                left = self._referring(model, field, self.client)
                self.assertLessEqual(rows - set(twin._ids), left)
        for model, field, rows in named:
            with self.subTest(model=model._name, field=field.name):
                self.assertFalse(self._rows_by_name(model, field, twin))
                if model._name == "mail.followers":
                    continue  # who follows both is one follower
                self.assertLessEqual(rows, self._rows_by_name(model, field, self.client))

    def test_what_is_stored_is_true_again(self):
        """Every stored figure of the survivor, his contacts and documents equals a computation anew."""
        twin = self._create_client("Alpha again", self.manager, phone="+7 495 111-22-33")
        contact = self._dossier(twin)["contact"]
        soon = self._plan(twin, fields.Date.today())
        self._dossier(self.client)
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | twin).ids, self.client)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.client.next_step_date, soon.date_deadline)
        self.assertEqual(contact.complete_name, f"Alpha, {contact.name}")
        family = self.client | self.client.child_ids
        documents = [
            family,
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("client_id", "=", self.client.id)]),
            self.env["crm.lead"].with_context(active_test=False).search([("partner_id", "in", family.ids)]),
            self.env["sale.order"].search([("partner_id", "in", family.ids)]),
        ]
        for records in documents:
            self.assertTrue(records)
            for field in records._fields.values():
                if not (field.store and field.compute and is_ours(field._module)) or not field.readonly:
                    continue
                with self.subTest(model=records._name, field=field.name):
                    stored = records.mapped(lambda r, f=field: r[f.name])
                    self.env.add_to_compute(field, records)
                    self.assertEqual(records.mapped(lambda r, f=field: r[f.name]), stored)

    def test_in_one_handover(self):
        """Both were handed over together: each row is unique, the survivor's stays."""
        twin = self._create_client("Alpha again", self.manager)
        handover = self._run(self._handover(scope="all"))
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | twin).ids, self.client)
        lines = handover.line_ids.filtered(lambda line: line.res_model == "res.partner")
        self.assertEqual(lines.mapped("res_id"), self.client.ids)

    def test_class_by_hand_wins(self):
        twin = self._create_client("Alpha again", self.manager, client_class="C")
        twin.client_class_reason = "Closes down"
        self.env["base.partner.merge.automatic.wizard"].with_user(self.head)._merge(
            (self.client | twin).ids, self.client
        )
        client = self.client
        self.assertEqual((client.client_class, client.client_class_reason), ("C", "Closes down"))
        other = self._create_client("Alpha third", self.manager, client_class="A")
        self.env["base.partner.merge.automatic.wizard"]._merge((client | other).ids, client)
        self.assertEqual((client.client_class, client.client_class_reason), ("C", "Closes down"))

    def test_whose_cards_one_may_not_write(self):
        foreign = self._create_client("Foreign", self.colleague)
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard._merge((self.client | foreign).ids, self.client)


@tagged("post_install", "-at_install")
class TestMergeContracts(CreditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._create_client("Alpha again", cls.manager)
        cls.wizard = cls.env["base.partner.merge.automatic.wizard"]

    def _merge(self):
        self.wizard._merge((self.client | self.twin).ids, self.client)

    def test_two_in_force(self):
        second = self._contract(self.twin)
        with self.assertRaisesRegex(UserError, "Terminate one of them") as caught, self.cr.savepoint():
            self._merge()
        self.assertIn("Alpha again", str(caught.exception))
        second.date_start = self.today + timedelta(days=1)
        self.contract.date_end = self.today
        self._merge()
        self.assertEqual((self.contract | second).client_id, self.client)

    def test_same_number(self):
        second = self._contract(self.twin, activate=False, name=self.contract.name.lower())
        with self.assertRaisesRegex(UserError, "number"), self.cr.savepoint():
            self._merge()
        second.name = "Another"
        self._merge()
        self.assertEqual(second.client_id, self.client)

    def test_debt_adds_up(self):
        self._owe(300)
        self._owe(200, client=self.twin)
        self._pay(100, client=self.twin)
        self._merge()
        self.client.invalidate_recordset()
        self.assertEqual((self.client.receivable_amount, self.client.credit_available), (400, 600))

    def _standings(self):
        self.env.invalidate_all()
        cards = (self.client | self.twin).exists()
        return list(self.env["sales.credit"]._standings(cards, self.company).values())

    def test_manager_raises_no_limit(self):
        """Whichever card stays: both may owe no more than before, and what is overdue stays overdue."""
        endless = float("inf")
        for contract in (True, False):
            for stays in (0, 1):
                with self.subTest(contract=contract, stays=stays), self.cr.savepoint() as savepoint:
                    if not contract:
                        self.contract.action_terminate()
                        self.company.write(
                            {"sales_contract_required": False, "account_use_credit_limit": True}
                        )
                        self.client.credit_limit = 100
                    self._owe(50, client=self.twin, days_ago=60)
                    before = self._standings()
                    cards = self.client | self.twin
                    self.wizard.with_user(self.manager)._merge(cards.ids, cards[stays])
                    [after] = self._standings()
                    [limited] = [s.credit_limit for s in before if s.client_id == self.client.id]
                    self.assertTrue(limited)
                    now = endless if after.credit_limit is None else after.credit_limit
                    self.assertLessEqual(now, limited)
                    self.assertEqual(after.overdue, 50)
                    savepoint.rollback()
                    self.env.invalidate_all()
