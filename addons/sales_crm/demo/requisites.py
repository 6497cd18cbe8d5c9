"""Banks, accounts and numbers of registration: what stands on the documents of the example company."""

from .part import Part


class Requisites(Part):
    def load(self):
        country = self.env["res.country"].search([("code", "=", self.book["country"])])
        self.banks = self.env["res.bank"].create(
            [
                {"name": name, "bic": bik, "corr_account": account, "country": country.id}
                for name, bik, account in self.book["banks"]
            ]
        )
        self._introduce(self.env.ref("base.main_company"))
        self._create_accounts()

    def _introduce(self, company):
        """Only where nobody has said who the company is."""
        partner = company.partner_id
        if partner.vat or partner.bank_ids:
            return
        known = self.book["company_card"]
        vat = self.book._tax_number(known.get("region"), personal=False)
        registered = self.book.requisites(vat, name=self.book["company"])
        partner.write({**known["address"], "vat": vat, **registered, **known["signs"]})
        account = self.env["res.partner.bank"].create(self._prepare_account(partner, self.banks[0]))
        bank_journals = [("company_id", "=", company.id), ("type", "=", "bank")]
        self.env["account.journal"].search(bank_journals, limit=1).bank_account_id = account

    def _create_accounts(self):
        """Every client has an account, in the banks in turn."""
        self.env["res.partner.bank"].create(
            [
                self._prepare_account(client.partner, self.banks[index % len(self.banks)])
                for index, client in enumerate(self.company.clients)
            ]
        )

    def _prepare_account(self, partner, bank):
        owner = bool(partner.company_registry) and partner.company_registry.startswith("3")
        return {
            "partner_id": partner.id,
            "bank_id": bank.id,
            "acc_number": self.book.bank_account(bank.bic, owner),
        }
