from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError

LISTED = 100  # so many clients are named in a receiver's message


class SalesHandoverLine(models.Model):
    """One client with all that hangs on it, or one document without a client: it goes to one receiver."""

    _name = "sales.handover.line"
    _description = "What Goes to Whom"
    _order = "sequence, name, id"
    _rec_name = "name"

    handover_id = fields.Many2one("sales.handover", required=True, index=True, ondelete="cascade")
    handover_state = fields.Selection(related="handover_id.state", string="Step of the Hand-Over")
    sequence = fields.Integer(readonly=True)
    res_model = fields.Char("Model", readonly=True, required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True, required=True)
    name = fields.Char("Client or Document", readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="set null")
    own = fields.Boolean(
        "His Own", readonly=True, help="The client or document itself changes hands, not only work with it."
    )
    client_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Class", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", "Region", readonly=True)
    content = fields.Char("What Hangs on It", compute="_compute_content")
    receiver_id = fields.Many2one(
        "res.users",
        domain="[('id', 'in', possible_receiver_ids)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    possible_receiver_ids = fields.Many2many(related="handover_id.possible_receiver_ids")
    state = fields.Selection(
        [
            ("pending", "To hand over"),
            ("done", "Handed over"),
            ("undone", "Given back"),
            ("kept", "Given on meanwhile"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    told = fields.Boolean("Receiver Told", readonly=True)
    item_ids = fields.One2many("sales.handover.item", "line_id", "Records")
    followed = fields.Json("Finished Documents That He Followed")

    _once = models.UniqueIndex("(handover_id, res_model, res_id)")
    _next_idx = models.Index("(handover_id, state, receiver_id, id)")

    def _compute_content(self):
        """How many of what, in one query for all lines."""
        counts = self.env["sales.handover.item"]._read_group(
            [("line_id", "in", self.ids)], ["line_id", "res_model", "kind"], ["__count"]
        )
        labels = self.env["sales.handover"]._kind_labels()
        found = {}
        for line, model, kind, count in counts:
            found.setdefault(line.id, {})[model, kind] = count
        for line in self:
            kinds = found.get(line.id, {})
            if line.own and len(kinds) > 1:
                # The line itself says that it is a client
                kinds.pop(("res.partner", "client"), None)
            line.content = ", ".join(
                f"{label}: {kinds[key]}" for key, label in labels.items() if key in kinds
            )

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"receiver_id"}:
                raise AccessError(self.env._("Only the receiver is chosen here."))
            self.handover_id._check_head()
            self.handover_id._check_state("distribute")
            if self.filtered(lambda line: line.state != "pending"):
                raise AccessError(self.env._("What is handed over already keeps its receiver."))
            if vals.get("receiver_id"):
                receiver = self.env["res.users"].browse(vals["receiver_id"])
                for handover in self.handover_id:
                    handover._check_receiver(receiver)
        return super().write(vals)

    def _told_list(self):
        """:return: Markup of the list for a receiver's message, the first by name"""
        rows = [
            Markup("<li>%s%s</li>") % (line._told_name(), f": {line.content}" if line.content else "")
            for line in self[:LISTED]
        ]
        if len(self) > LISTED:
            rows.append(Markup("<li>%s</li>") % self.env._("and %s more", len(self) - LISTED))
        return Markup("<ul>%s</ul>") % Markup("").join(rows)

    def _told_name(self):
        """:return: the client or document as it stands in a receiver's message"""
        return self.client_id._get_html_link() if self.client_id else self.name

    def action_open(self):
        """:return: the form of the client or document"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
