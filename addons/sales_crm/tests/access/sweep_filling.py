from odoo import Command
from odoo.tools import mute_logger

from ..common_credit import CreditCase
from .sweep_models import POLYMORPHIC, links_of


class SweepFilling(CreditCase):
    """Makes a record of any model on a client: what it must have, and its links to what is there already.

    The class that extends it knows ``clients``, ``owners`` and ``beside`` (model -> values that can't be
    guessed), and tells by ``without_record`` what could not be made, and why.
    """

    @classmethod
    def _add_by_itself(cls, name, relation, dossier):
        """:return: whether a record of the model could be added to the dossier"""
        try:
            with cls.cr.savepoint(), mute_logger("odoo.sql_db"):
                record = cls.env[name].create(cls._values_of(cls.env[name], relation, dossier))
                cls.env.flush_all()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # told by the test that asks for a record of every model
            cls.without_record[name, relation] = str(error)
            cls.env.invalidate_all()
            return False
        cls.without_record.pop((name, relation), None)
        dossier[name] = record
        return True

    @classmethod
    def _values_of(cls, model, relation, dossier):
        """:return: dict of what a record must have and of its links to the client"""
        values = dict(cls.beside.get(model._name, {}))
        links = {field.name for field in links_of(model)}
        for name, field in model._fields.items():
            if name in values or not field.store or field.inherited or field.related:
                continue
            linked = name in links and cls._link_value(field, relation, dossier)
            if linked and (not field.compute or field.required):
                values.update(linked)
            elif field.required and not field.default and not field.compute:
                values[name] = cls._any_value(field, relation, dossier)
        return values

    @classmethod
    def _link_value(cls, field, relation, dossier):
        """:return: dict of the values by which a record is linked to the client by that field"""
        client = cls.clients[relation]
        if field.type == "many2one_reference":
            model_field = cls.env[field.model_name]._fields[field.model_field]
            model = {field.model_field: client._name} if not model_field.related else {}
            return {**model, field.name: client.id}
        if field.type in POLYMORPHIC or (field.comodel_name not in dossier):
            return None
        if field.comodel_name == field.model_name:
            return None
        record = client if field.comodel_name == "res.partner" else dossier[field.comodel_name]
        if field.type == "many2many":
            return {field.name: [Command.link(record.id)]}
        # a second link to a partner is often to somebody else, yet there must be one
        return {field.name: record.id}

    @classmethod
    def _any_value(cls, field, relation, dossier):
        match field.type:
            case "many2one" if field.comodel_name == "res.users":
                return cls.owners[relation].id
            case "many2one":
                Comodel = cls.env[field.comodel_name].with_context(active_test=False)
                ours = [("company_id", "in", (False, cls.company.id))]
                found = "company_id" in Comodel._fields and Comodel.search(ours, limit=1)
                return (found or Comodel.search([], limit=1)).id
            case "char" | "text" | "html":
                return f"{relation}_{field.name}"
            case "date":
                return cls.today
            case "datetime":
                return f"{cls.today} 10:00:00"
            case "selection":
                return next(iter(field.get_values(cls.env)))
            case "integer" | "float" | "monetary":
                return 1
            case _:
                return False
