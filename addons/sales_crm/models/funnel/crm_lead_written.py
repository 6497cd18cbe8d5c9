from datetime import timedelta

from odoo import api, fields, models


class CrmLead(models.Model):
    """When a deal was moved, given and closed is what the funnel counts: nobody enters it by hand."""

    _inherit = "crm.lead"

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
        new = self.browse()  # a copy is created on its original
        for vals in vals_list:
            names = self._sales_core_written_fields() - new._sales_core_writes(vals)
            new._sales_check_server_fields(vals, names)
        return super().create(vals_list)

    def write(self, vals):
        if self:  # core also writes on none
            names = self._sales_core_written_fields() - self._sales_core_writes(vals)
            self._sales_check_server_fields(vals, names)
        return super().write(vals)

    def _sales_core_writes(self, vals):
        """Core's own moments of a change are added later than here. Two pass by: a deal that is created in a
        won stage is closed now, and a copy of one is given now.

        :return: set of the names of the fields of which ``vals`` say what the server would say
        """
        told = set()
        if "date_closed" in vals and self._sales_is_now(vals["date_closed"]) and self._sales_are_just_won():
            told.add("date_closed")
        if "date_open" in vals and self._sales_is_given(vals):
            told.add("date_open")
        return told

    def _sales_are_just_won(self):
        # sudo: compared only
        return bool(self) and all(lead.stage_id.is_won and not lead.date_closed for lead in self.sudo())

    def _sales_is_given(self, vals):
        """:return: whether ``vals`` give or take these deals, or a new one, at the moment they say"""
        moment, user = vals["date_open"], vals.get("user_id")
        if not self:
            return not moment or (self._sales_is_now(moment) and bool(vals.get("user_id", True)))
        # sudo: compared only
        given = "user_id" in vals and any((lead.user_id.id or False) != user for lead in self.sudo())
        return given and (self._sales_is_now(moment) if user else not moment)

    @api.model
    def _sales_is_now(self, value):
        """:return: whether it is this moment, or the beginning of the transaction, which core takes for it"""
        moment = fields.Datetime.to_datetime(value)
        if not moment:
            return False
        return moment == self.env.cr.now() or abs(fields.Datetime.now() - moment) < timedelta(minutes=1)
