from odoo import api, models
from odoo.exceptions import AccessError

# While core sends a mail to many, with the rights of whoever sends it
MAILING = "sales_crm.mailing_flow"


class MailNotification(models.Model):
    """Whom a message of a client's history has reached, and whom not, the server says."""

    _inherit = "mail.notification"

    @api.model
    def _sales_reader_fields(self):
        """:return: fields that a reader writes of himself"""
        return {"is_read", "read_date"}

    @api.model_create_multi
    def create(self, vals_list):
        notices = super().create(vals_list)
        if not (self.env.su or self._sales_in_flow(MAILING)):
            notices._sales_refuse_kept()
        return notices

    def write(self, vals):
        if not self.env.su and vals.keys() - self._sales_reader_fields():
            self._sales_refuse_kept()
        return super().write(vals)

    def _sales_refuse_kept(self):
        """:raise AccessError: one of these tells of a message of a client's history"""
        # sudo: which message it is does not depend on who asks
        if self.sudo().mail_message_id.sudo(False)._sales_kept(corrected=False):
            raise AccessError(
                self.env._(
                    "Whom a message has reached is recorded by the system and can't be entered by hand. Send "
                    "the message again, or leave a note."
                )
            )
