from odoo.tests import HttpCase, tagged

from .test_growth import GrowthCase


@tagged("post_install", "-at_install")
class TestGrowthTour(GrowthCase, HttpCase):
    """The screen in a real browser: from a bar to its clients, from a client to his documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        newcomer = cls._create_client("Newcomer", cls.colleague)
        cls._buy(cls.client, cls.before, 100, cls.service, 10)
        cls._buy(cls.client, cls.now, 140, cls.service, 10)
        cls._buy(cls.other_client, cls.before, 50, cls.service)
        cls._buy(newcomer, cls.now, 70, cls.service)

    def test_growth(self):
        self.start_tour("/odoo/growth", "sales_crm_growth", login="the_head")
