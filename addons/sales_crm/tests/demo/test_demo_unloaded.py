import subprocess
import sys

from odoo.tests import BaseCase, tagged

import odoo.addons

# In a process of its own: this one may have loaded the example company for another test
SCRIPT = """
import sys
import odoo.addons
odoo.addons.__path__[:] = sys.argv[1:]
import odoo.addons.sales_crm
found = sorted(name for name in sys.modules if name.startswith("odoo.addons.sales_crm.demo"))
assert "odoo.addons.sales_crm.models.demo.sales_demo" in sys.modules
sys.exit(f"loaded without use: {found}" if found else 0)
"""


@tagged("post_install", "-at_install")
class TestDemoUnloaded(BaseCase):
    def test_a_server_without_demo_data_does_not_import_it(self):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *odoo.addons.__path__],
            check=False,
            capture_output=True,
            text=True,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
