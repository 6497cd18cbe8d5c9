"""Numbers of firms, banks and accounts: right ones are taken however they are typed, wrong ones are named."""

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, TransactionCase, tagged

from ...tools.requisites import (
    TREASURY,
    foreign_tax_country,
    valid_account,
    valid_bik,
    valid_bin,
    valid_kpp,
    valid_ogrn,
)
from ..access.test_access_rule import AccessCase

BIK, CORRESPONDENT = "044525225", "30101810400000000225"
ACCOUNT = "40702810438000060473"
OTHER_BIK = "044525974"


@tagged("post_install", "-at_install")
class TestNumbers(BaseCase):
    def test_kpp(self):
        for number in ("770801001", "9909A7001", "7708 01 001", "7708ab001"):
            self.assertTrue(valid_kpp(number), number)
        for number in ("", "77080100", "7708010011", "77A801001", "770801A01", "77080А001"):
            self.assertFalse(valid_kpp(number), number)

    def test_ogrn_of_a_firm(self):
        self.assertTrue(valid_ogrn("1027700132195"))
        self.assertTrue(valid_ogrn("1 02 77 00 13219 5"))
        for number in ("1027700132196", "102770013219", "0027700132195", "", "10277001321A5"):
            self.assertFalse(valid_ogrn(number), number)

    def test_ogrnip_of_each_remainder(self):
        """Also where the remainder by 13 has two digits: 10, 11 and 12 end with 0, 1 and 2."""
        seen = set()
        for serial in range(13):
            start = f"304770000{serial:05d}"
            remainder = int(start) % 13
            seen.add(remainder)
            self.assertTrue(valid_ogrn(f"{start}{remainder % 10}"), start)
            self.assertFalse(valid_ogrn(f"{start}{(remainder + 1) % 10}"), start)
        self.assertEqual(seen, set(range(13)))

    def test_bank(self):
        self.assertTrue(valid_bik(BIK))
        self.assertFalse(valid_bik("04452522"))
        self.assertFalse(valid_bik("944525225"))
        self.assertTrue(valid_account(CORRESPONDENT, BIK))
        self.assertTrue(valid_account(ACCOUNT, BIK))
        self.assertTrue(valid_account("40702 810 4 3800 0060473", "04 45 25 225"))
        self.assertTrue(valid_account("03100643000000017300", "004525988"))  # the treasury's

    def test_one_wrong_digit_of_an_account_is_found(self):
        for place in range(20):
            for digit in "0123456789":
                wrong = ACCOUNT[:place] + digit + ACCOUNT[place + 1 :]
                if wrong != ACCOUNT and not wrong.startswith(TREASURY):
                    self.assertFalse(valid_account(wrong, BIK), wrong)

    def test_neighbours(self):
        self.assertEqual(foreign_tax_country("190190190"), None)
        self.assertEqual(foreign_tax_country("200988541"), "BY")
        self.assertTrue(valid_bin("930740000137"))
        self.assertFalse(valid_bin("930740000138"))
        self.assertEqual(foreign_tax_country("930740000137"), "KZ")
        self.assertIsNone(foreign_tax_country("7707083893"))


@tagged("post_install", "-at_install")
class TestRequisites(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.russia = cls.env.ref("base.ru")
        cls.client = cls.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "country_id": cls.russia.id}
        )

    def test_kpp_is_kept_without_spaces(self):
        self.client.kpp = "7708 0a 001"
        self.assertEqual(self.client.kpp, "77080A001")
        with (
            self.assertRaisesRegex(ValidationError, "“77A” can't be the KPP of Firm"),
            self.env.cr.savepoint(),
        ):
            self.client.kpp = "77a"

    def test_contacts_have_the_firm_s_requisites(self):
        contact = self.env["res.partner"].create({"name": "Person", "parent_id": self.client.id})
        self.client.write({"kpp": "770801001", "director_name": "I. Petrov"})
        self.assertEqual((contact.kpp, contact.director_name), ("770801001", "I. Petrov"))

    def test_ogrn_only_in_russia(self):
        with self.assertRaisesRegex(ValidationError, "OGRN"), self.env.cr.savepoint():
            self.client.company_registry = "1027700132196"
        german = self.env["res.partner"].create(
            {"name": "GmbH", "is_company": True, "country_id": self.env.ref("base.de").id}
        )
        german.company_registry = "HRB 12345"
        with self.assertRaisesRegex(ValidationError, "OGRN"), self.env.cr.savepoint():
            german.country_id = self.russia
        self.assertEqual(self.client.company_registry_label, "OGRN")

    def test_account_belongs_to_the_bank(self):
        bank = self.env["res.bank"].create({"name": "Bank", "bic": BIK, "country": self.russia.id})
        account = self.env["res.partner.bank"].create(
            {"acc_number": ACCOUNT, "bank_id": bank.id, "partner_id": self.client.id}
        )
        with self.assertRaisesRegex(ValidationError, "is not one of Bank"), self.env.cr.savepoint():
            account.acc_number = "40702810438000060474"
        with self.assertRaisesRegex(ValidationError, "is not one of Bank"), self.env.cr.savepoint():
            bank.bic = "044525974"
        with self.assertRaisesRegex(ValidationError, "does not belong to the BIK"), self.env.cr.savepoint():
            bank.corr_account = "30101810400000000226"
        bank.corr_account = CORRESPONDENT
        with self.assertRaisesRegex(ValidationError, "nine digits"), self.env.cr.savepoint():
            bank.bic = "04452522"

    def test_foreign_bank_has_a_swift_code(self):
        bank = self.env["res.bank"].create(
            {"name": "Bank", "bic": "DEUTDEFF", "country": self.env.ref("base.de").id}
        )
        account = self.env["res.partner.bank"].create(
            {"acc_number": "123", "bank_id": bank.id, "partner_id": self.client.id}
        )
        self.assertEqual(account.acc_number, "123")

    def test_company_has_them_as_well(self):
        company = self.env.company
        company.kpp = "770801001"
        self.assertEqual(company.partner_id.kpp, "770801001")


@tagged("post_install", "-at_install")
class TestBankOfHiddenClients(AccessCase):
    """A bank is everybody's, its accounts are not: each is asked, none is named to whoever may not see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.bank = cls.env["res.bank"].create(
            {"name": "Sberbank", "bic": BIK, "country": cls.env.ref("base.ru").id}
        )

    def _account(self, client):
        return self.env["res.partner.bank"].create(
            {"acc_number": ACCOUNT, "partner_id": client.id, "bank_id": self.bank.id}
        )

    def _refusal(self):
        """:return: what the manager is told who changes the BIK of the bank"""
        self.env.invalidate_all()
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            self.bank.with_user(self.manager).write({"bic": OTHER_BIK})
        return str(caught.exception)

    def test_an_own_account_is_named(self):
        self._account(self.client)
        self.assertIn(ACCOUNT, self._refusal())

    def test_a_hidden_account_is_asked_and_not_named(self):
        account = self._account(self.foreign)
        self.assertFalse(account.with_user(self.manager).has_access("read"))
        told = self._refusal()
        self.assertNotIn(ACCOUNT, told)
        self.assertNotIn(self.foreign.name, told)
        self.assertIn(OTHER_BIK, told)

    def test_of_both_his_own_is_named(self):
        self._account(self.foreign)
        self._account(self.client)
        self.assertIn(ACCOUNT, self._refusal())

    def test_what_is_archived_says_nothing(self):
        """Whatever the request says of archived records."""
        self._account(self.foreign).active = False
        self.env.invalidate_all()
        bank = self.bank.with_user(self.manager).with_context(active_test=False)
        bank.write({"bic": OTHER_BIK})
        self.assertEqual(self.bank.bic, OTHER_BIK)
