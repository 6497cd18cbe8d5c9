from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, models, tools
from odoo.exceptions import AccessError

# What may stand in the context of a guard: nothing of it decides what is true
PLAIN_CONTEXT = ("lang", "tz", "allowed_company_ids")


class Base(models.AbstractModel):
    """What the server writes, nobody else does; and nothing that a caller says decides about rights.

    A stored field of ours that is declared ``readonly`` tells what happened: who closed an activity, when a
    contract was noticed, whose client it is. The web client does not offer such a field; here every other
    route is refused as well: RPC, import, commands of a parent, a default in the context or kept by a user.
    """

    # Beside the guard of what one sees and changes, which is another question
    _inherit = "base"

    # Whether fields that are declared readonly are the server's; the working papers of a user are his own
    _sales_guards_recorded = True
    # Whether what core computes and stores is the server's as well: rights, limits or figures hang on it
    _sales_guards_computed = False

    # ------------------------------------------------------
    # The guard's own environment
    # ------------------------------------------------------

    def _sales_plain(self, **context):
        """What a guard, a rule, a lock or a figure is read with: ``active_test: False`` in the context of
        whoever opens a card must not put an archived access rule in force again.

        :param context: what the guard itself wants in the context, such as ``active_test=False``
        :return: the same records, of the caller's context only language, time zone and companies
        """
        kept = {key: self.env.context[key] for key in PLAIN_CONTEXT if key in self.env.context}
        # not with_context(): it would keep the companies, whatever is said of the context otherwise
        return self.with_env(self.env(context={**kept, **context}))

    @api.model
    @contextmanager
    def _sales_flow(self, name):
        """While the server does something of its own with the rights of the user. Kept with the transaction:
        a context comes from anybody.
        """
        data = self.env.cr.precommit.data
        depth = data.get(name, 0)
        data[name] = depth + 1
        try:
            yield
        finally:
            data[name] = depth

    @api.model
    def _sales_in_flow(self, name):
        return bool(self.env.cr.precommit.data.get(name))

    # ------------------------------------------------------
    # Fields that the server writes
    # ------------------------------------------------------

    @api.model
    def _sales_server_fields(self):
        """Extend it for fields of other modules whose value decides about rights, limits or figures, as long
        as no module writes them with the rights of the user; see :meth:`_sales_core_written_fields`.

        :return: set of the names of the fields that are written with all rights only
        """
        if self._transient or not self._sales_guards_recorded:
            return set()
        ours, computed = self._sales_is_our_field, self._sales_guards_computed
        return {
            name
            for name, field in self._fields.items()
            if field.store
            and field.readonly
            and not field.inherited
            and (
                ours(field)
                or (computed and field.compute and not field.inverse)
                or self._sales_repeats_a_link(field)
            )
        } - self._sales_core_written_fields()

    @api.model
    def _sales_repeats_a_link(self, field):
        """:return: whether the stored field repeats whose the document is on which the record hangs, or what
        else of a client's belongs to it
        """
        computed = field.related or (field.compute and not field.inverse)
        if not (self._sales_guard_path and computed and field.comodel_name):
            return False
        return field.comodel_name == "res.partner" or bool(self.env[field.comodel_name]._sales_guard_path)

    @api.model
    def _sales_is_our_field(self, field):
        modules = field._modules
        return bool(modules) and all(module.startswith("sales_crm") for module in modules)

    @api.model
    def _sales_core_written_fields(self):
        """:return: set of the names of fields that core writes with the user's rights while he does something
        else; their values are asked of him in the model's own ``create`` and ``write`` only
        """
        return set()

    @api.model
    @tools.ormcache("self._name")
    def _sales_server_names(self):
        return frozenset(self._sales_server_fields())

    @api.model
    @tools.ormcache("self._name")
    def _sales_names_without_default(self):
        return self._sales_server_names() | self._sales_core_written_fields()

    def _sales_check_server_fields(self, vals, names=None):
        """:param dict vals: values as for ``create`` or ``write``
        :param names: of which fields; those of :meth:`_sales_server_fields` if not given
        :raise AccessError: one of them is the server's, and it is not the value that stands there already
        """
        if self.env.su:
            return
        names = self._sales_server_names() if names is None else names
        if names.isdisjoint(vals):
            return
        forged = sorted(name for name in names & vals.keys() if self._sales_is_forged(name, vals[name]))
        if forged:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in forged)
            raise AccessError(self._sales_refusal_of_server_fields(labels))

    @api.model
    def _sales_refusal_of_server_fields(self, labels):
        """Override it where there is a way to have them written, and name it.

        :param str labels: what the user calls the fields that he can't enter
        :return: the sentence that he gets
        """
        return self.env._("“%s” is recorded by the system and can't be entered by hand.", labels)

    def _sales_is_forged(self, name, value):
        """:return: whether ``value`` differs from what the field of these records holds, or would hold in a
        new one; a file that was exported may be imported again
        """
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            # no command at all changes nothing
            return value != [] and (bool(value) or bool(self))
        if not self and field.compute:
            return True  # whatever is given for a new record is not computed any more
        # sudo: compared only
        held = [record[name] for record in self.sudo()]
        if not self:
            held = [field.default(self) if field.default else field.falsy_value or False]
        given = field.convert_to_cache(value, self.sudo(), validate=False)
        same = []
        for one in held:
            if one in same:
                continue
            if field.convert_to_cache(one, self.sudo(), validate=False) != given:
                return True
            same.append(one)
        return False

    def _sales_prepare_recorded(self, vals):
        """Extend it to add what the server records beside ``vals``: what a ``create`` or a ``write`` adds is
        taken for what the user gave. ``self`` is what is written, or empty for a new record.

        :param dict vals: what is written, checked
        :return: dict, the same with what the server says about it
        """
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self.browse()._sales_check_server_fields(vals)
        return super().create([self.browse()._sales_prepare_recorded(vals) for vals in vals_list])

    def write(self, vals):
        self._sales_check_server_fields(vals)
        return super().write(self._sales_prepare_recorded(vals))

    @api.model
    def default_get(self, fields):
        """Neither the context nor what a user keeps as his default says what the server records."""
        server = self._sales_names_without_default()
        if server.isdisjoint(fields):
            return super().default_get(fields)
        defaults = super().default_get([name for name in fields if name not in server])
        for name in fields:
            field = self._fields.get(name)
            if name in server and field and field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                defaults[name] = field.convert_to_write(value, self)
        return defaults

    # ------------------------------------------------------
    # Deletion
    # ------------------------------------------------------

    def unlink(self):
        """Core asks the context whether a module is being removed, and then skips what would stop a deletion.
        Only the server removes modules.
        """
        if self.env.context.get("_force_unlink") and self.env.uid != SUPERUSER_ID:
            return super(Base, self.with_context(_force_unlink=False)).unlink()
        return super().unlink()
