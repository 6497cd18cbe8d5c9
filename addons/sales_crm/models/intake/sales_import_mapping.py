from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.import_headers import (
    CONTACT_TARGETS,
    FALLBACK,
    REPEATABLE,
    REQUIRED,
    SYNONYMS,
    HeaderWords,
    occurrence_keys,
)
from ...tools.import_layouts import LAYOUTS

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
    ("contact_last_name", "Contact person: last name"),
    ("contact_first_name", "Contact person: first name"),
    ("contact_middle_name", "Contact person: middle name"),
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
    ("deal_contact", "Deal: contact person"),
    ("deal_phone", "Deal: client's phones"),
    ("deal_email", "Deal: client's e-mail"),
    ("deal_city", "Deal: client's city"),
    ("deal_stage", "Deal: stage"),
    ("deal_open_date", "Deal: opened on"),
    ("deal_close_date", "Deal: closed on"),
    ("deal_value", "Deal: amount"),
    ("deal_note", "Deal: comment"),
]


def as_mapped(name):
    """:return: the selection of a field that offers what the field ``name`` of a mapping does"""
    return lambda model: model.env["sales.import.mapping"]._fields[name]._description_selection(model.env)


def check_offered(records, name):
    """The server takes any value for a field whose values are asked for.

    :raise ValidationError: a record has one that :func:`as_mapped` doesn't offer
    """
    field = records._fields[name]
    offered = {value for value, _label in field._description_selection(records.env)}
    for value in set(records.mapped(name)) - {False, *offered}:
        raise ValidationError(
            records.env._(
                "“%(value)s” is nothing that “%(field)s” offers. Choose from the list.",
                value=value,
                field=field._description_string(records.env),
            )
        )


class SalesImportMapping(models.Model):
    """A header that a person has matched with a field; the next file is matched so by itself.

    What can be matched, and what it may be called, is said here. Another add-on adds to it:

    * the selections of ``role`` and ``target``, which the fields of files, columns and rows offer as well;
    * :meth:`_roles`: the kinds of files, in the order in which one needs the other;
    * :meth:`_synonyms`: the targets of each kind of file, and what their headers may be;
    * :meth:`_required_targets`, :meth:`_repeatable_targets`, :meth:`_fallback_targets`;
    * :meth:`_layouts`: exports of programs that are known as a whole.
    """

    _name = "sales.import.mapping"
    _description = "Remembered Column of an Import"
    _order = "role, header"

    role = fields.Selection(ROLES, required=True)
    header = fields.Char(required=True, help="The header in small letters, without punctuation.")
    target = fields.Selection(TARGETS, "Goes To", required=True)

    _header_uniq = models.Constraint("unique(role, header)", "This header is matched already.")

    # ------------------------------------------------------
    # What there is, to be added to
    # ------------------------------------------------------

    @api.model
    def _roles(self):
        """:return: list of the kinds of files; those that others need come first"""
        return list(ROLE_ORDER)

    @api.model
    def _synonyms(self):
        """:return: dict role -> dict target -> its headers in small letters, with commas between them"""
        return {role: dict(targets) for role, targets in SYNONYMS.items()}

    @api.model
    def _required_targets(self):
        """:return: dict role -> set of targets without which a file is none of this role"""
        return {role: set(targets) for role, targets in REQUIRED.items()}

    @api.model
    def _repeatable_targets(self):
        """:return: set of the targets that several columns of a file may fill"""
        return REPEATABLE | set(CONTACT_TARGETS)

    @api.model
    def _fallback_targets(self):
        """:return: dict role -> target of the columns whose headers say nothing"""
        return dict(FALLBACK)

    @api.model
    def _layouts(self):
        """:return: dict name of a program's export -> (headers that tell it, dict target -> its headers)"""
        return dict(LAYOUTS)

    # ------------------------------------------------------
    # Asked by the other models of an import
    # ------------------------------------------------------

    @api.model
    def _words(self):
        """:return: HeaderWords of all roles"""
        return HeaderWords(
            self._synonyms(),
            self._required_targets(),
            self._repeatable_targets(),
            self._fallback_targets(),
            self._layouts(),
        )

    @api.model
    def _allowed_targets(self, role):
        """:return: list of what a column of such a file can be"""
        return list(dict.fromkeys(["skip", *self._synonyms().get(role, ())]))

    @api.model
    def _role_sequence(self, role):
        """:return: the place of such a file among the others; the last one for a file that is not imported"""
        roles = self._roles()
        return roles.index(role) if role else len(roles)

    # ------------------------------------------------------
    # What was matched before
    # ------------------------------------------------------

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
