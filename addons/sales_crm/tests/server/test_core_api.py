from odoo.tests import TransactionCase, tagged

from .core_api import OVERRIDES
from .core_calls import CALLS
from .core_classes import CLASS_OVERRIDES
from .core_names import CoreApi


@tagged("post_install", "-at_install")
class TestCoreApi(CoreApi, TransactionCase):
    addon = "sales_crm"
    overrides = OVERRIDES
    class_overrides = CLASS_OVERRIDES
    calls = CALLS

    def test_what_is_renamed_is_told_with_its_reason(self):
        """Otherwise the tests above would say nothing."""
        table = {"ir.rule": {"_compute_domain": ("model_name, mode", "the leak")}}
        changed = {("ir.rule", "_compute_domain"): ("model_name, operation",)}
        renamed = {("ir.rule", "_make_domain"): ("model_name, mode",)}
        for found, told in (
            (changed, r'ir.rule: put in    "_compute_domain": \("model_name, operation", "the leak"\),'),
            (renamed, r"ir.rule: _compute_domain is no longer found.*the leak"),
            (renamed, r'ir.rule: put in    "_make_domain": \("model_name, mode", "say why"\),'),
        ):
            with self.assertRaisesRegex(AssertionError, told):
                self._compare(table, found)
