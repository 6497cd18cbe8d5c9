from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestKeptDefault(CreditCase):
    """What a user keeps as his own default is asked as if he had entered it."""

    def _keep(self, user, model, name, value):
        self.env["ir.default"].with_user(user).set(model, name, value, user_id=user.id)

    def test_the_stage_of_a_deal(self):
        stage = self.env["crm.stage"].create({"name": "Offer", "sequence": 90, "required_attachment": True})
        self._keep(self.manager, "crm.lead", "stage_id", stage.id)
        Lead = self.env["crm.lead"].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "can't enter the stage"), self.cr.savepoint():
            Lead.create({"name": "Deal", "partner_id": self.client.id, "type": "opportunity"})

    def test_a_cover(self):
        self._keep(self.head, "sales.access.rule", "is_cover", True)
        cover = (
            self.env["sales.access.rule"]
            .with_user(self.head)
            .create(
                {
                    "user_ids": [Command.set(self.manager.ids)],
                    "manager_ids": [Command.set(self.colleague.ids)],
                    "date_from": date(2026, 11, 23),
                    "date_to": date(2026, 11, 25),
                    "reason": "Vacation",
                }
            )
        )
        self.assertEqual((cover.is_cover, cover.scope, cover.perm_write), (True, "managers", True))

    def test_a_value_is_converted_once(self):
        """What the server records is compared value by value, not record by record."""
        others = [self._create_client(name, self.manager) for name in ("Beta", "Gamma", "Delta")]
        contracts = self.contract.union(*(self._contract(client) for client in others))
        field = contracts._fields["was_active"]
        self.assertEqual(contracts.mapped("was_active"), [True] * 4)
        with patch.object(
            type(field), "convert_to_cache", autospec=True, side_effect=type(field).convert_to_cache
        ) as convert:
            contracts.with_user(self.manager)._sales_check_server_fields({"was_active": True})
        self.assertEqual(convert.call_count, 2)
