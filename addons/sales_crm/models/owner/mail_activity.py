from odoo import api, models


class MailActivity(models.Model):
    """Work stays with the clients of whose manager it was planned for, see ``base_owner.py``."""

    # Beside the activity itself, which is long enough
    _inherit = "mail.activity"

    @api.model
    def _sales_owner_field(self):
        return None  # whoever may assign an activity assigns it

    @api.model
    def _sales_pointing_fields(self):
        return {"client_id", "res_model_id", "res_model", "res_id", "calendar_event_id"}
