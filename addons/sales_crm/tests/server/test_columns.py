from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.sales_crm.tools.columns import add_column


@tagged("post_install", "-at_install")
class TestAddColumn(TransactionCase):
    def test_rows_of_before_are_filled_once(self):
        self.cr.execute(SQL("CREATE TABLE sales_crm_columns (id integer)"))
        self.cr.execute(SQL("INSERT INTO sales_crm_columns VALUES (1), (2)"))
        for number, added in ((7, True), (8, False)):
            fill = self._fill_with(number)
            self.assertEqual(add_column(self.cr, "sales_crm_columns", "worth", "int4", fill), added)
        self.assertTrue(add_column(self.cr, "sales_crm_columns", "later", "date"))
        rows = self.env.execute_query(SQL("SELECT worth, later FROM sales_crm_columns"))
        self.assertEqual(rows, [(7, None), (7, None)])

    def _fill_with(self, number):
        return lambda: SQL("UPDATE sales_crm_columns SET worth = %s", number)

    def test_a_table_that_is_still_to_be_made(self):
        self.assertFalse(add_column(self.cr, "sales_crm_no_table", "worth", "int4"))
