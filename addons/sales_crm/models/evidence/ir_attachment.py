from odoo import api, models


class IrAttachment(models.Model):
    """A file of a message is part of it."""

    _inherit = "ir.attachment"

    @api.model
    def _sales_file_fields(self):
        """:return: fields that make the file and its place"""
        return {"datas", "db_datas", "name", "raw", "res_field", "res_id", "res_model", "type", "url"}

    def write(self, vals):
        if not self.env.su and self._sales_file_fields() & vals.keys():
            self._sales_refuse_kept()
        return super().write(vals)

    def unlink(self):
        if not self.env.su:
            self._sales_refuse_kept()
        return super().unlink()

    def _delete_and_notify(self, message=None):
        """The chatter deletes as superuser."""
        self._sales_refuse_kept()
        return super()._delete_and_notify(message)

    def _sales_refuse_kept(self):
        """:raise AccessError: one of these is the file of a message that stays as it was written"""
        if self:
            # sudo: which messages have it does not depend on who deletes it
            messages = self.env["mail.message"].sudo().search([("attachment_ids", "in", self.ids)])
            messages._sales_refuse_kept()
