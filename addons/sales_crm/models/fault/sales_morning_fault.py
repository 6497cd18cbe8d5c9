from markupsafe import Markup

from odoo import api, fields, models


class SalesMorningFault(models.Model):
    """Whom a step of the morning run could not serve on a day, and why. Written by the run only."""

    _name = "sales.morning.fault"
    _description = "Fault of the Morning Run"
    _order = "date desc, id desc"
    _rec_name = "subject"

    date = fields.Date("Day", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Manager", readonly=True, index=True, ondelete="restrict")
    step = fields.Char(required=True, readonly=True)
    step_label = fields.Char("What Failed", compute="_compute_step_label")
    subject = fields.Char(
        "Whose",
        readonly=True,
        help="The manager, or the single activity, promise, regular work or birthday of his.",
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    error = fields.Text("Why", readonly=True)
    times = fields.Integer(readonly=True, help="In how many runs of the day.")
    date_mended = fields.Datetime("Mended", readonly=True, help="Since when it is done again.")
    is_told = fields.Boolean("Heads Were Told", readonly=True)

    _fault_uniq = models.UniqueIndex("(date, step, res_model, res_id)")
    _open_idx = models.Index("(step) WHERE date_mended IS NULL")

    @api.depends("step")
    @api.depends_context("lang")
    def _compute_step_label(self):
        labels = self.env["sales.morning"]._step_labels()
        for fault in self:
            fault.step_label = labels.get(fault.step, fault.step)

    def _told_body(self):
        """:return: Markup of the message to a head, the first twenty by name"""
        rows = [
            Markup("<li>%s: %s<br/>%s</li>")
            % (fault._told_subject(), fault.step_label, (fault.error or "").splitlines()[0])
            for fault in self[:20]
        ]
        if len(self) > 20:
            rows.append(Markup("<li>%s</li>") % self.env._("and %s more", len(self) - 20))
        return Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (
            self.env._("All others were served. These are served by themselves once the cause is mended:"),
            Markup("").join(rows),
            self.env._("Show it to whoever keeps the system; the whole error is in its log."),
        )

    def _told_subject(self):
        """:return: whose it is, by name"""
        subject, user = self.subject or "", self.user_id.name
        return subject if not user or self.res_model == "res.users" else f"{user}: {subject}"
