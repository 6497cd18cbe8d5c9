from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain

from ...tools.granted import GrantedDocuments
from ...tools.guard_path import DefaultGuardPath


class Base(models.AbstractModel):
    """Every model says itself how it hangs on a client; the record rules take it from there.

    A stored ``partner_id`` is such a path by itself, in whatever module. Other models need one line,
    ``_sales_guard_path``. A document with an owner of its own inherits ``sales.client.document``;
    anything else answers :meth:`_sales_guard_domain`.
    """

    _inherit = "base"

    # The field by which the model hangs on a client or on a client's document; None: it doesn't
    _sales_guard_path = DefaultGuardPath()

    @api.model
    def _sales_guard_domain(self, mode):
        """Which records the current user may see or change, as far as it depends on their clients.

        Only asked for users to whom the access rules apply; see ``sales.access.rule``.

        :param str mode: ``read``, ``write``, ``create``, ``unlink`` or ``export``
        :return: Domain; what hangs on no client is in it
        """
        if not self._sales_guard_path:
            return Domain.TRUE
        comodel = self.env[self._fields[self._sales_guard_path].comodel_name]
        granted = comodel._sales_guard_domain(self._sales_guard_mode(mode))
        if granted.is_true():
            return granted
        return Domain(self._sales_guard_path, "=", False) | Domain(self._sales_guard_path, "any!", granted)

    @api.model
    def _sales_guard_by_owner(self, partner_field, owner_field, mode):
        """For documents: the client decides, and where there is none, the document's own manager.

        :return: Domain
        """
        Access = self.env["sales.access.rule"]
        granted = Access._granted_by_client("client_id", mode)
        if granted.is_true():
            return granted
        no_client = Domain(partner_field, "=", False) | Domain(
            partner_field, "any!", Domain("client_id", "=", False)
        )
        return Domain(partner_field, "any!", granted) | (
            no_client & Access._granted_owners(mode, owner_field)
        )

    @api.model
    def _sales_guard_mode(self, mode):
        """:return: what a user must be allowed to do with the owner, to do ``mode`` with a part of it"""
        return mode if mode in ("read", "export") else "write"

    @api.model
    def _sales_guard_by_document(self, model_field, id_field):
        """:return: Domain of the records whose document, by model and id, the current user may see"""
        return GrantedDocuments(
            model_field,
            id_field,
            {
                name: self.env[name]._sales_guard_domain("read")
                for name in sorted(self.pool)
                if name != self._name and self.env[name]._sales_is_guarded_document()
            },
        )

    @api.model
    def _sales_is_guarded_document(self):
        """:return: whether messages, files and the like may hang on records of this model"""
        return bool(
            self._sales_guard_path and self._auto and not self._abstract and "message_ids" in self._fields
        )

    # ------------------------------------------------------
    # References: what one can't see, one can't point at
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self._sales_checks_references():
            self._sales_check_references(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if self._sales_checks_references():
            self._sales_check_references([vals])
        return super().write(vals)

    @api.model
    def default_get(self, fields):
        """Defaults come from the context, and from what users keep as theirs."""
        defaults = super().default_get(fields)
        if self._sales_checks_references():
            self._sales_check_references([defaults])
        return defaults

    @api.model
    def _add_missing_default_values(self, values):
        """Some models take what they begin with from the records chosen in a list."""
        complete = super()._add_missing_default_values(values)
        if self._sales_checks_references():
            self._sales_check_references(
                [{name: value for name, value in complete.items() if name not in values}]
            )
        return complete

    def onchange(self, values, field_names, fields_spec):
        if not self._sales_checks_references():
            return super().onchange(values, field_names, fields_spec)
        defaults = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }
        self._sales_check_references([{**defaults, **values}])
        result = super().onchange(values, field_names, fields_spec)
        if not field_names:
            # A new form, with defaults of its own model
            self._sales_check_references([result.get("value") or {}])
        return result

    def get_external_id(self):
        """A name from an import often is the client's."""
        names = super().get_external_id()
        if self._sales_guard_path and self._sales_checks_references():
            seen = self._filtered_access("read")
            names.update({record.id: "" for record in self - seen})
        return names

    @api.model
    def _sales_checks_references(self):
        return not self.env.su and self.env["sales.access.rule"]._is_restricted()

    @api.model
    def _sales_check_references(self, vals_list):
        """Pointing at a record would tell its name, and often its phone and address. What the values of
        all records and of their lines point at is asked once per model.

        :param list vals_list: dicts of values as for ``create`` or ``write``
        :raise AccessError: one of them points at a client, or a client's document, that the user may
            not see
        """
        referred = defaultdict(set)
        for vals in vals_list:
            for model, ids in self._sales_references(vals):
                referred[model] |= ids
        for model, ids in referred.items():
            self.env[model].browse(ids)._sales_check_readable()

    @api.model
    def _sales_references(self, vals):
        """:return: iterator of (name of a guarded model, set of ids) to which the values of one record,
        and of the lines among them, point
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if not value or field is None:
                continue
            if field.type in ("many2one_reference", "reference"):
                document = self._sales_referred_document(field, value, vals)
                yield document._name, set(document._ids)
            if not field.relational:
                continue
            comodel = self.env[field.comodel_name]
            if comodel._sales_guard_path and not comodel._transient:
                yield comodel._name, self._sales_referred_ids(value)
            for line in self._sales_nested_values(value):
                yield from comodel._sales_references(line)

    @api.model
    def _sales_referred_ids(self, value):
        """:return: set of the ids of existing records in a relational field's value or commands"""
        if isinstance(value, models.BaseModel):
            return {id_ for id_ in value._ids if isinstance(id_, int)}
        if isinstance(value, dict):
            value = value.get("id")
        if not isinstance(value, (list, tuple)):
            return {value} if isinstance(value, int) and not isinstance(value, bool) else set()
        ids = set()
        for command in value:
            if not isinstance(command, (list, tuple)):
                ids.update(self._sales_referred_ids(command))
            elif command[0] == 6:
                ids.update(id_ for id_ in command[2] if isinstance(id_, int))
            elif command[0] in (1, 2, 3, 4) and isinstance(command[1], int):
                ids.add(command[1])
        return ids

    @api.model
    def _sales_referred_document(self, field, value, vals):
        """:return: the guarded record, empty if none, that ``value`` names beside the model's name"""
        if field.type == "reference":
            model, _comma, value = str(value).partition(",")
        else:
            model = vals.get(field.model_field)
        if model not in self.env or not str(value).isdigit() or not self.env[model]._sales_guard_path:
            return self.browse()
        return self.env[model].browse(int(value))

    @api.model
    def _sales_nested_values(self, value):
        """:return: list of the values of the lines that commands of a relational field add or change"""
        commands = value if isinstance(value, (list, tuple)) else []
        return [
            command[2]
            for command in commands
            if isinstance(command, (list, tuple)) and command[0] in (0, 1) and isinstance(command[2], dict)
        ]

    def _sales_check_readable(self):
        """:raise AccessError: one of these hangs on a client that the user may not see"""
        guard = self._sales_guard_domain("read") if self else Domain.TRUE
        if guard.is_true():
            return
        # sudo: the guard is what is asked
        records = self.sudo().with_context(active_test=False)
        try:
            hidden = records.filtered_domain(guard) != records
        except MissingError:
            # What isn't there belongs to nobody, and the database refuses it
            records = records.exists()
            hidden = records.filtered_domain(guard) != records
        if hidden:
            raise AccessError(
                self.env._(
                    "A record you refer to (%(model)s) belongs to a client that you may not see. "
                    "Choose another one, or ask the head of sales for access.",
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
