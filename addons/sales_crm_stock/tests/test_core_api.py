from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_crm.tests.server.core_calls import CALLS as CALLS_OF_SALES_CRM
from odoo.addons.sales_crm.tests.server.core_names import CoreApi

from .core_api import CALLS, OVERRIDES


@tagged("post_install", "-at_install")
class TestCoreApiStock(CoreApi, TransactionCase):
    addon = "sales_crm_stock"
    overrides = OVERRIDES
    calls = CALLS
    calls_of_others = CALLS_OF_SALES_CRM
