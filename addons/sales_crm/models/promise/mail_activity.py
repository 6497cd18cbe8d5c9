from odoo import fields, models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    _inherit = "mail.activity"

    chased_promise_ids = fields.One2many(
        "sales.promise",
        "chase_activity_id",
        "Broken Promises",
        readonly=True,
        copy=False,
        groups="sales_crm.group_manager",
    )

    def action_promise(self):
        """:return: the dialog for a promise that the client gave in this activity; where the activity is
            to get an invoice paid, of what is left of it
        :raise UserError: the activity is not with a client
        """
        self.ensure_one()
        if not self.client_id:
            raise UserError(
                self.env._("“%s” isn't with a client: write the promise down on his card.", self.display_name)
            )
        # sudo: who got the activity to collect an invoice may know what is left of it
        invoice = self.unpaid_move_id.sudo()
        values = invoice._prepare_promise(self.sudo().unpaid_client_id) if invoice else {}
        values["activity_id"] = self.id
        return self.env["sales.promise"]._action_ask(self.client_id, **values)
