import hashlib
from collections import defaultdict

from odoo import SUPERUSER_ID, api, models
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import SQL

# What the server fills by itself: keys for search, lists of regular work, followers
AUTOMATIC = {"mail_followers", "sales_cadence_client", "sales_partner_key"}
# What a morning keeps of a plan, for ever
KEPT = {"sales_carry_log", "sales_plan_line"}
# What changes without anybody's doing
CHANGING = {"crm.lead": {"probability"}, "mail.activity": {"carry_count", "date_deadline"}}
# Of these only that they are there is a part of the state
COUNTED = {"ir.attachment", "mail.message", "sales.stage.move"}


class SalesImportMade(models.AbstractModel):
    """What an import has made, as it was then, and whether somebody has worked with it since.

    The state of a client is one text: of his card, his contacts, their phones and mails, his activities, and
    of which messages and files hang on them; the state of a deal likewise. What a morning moves is no part
    of it.
    """

    _name = "sales.import.made"
    _description = "What an Import Has Made"

    @api.model
    def _parts(self, records):
        """What an import may have made with these.

        :param records: clients or deals, sudo-ed
        :return: dict model -> dict id -> id of the client or deal that it is a part of
        """
        records = records.with_context(active_test=False)
        parts = {records._name: {record.id: record.id for record in records}}
        if records._name == "res.partner":
            owners = parts["res.partner"]
            owners.update({contact.id: contact.parent_id.id for contact in records.child_ids})
            parts["sales.contact.channel"] = self._parts_on(records, "partner_id", owners)
        else:
            owners = parts[records._name]
            parts["sales.stage.move"] = self._parts_on(records, "lead_id", owners, "sales.stage.move")
        for model, name, names in (
            ("mail.activity", "res_model", "res_id"),
            ("mail.message", "model", "res_id"),
            ("ir.attachment", "res_model", "res_id"),
        ):
            owners = parts[records._name]
            parts[model] = self._parts_on(records, names, owners, model, [(name, "=", records._name)])
        return parts

    @api.model
    def _parts_on(self, records, name, owners, model="sales.contact.channel", domain=()):
        found = records.env[model].search_fetch([(name, "in", list(owners)), *domain], [name], order="id")
        ids = {part.id: part[name].id if name != "res_id" else part[name] for part in found}
        return {part: owners[record] for part, record in ids.items()}

    # ------------------------------------------------------
    # States
    # ------------------------------------------------------

    @api.model
    def _states(self, parts):
        """:param parts: what :meth:`_parts` has found
        :return: dict id of the client or deal -> text that changes with what a person does to it
        """
        texts = defaultdict(list)
        for model, owners in parts.items():
            for part, text in self._part_texts(model, list(owners)):
                texts[owners[part]].append(f"{model} {part} {text}")
        return {
            owner: hashlib.sha256("\n".join(sorted(of_owner)).encode()).hexdigest()
            for owner, of_owner in texts.items()
        }

    @api.model
    def _part_texts(self, model, ids):
        """:return: list of pairs (id, digest of what a person enters)"""
        if model in COUNTED or not ids:
            return [(part, "") for part in ids]
        Model = self.env[model]
        Model.flush_model()
        # What is empty is left out, so that a column that a new version adds changes nothing
        return self.env.execute_query(
            SQL(
                "SELECT id, md5(jsonb_strip_nulls(to_jsonb(part))::text) "
                "FROM (SELECT %s FROM %s WHERE id = ANY(%s) %s) part",
                SQL(", ").join(map(SQL.identifier, self._columns(Model))),
                SQL.identifier(Model._table),
                ids,
                # Stuck deals and regular work: the server plans them by itself
                SQL("AND create_uid != %s", SUPERUSER_ID) if model == "mail.activity" else SQL(),
            )
        )

    @api.model
    def _columns(self, Model):
        """:return: list of the columns that a person fills"""
        left = {*LOG_ACCESS_COLUMNS, *CHANGING.get(Model._name, ()), *Model._sales_server_fields()} - {"id"}
        return [
            name
            for name, field in sorted(Model._fields.items())
            if field.store
            and field.column_type
            and name not in left
            and not (field.compute and field.readonly)
        ]

    # ------------------------------------------------------
    # What others have put there since
    # ------------------------------------------------------

    @api.model
    def _references(self, parts):
        """:param parts: what :meth:`_parts` has found
        :return: dict id of the client or deal -> set of the tables in which something refers to it that is
            no part of it
        """
        found = defaultdict(set)
        for model, owners in parts.items():
            if model in COUNTED or not owners:
                continue
            for table, column in self._referring(self.env[model]._table):
                if table in AUTOMATIC:
                    continue
                for owner in self._referred(table, column, owners, parts):
                    found[owner].add(table)
        return found

    @api.model
    def _referring(self, table):
        """:return: list of pairs (table, column): the foreign keys that lead to a table"""
        return self.env.execute_query(
            SQL(
                """
                SELECT referring.relname, attribute.attname
                  FROM pg_constraint key
                  JOIN pg_class referring ON referring.oid = key.conrelid
                  JOIN pg_attribute attribute
                       ON attribute.attrelid = key.conrelid AND attribute.attnum = key.conkey[1]
                 WHERE key.contype = 'f' AND key.confrelid = %s::regclass
                """,
                table,
            )
        )

    @api.model
    def _referred(self, table, column, owners, parts):
        """:return: set of the clients or deals to which rows of a table refer that are no parts of them"""
        model = next((name for name in parts if self.env[name]._table == table), None)
        of_import = SQL("AND id != ALL(%s)", list(parts[model])) if model else SQL()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %(column)s FROM %(table)s WHERE %(column)s = ANY(%(ids)s) %(others)s",
                column=SQL.identifier(column),
                table=SQL.identifier(table),
                ids=list(owners),
                others=of_import,
            )
        )
        return {owners[part] for (part,) in rows}
