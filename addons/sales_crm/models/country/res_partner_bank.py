from odoo import api, models
from odoo.exceptions import ValidationError

from ...tools.requisites import valid_account


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.constrains("acc_number", "bank_id")
    def _check_russian_account(self):
        """An account in a bank with a BIK has a check digit that fits no other bank."""
        wrong = self.filtered(lambda account: account._is_wrong_russian())
        # core checks with all rights
        seen = wrong.with_user(self.env.uid)._filtered_access("read")
        for account in seen[:1] or wrong[:1]:
            raise ValidationError(account._refusal_of_russian_account(named=bool(seen)))

    def _is_wrong_russian(self):
        """:return: whether the bank has a BIK, and the account is none of it"""
        bank = self.bank_id
        return bool(bank.bic and bank._sales_has_bik() and not valid_account(self.acc_number, bank.bic))

    def _refusal_of_russian_account(self, named):
        """:param bool named: whether the user may see the account
        :return: the sentence that he gets
        """
        if named:
            return self.env._(
                "The account %(account)s is not one of %(bank)s (BIK %(number)s): 20 digits are "
                "expected, and a digit is wrong in the account or in the BIK.",
                account=self.acc_number,
                bank=self.bank_id.name,
                number=self.bank_id.bic,
            )
        return self.env._(
            "An account in %(bank)s that you don't see does not fit the BIK %(number)s. Create another bank "
            "with this BIK, or ask a head of sales to change this one.",
            bank=self.bank_id.name,
            number=self.bank_id.bic,
        )
