from odoo import api, fields, models


class SalesImportMapping(models.Model):
    _inherit = "sales.import.mapping"

    target = fields.Selection(
        selection_add=[
            ("kpp", "Client: KPP"),
            ("company_registry", "Client: OGRN"),
            ("legal_form", "Client: legal form"),
            ("director_name", "Client: director"),
        ],
        ondelete={
            "kpp": "cascade",
            "company_registry": "cascade",
            "legal_form": "cascade",
            "director_name": "cascade",
        },
    )

    @api.model
    def _synonyms(self):
        synonyms = super()._synonyms()
        synonyms["client"] |= {
            "kpp": "кпп, кпп клиента, kpp",
            "company_registry": "огрн, огрнип, огрн огрнип, ogrn, company registry, company id, "
            "registration number",
            "legal_form": "опф, организационно правовая форма, форма собственности, legal form",
            "director_name": "директор, руководитель, генеральный директор, гендиректор, director, ceo",
        }
        return synonyms
