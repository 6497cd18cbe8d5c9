from odoo import api, models
from odoo.exceptions import ValidationError

from ...tools.requisites import valid_account


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.constrains("acc_number", "bank_id")
    def _check_russian_account(self):
        """An account in a bank with a BIK has a check digit that fits no other bank."""
        for account in self:
            bank = account.bank_id
            if not bank.bic or not bank._sales_has_bik():
                continue
            if not valid_account(account.acc_number, bank.bic):
                raise ValidationError(
                    self.env._(
                        "The account %(account)s is not one of %(bank)s (BIK %(number)s): 20 digits are "
                        "expected, and a digit is wrong in the account or in the BIK.",
                        account=account.acc_number,
                        bank=bank.name,
                        number=bank.bic,
                    )
                )
