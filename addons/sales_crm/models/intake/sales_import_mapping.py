from odoo import api, fields, models

from ...tools.import_headers import CONTACT_TARGETS, REPEATABLE, occurrence_keys

ROLES = [
    ("client", "Clients"),
    ("agent", "Agents and teams"),
    ("product", "Products"),
    ("deal", "Deals"),
]

# In this order one needs the other
ROLE_ORDER = ["agent", "client", "product", "deal"]

TARGETS = [
    ("skip", "Do not import"),
    ("name", "Client: name"),
    ("vat", "Client: tax number"),
    ("phone", "Client: phones"),
    ("email", "Client: e-mail"),
    ("street", "Client: address"),
    ("city", "Client: city"),
    ("zip", "Client: postal code"),
    ("country", "Client: country"),
    ("industry", "Client: industry"),
    ("website", "Client: website"),
    ("manager", "Client: manager"),
    ("class", "Client: class (A, B, C)"),
    ("note", "Client: comment"),
    ("contact_name", "Contact person: name"),
    ("contact_function", "Contact person: position"),
    ("contact_phone", "Contact person: phone"),
    ("contact_email", "Contact person: e-mail"),
    ("contact_birthday", "Contact person: birthday"),
    ("step", "Next step: what"),
    ("step_date", "Next step: date"),
    ("agent", "Agent: name"),
    ("agent_email", "Agent: e-mail"),
    ("team_leader", "Team: its manager"),
    ("team_office", "Team: regional office"),
    ("product", "Product: name"),
    ("product_category", "Product: category"),
    ("product_price", "Product: price"),
    ("product_code", "Product: code"),
    ("deal_number", "Deal: number"),
    ("deal_name", "Deal: name"),
    ("deal_agent", "Deal: agent"),
    ("deal_product", "Deal: product"),
    ("deal_account", "Deal: client"),
    ("deal_stage", "Deal: stage"),
    ("deal_open_date", "Deal: opened on"),
    ("deal_close_date", "Deal: closed on"),
    ("deal_value", "Deal: amount"),
    ("deal_note", "Deal: comment"),
]

ROLE_TARGETS = {
    "client": [
        *("skip", "name", "vat", "phone", "email", "street", "city", "zip", "country", "industry"),
        *(
            "website",
            "manager",
            "class",
            "note",
            "contact_name",
            "contact_function",
            "contact_phone",
        ),
        *("contact_email", "contact_birthday", "step", "step_date"),
    ],
    "agent": ["skip", "agent", "agent_email", "team_leader", "team_office"],
    "product": ["skip", "product", "product_category", "product_price", "product_code"],
    "deal": ["skip", *(target for target, _label in TARGETS if target.startswith("deal_"))],
}

SINGLE_TARGETS = {target for target, _label in TARGETS} - REPEATABLE - set(CONTACT_TARGETS)


class SalesImportMapping(models.Model):
    """A header that a person has matched with a field; the next file is matched so by itself."""

    _name = "sales.import.mapping"
    _description = "Remembered Column of an Import"
    _order = "role, header"

    role = fields.Selection(ROLES, required=True)
    header = fields.Char(required=True, help="The header in small letters, without punctuation.")
    target = fields.Selection(TARGETS, "Goes To", required=True)

    _header_uniq = models.Constraint("unique(role, header)", "This header is matched already.")

    @api.model
    def _remembered(self, role):
        """:return: dict header -> target"""
        return {mapping.header: mapping.target for mapping in self.search([("role", "=", role)])}

    @api.model
    def _remember(self, role, headers, targets):
        """:param list headers: texts of a file's headers
        :param list targets: what the person has matched them with, in the same order
        """
        wanted = {key: target for key, target in zip(occurrence_keys(headers), targets, strict=True) if key}
        known = self.search([("role", "=", role), ("header", "in", list(wanted))])
        for mapping in known:
            target = wanted.pop(mapping.header)
            if mapping.target != target:
                mapping.target = target
        self.create([{"role": role, "header": key, "target": target} for key, target in wanted.items()])
