from datetime import timedelta

from odoo import api, fields, models


class CrmLead(models.Model):
    """When a deal was moved, given and closed is what the funnel counts: nobody enters it by hand."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    _sales_guards_computed = True

    @api.model
    def _sales_server_fields(self):
        """Core writes its guess of the probability with the rights of whoever moves the deal."""
        return super()._sales_server_fields() - {"automated_probability"}

    @api.model
    def _sales_core_written_fields(self):
        return super()._sales_core_written_fields() | {"date_closed", "date_last_stage_update", "date_open"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self.browse()._sales_check_server_fields(vals, self._sales_core_written_fields())
        return super().create(vals_list)

    def write(self, vals):
        self._sales_check_server_fields(vals, self._sales_core_written_fields())
        return super().write(vals)

    def _sales_is_forged(self, name, value):
        """Core writes the moment at which it happens, or that it has not happened: that is the truth."""
        if name in self._sales_core_written_fields():
            moment = fields.Datetime.to_datetime(value)
            if not moment and name == "date_open":
                return False  # core empties it as often as a deal has nobody who works on it
            if moment and abs(fields.Datetime.now() - moment) < timedelta(minutes=1):
                return False
        return super()._sales_is_forged(name, value)
