from odoo.tests import TransactionCase, tagged

from ...tools.filling import FACTOR, FEW, Filling


@tagged("post_install", "-at_install")
class TestFilling(TransactionCase):
    """What PostgreSQL believes about a table that is being filled, in the transaction that fills it."""

    def _fill(self, count):
        self.env["res.partner.industry"].create([{"name": f"Industry {n}"} for n in range(count)])
        self.env.flush_all()
        self.filling.add(count)

    def _believed(self):
        self.cr.execute("SELECT reltuples::int FROM pg_class WHERE oid = 'res_partner_industry'::regclass")
        return self.cr.fetchone()[0]

    def test_counted_when_many_are_new(self):
        self.filling = Filling(self.env, "res.partner.industry", "model.of.another.add.on")
        before = self._believed()
        self._fill(FEW - 1)
        self.assertEqual(self._believed(), before)
        self._fill(1)
        count = self.env["res.partner.industry"].with_context(active_test=False).search_count([])
        self.assertEqual(self._believed(), count)
        self._fill(FEW * (FACTOR - 2))
        self.assertEqual(self._believed(), count, "counted too often")
        self._fill(FEW)
        count = self.env["res.partner.industry"].with_context(active_test=False).search_count([])
        self.assertEqual(self._believed(), count)
