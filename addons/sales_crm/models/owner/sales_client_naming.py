from odoo import api, models


class SalesClientNaming(models.AbstractModel):
    """A setting for all clients that names some of them: it is put on a client, and taken off, by who may
    change him; from its own side as well.
    """

    _name = "sales.client.naming"
    _description = "Setting that Names Clients"

    # The many2many to partners
    _sales_naming_field = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._sales_check_may_name(records._sales_named())
        return records

    def write(self, vals):
        if self._sales_naming_field not in vals:
            return super().write(vals)
        before = {record: record._sales_named() for record in self}
        res = super().write(vals)
        for record, partners in before.items():
            now = record._sales_named()
            self._sales_check_may_name((now - partners) | (partners - now))
        return res

    def unlink(self):
        self._sales_check_may_name(self._sales_named())
        return super().unlink()

    def _sales_named(self):
        """:return: the partners that one of these names, whoever may see them"""
        # sudo: only asked about
        return self.sudo().with_context(active_test=False)[self._sales_naming_field].sudo(self.env.su)

    def _sales_check_may_name(self, partners):
        """:raise AccessError: a restricted manager may not change one of ``partners``"""
        if partners and self._sales_checks_references():
            partners.check_access("write")
