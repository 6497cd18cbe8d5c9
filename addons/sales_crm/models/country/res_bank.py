from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.requisites import valid_account, valid_bik


class ResBank(models.Model):
    _inherit = "res.bank"

    corr_account = fields.Char(
        "Correspondent Account", help="The bank's account with the Bank of Russia: 20 digits."
    )

    def _sales_has_bik(self):
        """:return: whether the bank's identifier is a Russian BIK and not a SWIFT code"""
        if self.country:
            return self.country.code == "RU"
        return self.env.company.country_id.code == "RU" and (self.bic or "").isdecimal()

    @api.constrains("bic", "country", "corr_account")
    def _check_bik(self):
        for bank in self:
            if not bank._sales_has_bik():
                continue
            if bank.bic and not valid_bik(bank.bic):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” is not the BIK of %(bank)s: it has nine digits. Correct it or leave "
                        "the field empty.",
                        number=bank.bic,
                        bank=bank.name,
                    )
                )
            if bank.bic and bank.corr_account and not valid_account(bank.corr_account, bank.bic):
                raise ValidationError(
                    self.env._(
                        "The correspondent account %(account)s does not belong to the BIK %(number)s of "
                        "%(bank)s: a digit is wrong in one of them.",
                        account=bank.corr_account,
                        number=bank.bic,
                        bank=bank.name,
                    )
                )
        # sudo: a bank is everybody's, its accounts are not, and each has to fit
        accounts = self._sales_plain().env["res.partner.bank"].sudo().search([("bank_id", "in", self.ids)])
        accounts._check_russian_account()
