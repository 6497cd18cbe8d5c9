from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """A manager's client may be the daughter of a company that is another manager's client.

    Core names the parent on her card and in suggestions, and fails where more of it is to be read.
    """

    # Beside who may see him, which is another question
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    # Core's is a copy of the name that nobody is asked about: it can be searched and grouped by
    parent_name = fields.Char(
        related=None, compute="_compute_parent_name", search="_search_parent_name", compute_sudo=False
    )

    @api.depends("parent_id.name")
    @api.depends_context("uid")
    def _compute_parent_name(self):
        hidden = self._sales_with_hidden_parent()
        hidden.parent_name = False
        for partner in self - hidden:
            # sudo: as in core, whoever sees the contact sees the company's name
            partner.parent_name = partner.sudo().parent_id.name

    @api.model
    def _search_parent_name(self, operator, value):
        found = Domain("parent_id.name", operator, value)
        if operator == "in" and False in value:
            return found | Domain("parent_id", "not any", [])
        return found

    def _sales_with_hidden_parent(self):
        """:return: those of these partners whose parent the current user may not see"""
        if not self.env["sales.access.rule"]._is_restricted():
            return self.browse()
        # sudo: which parents there are; nothing else is fetched, and whether they may be seen is asked
        daughters = self.sudo().with_context(prefetch_fields=False).filtered("parent_id")
        parents = self.sudo(False).browse(daughters.parent_id.ids)
        hidden_parents = parents - parents._filtered_access("read")
        hidden = daughters.filtered(lambda partner: partner.parent_id.id in hidden_parents._ids)
        # What the question has fetched must not be read without a question
        hidden_parents.invalidate_recordset(flush=False)
        return self.browse(hidden._ids)

    @api.depends_context("uid")
    def _compute_display_name(self):
        hidden = self._sales_with_hidden_parent()
        res = super(ResPartner, self - hidden)._compute_display_name()
        for partner in hidden:
            partner.display_name = partner.name
        return res

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load=load)
        masked = {"parent_id", "parent_name"} & set(fnames)
        if masked and not self.env.su:
            hidden = set(self._sales_with_hidden_parent()._ids)
            for row in rows:
                if row.get("id") in hidden:
                    row.update(dict.fromkeys(masked, False))
        return rows

    @api.readonly
    def web_read(self, specification):
        hidden = self._sales_with_hidden_parent() if "parent_id" in specification else self.browse()
        if not hidden:
            return super().web_read(specification)
        without = {name: spec for name, spec in specification.items() if name != "parent_id"}
        rows = super(ResPartner, self - hidden).web_read(specification)
        rows += [{**row, "parent_id": False} for row in super(ResPartner, hidden).web_read(without)]
        by_id = {row["id"]: row for row in rows}
        return [by_id[id_] for id_ in self._ids if id_ in by_id]

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec != "parent_id" or not self.env["sales.access.rule"]._is_restricted():
            return formatter
        parents = self.browse(parent.id for parent in values if parent)
        hidden = set((parents - parents._filtered_access("read"))._ids)

        def masked(value):
            label, domain = formatter(value)
            if label and label[0] in hidden:
                label = (label[0], self.env._("Another manager's client"))
            return label, domain

        return masked
