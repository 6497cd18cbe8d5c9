from odoo import models


class MailNotification(models.Model):
    _inherit = "mail.notification"

    _sales_guard_path = "mail_message_id"
