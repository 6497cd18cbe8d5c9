from odoo import api, fields, models


class SalesActivityChange(models.Model):
    """Who changed the conditions by which his work is measured, when and how. For the heads.

    The server writes it. What the server does itself, like the carry-over or a hand-over, tells of itself and
    isn't written down here.
    """

    _name = "sales.activity.change"
    _description = "Change of a Plan by Hand"
    _sales_guard_path = "client_id"
    _order = "id desc"
    _rec_name = "activity_name"

    moment = fields.Datetime("When", required=True, readonly=True, default=fields.Datetime.now, index=True)
    create_uid = fields.Many2one("res.users", "By Whom", readonly=True)
    kind = fields.Selection(
        [
            ("assigned", "Given to somebody else"),
            ("moved", "Moved to another day"),
            ("meeting", "Tied to a meeting"),
            ("reopened", "Opened again"),
            ("corrected", "Corrected after closing"),
            ("days_off", "Own days off"),
            ("time_zone", "Own time zone"),
            ("type", "Made another type"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "Whose Work", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_to_id = fields.Many2one("res.users", "Whose Now", readonly=True, ondelete="restrict")
    activity_id = fields.Many2one("mail.activity", readonly=True, index="btree_not_null", ondelete="set null")
    activity_name = fields.Char("Text of the Activity", readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    date_from = fields.Date("Due Before", readonly=True)
    date_to = fields.Date("Due Now", readonly=True)
    text_from = fields.Text("Before the Change", readonly=True)
    text_to = fields.Text("After the Change", readonly=True)

    @api.depends("activity_name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            change.display_name = change.activity_name or kinds.get(change.kind)

    @api.model
    def _log(self, vals_list):
        """:param vals_list: values of the rows; who made the change is the current user
        :return: the rows, sudo-ed
        """
        # sudo: nobody writes the trace by hand
        return self.sudo().create(vals_list)

    @api.model
    def _tell(self, user, subject, body):
        """Tell the heads of ``user`` about what he changed for himself.

        :param subject: function of an environment in the head's language -> text
        :param body: text
        """
        # sudo: who his heads are doesn't depend on who asks
        morning = self.env["sales.morning"].sudo()
        for head in morning._fault_heads(user) - user:
            env = morning.with_context(lang=head.lang).env
            env["mail.thread"].message_notify(
                partner_ids=head.partner_id.ids, subject=subject(env), body=body
            )
