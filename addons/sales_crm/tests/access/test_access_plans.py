from unittest.mock import patch

from odoo.tests import tagged

from ...tools import granted
from .test_access_rule import AccessCase


@tagged("post_install", "-at_install")
class TestAccessPlans(AccessCase):
    """Whoever sees few clients pays for few: PostgreSQL starts from them, whatever it knows of the tables."""

    def setUp(self):
        super().setUp()
        self.activity = self._plan(self.client, "2026-12-01")
        self.activities = self.activity | self._plan(self.foreign, "2026-12-01")
        self.env.flush_all()
        self.env.registry.clear_cache()

    def _search(self, model, domain):
        """:return: the query by which the manager searches"""
        return self.env(user=self.manager)[model]._search(domain)

    def test_activities_of_few_clients_are_found_by_the_column(self):
        query = self._search("mail.activity", [("client_id", "!=", False)])
        self.assertNotIn("COALESCE", query.select().code)
        self.assertIn('"client_id" = ANY(ARRAY(', query.select().code)
        self.assertEqual(self.env["mail.activity"].browse(query) & self.activities, self.activity)

    def test_few_clients_are_found_in_an_index(self):
        query = self._search("res.partner", [("is_client", "=", True)])
        self.assertIn('COALESCE("res_partner"."client_id", 0) = ANY(ARRAY(', query.select().code)
        self.assertEqual(self.env["res.partner"].browse(query) & (self.client | self.foreign), self.client)

    def test_a_card_of_many_is_looked_up_by_one_select(self):
        """Fifty rules aren't fifty SELECTs for one client."""
        for number in range(3):
            self._rule(scope="domain", client_domain=repr([("ref", "=", str(number))]))
        with patch.object(granted, "FEW_CLIENTS", -1):
            self.env.registry.clear_cache()
            listed = self._search("res.partner", [("is_client", "=", True)]).select().code
            for domain in ([("id", "in", self.client.ids)], [("id", "child_of", self.client.ids)]):
                card = self._search("res.partner", domain)
                self.assertNotIn("UNION ALL", card.select().code)
                self.assertEqual(self.env["res.partner"].browse(card), self.client)
            self.assertFalse(self._search("res.partner", [("id", "in", self.foreign.ids)]).get_result_ids())
        self.assertIn("UNION ALL", listed)

    def _has_index(self, table, text):
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
        return any(definition.endswith(text) for [definition] in self.env.cr.fetchall())

    def test_lists_of_open_activities_have_their_index(self):
        self.assertTrue(self._has_index("mail_activity", "(date_deadline, id) WHERE (active IS TRUE)"))

    def test_clients_of_a_tag_are_looked_up_in_an_index(self):
        """A rule by tags starts from the tagged ones; without it PostgreSQL reads the keys of all clients."""
        self.assertTrue(self._has_index("res_partner", " (id) WHERE (is_client IS TRUE)"))

    def test_postgresql_is_told_of_the_expression(self):
        known = "SELECT FROM pg_stats WHERE tablename = %s"
        index = "res_partner_client_or_none_idx"
        self.env.cr.execute("DROP INDEX res_partner_client_or_none_idx")
        self.env.cr.execute(
            "CREATE INDEX res_partner_client_or_none_idx ON res_partner ((COALESCE(client_id, 0)))"
        )
        self.env.cr.execute(known, [index])
        self.assertFalse(self.env.cr.rowcount)
        granted.ensure_statistics(self.env.cr, "res_partner", index)
        self.env.cr.execute(known, [index])
        self.assertTrue(self.env.cr.rowcount)
