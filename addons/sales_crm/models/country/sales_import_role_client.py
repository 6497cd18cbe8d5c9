import re

from odoo import api, models

from ...tools.normalise import squeeze
from ...tools.requisites import compact, valid_kpp, valid_ogrn

REQUISITES = ("kpp", "company_registry", "legal_form", "director_name")


class SalesImportRoleClient(models.AbstractModel):
    """Requisites in a file: what can't be one is kept in the note, and the client comes in."""

    _inherit = "sales.import.role.client"

    @api.model
    def _client_fields(self):
        return [*super()._client_fields(), *REQUISITES]

    @api.model
    def _plain_targets(self):
        return {
            **super()._plain_targets(),
            "legal_form": "legal_form",
            "director_name": "director_name",
        }

    @api.model
    def _parse_tax(self, run, row, cells, said):
        """After the tax number, what stands beside it: INN and KPP are often in one cell."""
        res = super()._parse_tax(run, row, cells, said)
        if "kpp" in cells:
            header, text, _number = cells["kpp"][0]
            self._parse_kpp(header, text, said)
        elif "vat" in cells:
            header, text, _number = cells["vat"][0]
            _inn, *kpp = re.split(r"[/\\]", text, maxsplit=1)
            if kpp and squeeze(kpp[0]):
                self._parse_kpp(header, kpp[0], said)
        if "company_registry" in cells:
            header, text, _number = cells["company_registry"][0]
            self._parse_ogrn(header, text, said)
        return res

    @api.model
    def _parse_kpp(self, header, text, said):
        number = compact(text)
        number = number.zfill(9) if number.isdecimal() and len(number) == 8 else number  # cut off by Excel
        if valid_kpp(number):
            said.values["kpp"] = number
        else:
            self._keep_requisite(header, text, said)

    @api.model
    def _parse_ogrn(self, header, text, said):
        country = self.env["res.country"].browse(said.values.get("country_id", False))
        russian = (country or self.env.company.country_id).code == "RU"
        if not russian or valid_ogrn(text):
            said.values["company_registry"] = compact(text) if russian else squeeze(text)
        else:
            self._keep_requisite(header, text, said)

    @api.model
    def _keep_requisite(self, header, text, said):
        text = squeeze(text)
        said.warnings.append(
            self.env._(
                "“%(text)s” in the column “%(header)s” can't be right: it is kept in the client's notes.",
                text=text[:60],
                header=header,
            )
        )
        said.notes.append(f"{header}: {text}")
