from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.orm.models import fix_import_export_id_paths

RELATIONS = ("many2one", "many2many")  # among the types of properties


class Base(models.AbstractModel):
    """Taking records out of the system, of whatever model and by whatever route.

    Two questions: may the user take *these* records out (:meth:`_sales_check_export`), and what does
    the log say about it (``sales.export.log``). Routes that are no RPC ask them in ``controllers/``.
    """

    # Beside the guard of what one sees and changes, which is another question
    _inherit = "base"

    def export_data(self, fields_to_export):
        reached = self._sales_export_reach(fields_to_export)
        self._sales_check_export()
        for records in reached:
            if records._sales_is_dossier():
                records._sales_check_export()
        result = super().export_data(fields_to_export)
        counts = [len(result["datas"]), *(len(records) for records in reached if records._sales_is_dossier())]
        self.env["sales.export.log"]._record(
            "list",
            self,
            max(counts),
            domain=Domain("id", "in", self.ids),
            columns=", ".join(fields_to_export),
        )
        return result

    # ------------------------------------------------------
    # The right
    # ------------------------------------------------------

    @api.model
    def _sales_is_dossier(self):
        """:return: whether records of this model hang on clients"""
        return bool(self._sales_guard_path)

    def _sales_check_export(self):
        """The current user takes these records out of the system, all together, as data.

        :raise AccessError: he has no right to export, or the rules that restrict him to his clients
            don't let him export each of these; it says how many and what to do
        """
        if self.env.su:
            return
        if self._sales_is_dossier() and self.env["sales.access.rule"]._is_restricted():
            self._sales_check_export_of_clients()
        else:
            self.env.user._sales_check_export_group()

    def _sales_check_export_of_clients(self):
        """What :meth:`_sales_check_export` asks a manager whom the access rules restrict.

        Also where an unrestricted user needs no right: files and printouts of several records.
        """
        if self.env.su or not self or not self.env["sales.access.rule"]._is_restricted():
            return
        ids = set(self._ids)
        # sudo: what he may read is asked by the export itself; here only whose clients they are
        Model = self.sudo().with_context(active_test=False)
        guard = self._sales_guard_domain("export")
        allowed = Model.search_count(Domain("id", "in", list(ids)) & guard)
        self._sales_refuse_export(len(ids) - allowed, len(ids))

    @api.model
    def _sales_check_export_of_all(self, domain=()):
        """For exports of sums, which don't say which records are in them: the user must have the
        right to export every record of the model that he can see.

        :param domain: a filter that the sums have, if it was the server that used it
        :raise AccessError: as :meth:`_sales_check_export`
        """
        if self.env.su:
            return
        if not self.env["sales.access.rule"]._is_restricted() or not self._sales_is_dossier():
            self.env.user._sales_check_export_group()
            return
        if not self.env.user._sales_has_export_rule():
            raise AccessError(
                self.env._(
                    "You have no right to export clients' data. Ask the administrator of access for an "
                    "access rule with “Export”."
                )
            )
        Model = self.with_context(active_test=False)
        seen = Model.search_count(Domain(domain))
        allowed = Model.search_count(Domain(domain) & self._sales_guard_domain("export"))
        self._sales_refuse_export(seen - allowed, seen)

    @api.model
    def _sales_refuse_export(self, denied, count):
        """:raise AccessError: if ``denied`` of the ``count`` records aren't the user's to export"""
        if denied <= 0:
            return
        # sudo: every user may know what a model is called
        model = self.env["ir.model"].sudo()._get(self._name).name
        raise AccessError(
            self.env._(
                "%(denied)s of %(count)s records (%(model)s) aren't yours to export. Leave them out, or ask "
                "the administrator of access for an access rule with “Export” for their clients.",
                denied=denied,
                count=count,
                model=model,
            )
        )

    # ------------------------------------------------------
    # What a list export takes along
    # ------------------------------------------------------

    def _sales_export_reach(self, fields_to_export):
        """An export of products with the column "Order lines / Customer" takes customers out.

        :param list fields_to_export: paths, as for ``export_data``
        :return: list of recordsets: what the columns reach through relations, without ``self``
        """
        reach = {(): [self]}
        for path in map(fix_import_export_id_paths, fields_to_export):
            for depth, name in enumerate(path, 1):
                key = tuple(path[:depth])
                if key not in reach:
                    parents = reach[key[:-1]]
                    reach[key] = [
                        found for records in parents for found in records._sales_export_follow(name)
                    ]
        return [records for key, found in reach.items() if key for records in found]

    def _sales_export_follow(self, name):
        """:return: list of recordsets that the column ``name`` of these records shows"""
        name, _dot, prop = name.partition(".")
        field = self._fields.get(name)
        if field is None or not self:
            return []
        if field.relational:
            return [self[name]]
        if field.type == "reference":
            return self._sales_group_by_model(filter(None, (record[name] for record in self)))
        if field.type == "properties" and prop:
            return self._sales_export_follow_property(name, prop)
        return []

    def _sales_export_follow_property(self, name, prop):
        found = []
        for row in self.read([name]):
            for definition in row[name] or []:
                if definition["name"] == prop and definition["type"] in RELATIONS and definition.get("value"):
                    value = definition["value"]
                    pairs = value if isinstance(value, list) else [value]
                    found.append(self.env[definition["comodel"]].browse(pair[0] for pair in pairs))
        return self._sales_group_by_model(found)

    @api.model
    def _sales_group_by_model(self, recordsets):
        """:return: list with one recordset per model"""
        by_model = {}
        for records in recordsets:
            by_model[records._name] = by_model.get(records._name, records) | records
        return list(by_model.values())
