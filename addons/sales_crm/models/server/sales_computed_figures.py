from odoo import api, models
from odoo.exceptions import AccessError


class SalesComputedFigures(models.AbstractModel):
    """Figures that the credit gate counts with can't be written by hand.

    Core stores computed amounts as ordinary columns, which a call of ``write`` may overwrite: an order of
    nothing would pass any limit.
    """

    _name = "sales.computed.figures"
    _description = "Figures Nobody Enters"

    @api.model
    def _only_computed_fields(self):
        """:return: set of the names of stored computed fields"""
        return set()

    @api.model
    def _only_program_links(self):
        """:return: set of the names of links that only the program sets; they may be given empty"""
        return set()

    @api.model
    def _check_only_computed(self, vals):
        """:raise AccessError: a user writes such a figure"""
        if self.env.su:
            return
        names = self._only_computed_fields() & vals.keys()
        names |= {name for name in self._only_program_links() if vals.get(name)}
        if names:
            label = self._fields[min(names)]._description_string(self.env)
            raise AccessError(self.env._("“%s” is computed and can't be entered.", label))

    @api.model
    def default_get(self, fields):
        """Nor by a default of the context, or one that a user keeps as his."""
        figures = self._only_computed_fields() | self._only_program_links()
        return super().default_get([name for name in fields if name not in figures])

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_only_computed(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_only_computed(vals)
        return super().write(vals)
