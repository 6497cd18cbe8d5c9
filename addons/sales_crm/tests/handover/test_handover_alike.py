from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..chance import dice_of
from ..common_handover import HandoverCommon

# Of chance, or of the clock: different each time, whoever writes. The ORM lets whoever flushes be the writer
VOLATILE = ["access_token", "create_date", "date", "message_id", "references", "write_date", "write_uid"]
# What is said when the transaction ends, and the ways of core that count what they were called for
BESIDE = {"bus_bus", "ir_cron_trigger", "ir_sequence"}


def by_the_orm(test):
    """:return: patches by which everything that is written by SQL is written by the ORM instead"""
    followers, messages = (type(test.env[name]) for name in ("mail.followers", "mail.message"))

    def follow(self, documents, partner):
        self._insert_followers(documents._name, documents.ids, partner.ids)

    def log(self, documents, body):
        documents._message_log_batch(bodies=dict.fromkeys(documents.ids, body))

    def write(records, values):
        records.write(values)

    handover = "odoo.addons.sales_crm.models.handover.sales_handover"
    return [
        patch.object(followers, "_sales_follow", follow),
        patch.object(messages, "_sales_log_alike", log),
        *(patch(f"{handover}_{part}.write_alike", write) for part in ("work", "undo", "show")),
    ]


@tagged("post_install", "-at_install")
class TestHandoverAlike(HandoverCommon):
    """What is written by SQL for thousands at once is what the ORM would have written one by one."""

    def _rows(self, tables):
        """:return: dict table -> sorted list of its rows with all their columns"""
        self.env.flush_all()
        found = {}
        for table in tables:
            rows = self.env.execute_query(
                SQL(
                    "SELECT (to_jsonb(t) - %s::text[])::text FROM %s t ORDER BY 1",
                    VOLATILE,
                    SQL.identifier(table),
                )
            )
            found[table] = [row for (row,) in rows]
        return found

    def _touched(self):
        """:return: names of the tables that this transaction has written"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
                " ORDER BY 1"
            )
        )
        return [table for (table,) in rows if table not in BESIDE]

    def _sequences(self):
        """:return: dict sequence of an id -> the next number"""
        names = self.env.execute_query(
            SQL("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1")
        )
        # Asked of each itself: the view knows nothing of one that was set and not used since
        numbers = (
            SQL("SELECT %s, last_value + is_called::int FROM %s", name, SQL.identifier(name))
            for (name,) in names
        )
        return dict(self.env.execute_query(SQL(" UNION ALL ").join(numbers)))

    def _tried(self, work, sequences):
        """:return: the rows that are there after the work, which is taken back; new ones get the same ids"""
        for name, number in sequences.items():
            self.env.execute_query(SQL("SELECT setval(%s::regclass, %s, false)", f'"{name}"', number))
        savepoint = self.env.cr.savepoint(flush=True)
        with self._at(self.moment):
            work()
        self.assertFalse(self.env["sales.handover"].search([("failure", "!=", False)]))
        rows = self._rows(self._touched())
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        return rows

    def _assert_the_same(self, work):
        """:return: names of the tables that were compared"""
        self.env.cr.flush()
        self.moment = f"{fields.Datetime.now():%Y-%m-%d %H:%M}"
        sequences = self._sequences()
        ours = self._tried(work, sequences)
        patches = by_the_orm(self)
        for one in patches:
            one.start()
        try:
            theirs = self._tried(work, sequences)
        finally:
            for one in patches:
                one.stop()
        tables = sorted(ours.keys() | theirs.keys())
        for table in tables:
            self.assertEqual(ours.get(table), theirs.get(table), table)
        self.assertIn("sales_handover_line", tables)
        return tables

    def _random_dossiers(self, dice):
        """Clients with work of every kind; some records are followed by him, by the receiver or by both."""
        subtypes = self.env["mail.message.subtype"].search([("res_model", "=", False)])
        partners = self.manager.partner_id, self.colleague.partner_id
        for number in range(dice.randint(2, 4)):
            client = self._create_client(f"Alike {number}", self.manager)
            for record in self._dossier(client).values():
                if "message_follower_ids" not in record._fields:
                    continue
                for partner in dice.sample(partners, dice.randint(0, 2)):
                    some = dice.sample(subtypes.ids, dice.randint(1, len(subtypes)))
                    record.message_subscribe(partner.ids, subtype_ids=some)
                for partner in dice.sample(partners, dice.randint(0, 1)):
                    record.message_unsubscribe(partner.ids)

    def test_the_same_rows_as_by_the_orm(self):
        for seed, dice in dice_of(1, 10):
            with self.subTest(seed=seed):
                savepoint = self.env.cr.savepoint(flush=True)
                self._random_dossiers(dice)
                handover = self._handover()
                tables = self._assert_the_same(lambda handover=handover: self._run(handover))
                for table in ("mail_message", "mail_followers", "sales_handover_item", "mail_activity"):
                    self.assertIn(table, tables)
                self._run(handover)
                self._assert_the_same(handover.action_undo)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_the_cache_knows(self):
        """Whoever has read followers and notes before sees the new ones."""
        clients = self.env["res.partner"].union(
            *(self._create_client(f"Cached {number}", self.manager) for number in range(3))
        )
        partner = self.colleague.partner_id
        names = ["message_follower_ids", "message_partner_ids", "message_ids"]
        clients.read(names)
        self.env["mail.followers"]._sales_follow(clients, partner)
        self.env["mail.message"]._sales_log_alike(clients, "Handed over")
        cached = clients.read(names)
        self.env.invalidate_all()
        self.assertEqual(cached, clients.read(names))
        for client in clients:
            self.assertIn(partner, client.message_partner_ids)
            self.assertIn("Handed over", client.message_ids[0].body)

    def test_who_follows_already_stays_as_he_is(self):
        partner = self.colleague.partner_id
        note = self.env.ref("mail.mt_note")
        self.client.message_subscribe(partner.ids, subtype_ids=note.ids)
        for _again in range(2):
            self.env["mail.followers"]._sales_follow(self.client, partner)
        follower = self.client.message_follower_ids.filtered(lambda f: f.partner_id == partner)
        self.assertEqual(follower.subtype_ids, note)

    def test_nobody_follows_nothing(self):
        none = self.env["res.partner"]
        self.env["mail.followers"]._sales_follow(none, self.colleague.partner_id)
        self.env["mail.followers"]._sales_follow(self.client, none)
        self.assertNotIn(self.colleague.partner_id, self.client.message_partner_ids)
