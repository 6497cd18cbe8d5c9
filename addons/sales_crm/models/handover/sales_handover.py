from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.server_only import SERVER_ONLY

STATES = [
    ("draft", "From Whom"),
    ("distribute", "Distribute"),
    ("preview", "Check"),
    ("running", "Running"),
    ("incomplete", "Incomplete"),
    ("done", "Done"),
    ("undoing", "Giving Back"),
    ("undone", "Undone"),
]

BUSY = ("running", "undoing")

# Contexts of the work itself: one message per receiver replaces a notification and a mail per record
QUIET = {
    "active_test": False,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "skip_attendee_notification": True,
    "no_mail_to_attendees": True,
    "dont_notify": True,
    "sales_handover": SERVER_ONLY,
    "sales_quiet": SERVER_ONLY,
}


class SalesHandover(models.Model):
    """Everything that hangs on one user goes to others, and the record of it stays.

    The steps are here. What hangs on the user is found in ``sales_handover_collect.py``, distributed in
    ``sales_handover_distribute.py``, handed over and given back in ``sales_handover_work.py``, shown
    in ``sales_handover_show.py``. What of each model is handed over, the model itself says
    (``sales.handover.part``).

    Followers of what changes hands: the new manager in the old one's place.

    ``old``, ``new``, ``giver`` and ``receiver`` are partners here: partners follow.
    """

    _name = "sales.handover"
    _inherit = "sales.batch"
    _description = "Hand-Over"
    _order = "id desc"

    _check_company_auto = True

    from_user_id = fields.Many2one(
        "res.users",
        "From Whom",
        required=True,
        index=True,
        domain=[("share", "=", False)],
        context={"active_test": False},
        ondelete="restrict",
    )
    from_user_active = fields.Boolean(related="from_user_id.active")
    scope = fields.Selection(
        [("all", "Everything that hangs on him"), ("clients", "The chosen clients only")],
        "What",
        required=True,
        default="all",
        help="Everything: he leaves or changes his work. Chosen clients: they are divided anew.",
    )
    client_ids = fields.Many2many(
        "res.partner",
        string="Chosen Clients",
        domain=[("is_client", "=", True)],
        context={"active_test": False},
    )
    reason = fields.Char(help="Kept with the record, for example: leaves on Friday.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True, index=True
    )
    distribution = fields.Selection(
        [
            ("one", "All to one"),
            ("evenly", "Evenly"),
            ("region", "By region"),
            ("class", "By class"),
            ("hand", "By hand"),
        ],
        required=True,
        default="one",
    )
    receiver_id = fields.Many2one("res.users", domain="[('id', 'in', possible_receiver_ids)]")
    receiver_ids = fields.Many2many(
        "res.users",
        "sales_handover_receiver_rel",
        string="Receivers by Turns",
        domain="[('id', 'in', possible_receiver_ids)]",
    )
    possible_receiver_ids = fields.Many2many("res.users", compute="_compute_possible_receiver_ids")
    balance_classes = fields.Boolean(
        "The Same Number of A, B and C Clients", default=True, help="Else only their number is equal."
    )
    follow_manager = fields.Boolean(
        "Work with Other Managers' Clients Goes to Those Managers",
        default=True,
        help="His deals and activities with clients of a colleague go to the colleague.",
    )
    rule_ids = fields.One2many("sales.handover.rule", "handover_id", "Receivers by Region and Class")
    region_rule_ids = fields.One2many(
        "sales.handover.rule", "handover_id", "Receivers by Region", domain=[("kind", "=", "region")]
    )
    class_rule_ids = fields.One2many(
        "sales.handover.rule", "handover_id", "Receivers by Class", domain=[("kind", "=", "class")]
    )
    line_ids = fields.One2many("sales.handover.line", "handover_id", "What Goes to Whom")
    count_ids = fields.One2many("sales.handover.count", "handover_id", "Counts")
    state = fields.Selection(STATES, required=True, default="draft", readonly=True, copy=False, index=True)
    undo_note = fields.Text(readonly=True, copy=False)
    run_user_id = fields.Many2one("res.users", "Run by", readonly=True, copy=False)
    date_start = fields.Datetime("Started", readonly=True, copy=False)
    date_end = fields.Datetime("Finished", readonly=True, copy=False)
    date_undone = fields.Datetime("Given Back on", readonly=True, copy=False)
    undo_until = fields.Datetime("Undo Possible Until", compute="_compute_undo")
    can_undo = fields.Boolean(compute="_compute_undo")

    _one_at_a_time = models.UniqueIndex(
        "(from_user_id) WHERE state IN ('running', 'undoing')",
        "Another hand-over from this user is running. Wait for its end.",
    )

    @api.depends("from_user_id")
    def _compute_display_name(self):
        for record in self:
            number = record._origin.id
            name = record.from_user_id.name or ""
            record.display_name = (
                self.env._("Hand-over %(number)s: %(name)s", number=number, name=name)
                if number
                else self.env._("New hand-over")
            )

    @api.depends("date_start", "date_end", "state", "company_id.sales_handover_undo_days", "line_ids.state")
    def _compute_undo(self):
        moved = {
            record.id
            for [record] in self.env["sales.handover.line"]._read_group(
                [("handover_id", "in", self.ids), ("state", "=", "done")], ["handover_id"]
            )
        }
        now = fields.Datetime.now()
        for record in self:
            begin = record.date_end or record.date_start
            days = record.company_id.sales_handover_undo_days
            record.undo_until = begin and begin + timedelta(days=days)
            record.can_undo = bool(
                record.id in moved and record.state not in BUSY and begin and now <= record.undo_until
            )

    @api.depends("from_user_id", "company_id")
    def _compute_possible_receiver_ids(self):
        # sudo: who is a manager here, a head may know
        managers = self.env.ref("sales_crm.group_manager").sudo().all_user_ids
        for record in self:
            record.possible_receiver_ids = managers.filtered(
                lambda user, record=record: (
                    user.active
                    and not user.share
                    and user != record.from_user_id
                    and record.company_id in user.company_ids
                )
            )

    # ------------------------------------------------------
    # Access
    # ------------------------------------------------------

    @api.model
    def _sales_server_fields(self):
        """The steps count what hangs on the user."""
        return super()._sales_server_fields() | {"count_ids"}

    @api.model
    def _sales_refusal_of_server_fields(self, labels):
        return self.env._("The steps of a hand-over are taken with its buttons.")

    def _check_head(self):
        """:raise AccessError: the user is no head of sales, or it is another company's hand-over"""
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only a head of sales may hand over clients."))
        self.check_access("write")

    def _check_state(self, *states):
        """:raise UserError: the step is not possible now"""
        for record in self:
            if record.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(handover)s is at the step “%(state)s”: this is not possible now.",
                        handover=record.display_name,
                        state=labels[record.state],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_company_of_user()
        return records

    def write(self, vals):
        # the sentence about the buttons comes before the one about the step
        self._sales_check_server_fields(vals)
        if {"from_user_id", "scope", "client_ids"} & vals.keys():
            self._check_state("draft")
        if not self.env.su and vals.keys() - {"reason"}:
            self._check_state("draft", "distribute")
        res = super().write(vals)
        if "from_user_id" in vals:
            self._check_company_of_user()
        return res

    def _check_company_of_user(self):
        """:raise UserError: the user does not work in the company of the hand-over"""
        for record in self:
            # sudo: the companies of a user are asked for the refusal only
            if record.company_id not in record.from_user_id.sudo().company_ids:
                raise UserError(
                    self.env._(
                        "%(user)s does not work in %(company)s.",
                        user=record.from_user_id.name,
                        company=record.company_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_run(self):
        for record in self:
            if record.date_start:
                raise UserError(
                    self.env._("%s has been run: its record is kept.", record.display_name),
                )

    # ------------------------------------------------------
    # Steps
    # ------------------------------------------------------

    def action_collect(self):
        """Find everything that hangs on the user. Nothing is handed over yet."""
        self.ensure_one()
        self._check_head()
        self._check_state("draft", "distribute", "incomplete")
        if self.scope == "clients" and not self.client_ids:
            raise UserError(self.env._("Choose the clients to hand over."))
        self._collect()
        if not self._count_lines([]):
            raise UserError(
                self.env._("Nothing hangs on %s: there is nothing to hand over.", self.from_user_id.name)
            )
        self._step({"state": "distribute", "failure": False})
        self._propose_rules()

    def action_distribute(self):
        """Choose the receivers as the form says; they can be changed line by line."""
        self.ensure_one()
        self._check_head()
        self._check_state("distribute")
        self._distribute()

    def action_preview(self):
        """Show what each receiver would get. Nothing is handed over yet."""
        self.ensure_one()
        self._check_head()
        self._check_state("distribute")
        self._check_distributed()
        self._step({"state": "preview", "failure": False})

    def action_back(self):
        """Go back to the distribution, or to the choice of the user while nothing is handed over."""
        self.ensure_one()
        self._check_head()
        self._check_state("distribute", "preview")
        if self.state == "preview":
            self._step({"state": "distribute"})
            return
        if self.date_start:
            raise UserError(self.env._("A part is handed over already: the user stays."))
        # sudo: nothing was handed over, so nothing is lost with the lines
        self.sudo().line_ids.unlink()
        self.sudo().count_ids.unlink()
        self._step({"state": "draft"})

    def action_run(self):
        """Hand over what the preview has shown."""
        self.ensure_one()
        self._check_head()
        self._check_state("preview")
        self._check_alone()
        self._collect()
        self._check_distributed()
        self._step(
            {
                "state": "running",
                "failure": False,
                "run_user_id": self.env.uid,
                "date_start": self.date_start or fields.Datetime.now(),
                "date_end": False,
                "progress_done": self._count_lines([("state", "=", "done")]),
                "progress_total": self._count_lines([]),
            }
        )
        self._start()

    def action_stop(self):
        """Stop after the batch that is being worked on. What is handed over stays so."""
        self.ensure_one()
        self._check_head()
        self._check_state(*BUSY)
        self._step({"state": self._batch_stopped_state()})

    def _check_alone(self):
        """:raise UserError: another hand-over from this user is under way"""
        domain = [
            ("from_user_id", "=", self.from_user_id.id),
            ("state", "in", BUSY),
            ("id", "!=", self.id),
        ]
        # sudo: one at a time, whichever company runs it
        if self.sudo().search_count(domain, limit=1):
            raise UserError(
                self.env._("Another hand-over from %s is running. Wait for its end.", self.from_user_id.name)
            )

    def _count_lines(self, domain):
        return self.env["sales.handover.line"].search_count([("handover_id", "=", self.id), *domain])

    def _followers(self, model, ids, partners):
        """:return: the followers of these documents among ``partners``"""
        # sudo: who follows is part of what is handed over
        Followers = self.env["mail.followers"].sudo()
        domain = [("res_model", "=", model), ("res_id", "in", ids), ("partner_id", "in", partners.ids)]
        return Followers.search_fetch(domain, ["res_id", "partner_id"])

    def _is_followed(self, model):
        return "message_follower_ids" in self.env[model]._fields

    def _remember_followers(self, model, items, giver, receiver):
        """Write down who of both follows the items' documents before they change hands."""
        if not items or not self._is_followed(model):
            return
        followers = self._followers(model, items.mapped("res_id"), giver | receiver)
        for partner, name in ((giver, "giver_followed"), (receiver, "receiver_followed")):
            ids = set(followers.filtered(lambda f, partner=partner: f.partner_id == partner).mapped("res_id"))
            changed = items.filtered(lambda item, ids=ids, name=name: item[name] != (item.res_id in ids))
            for follows, others in changed.grouped(name).items():
                others.write({name: not follows})

    def _follow_instead(self, model, ids, old, new):
        """``new`` follows these documents, with what ``old`` wanted to hear of; ``old`` does no more."""
        if not ids or not self._is_followed(model):
            return
        followers = self._followers(model, ids, old | new)
        of_old = followers.filtered(lambda follower: follower.partner_id == old)
        followed = set((followers - of_old).mapped("res_id"))
        twice = of_old.filtered(lambda follower: follower.res_id in followed)
        (of_old - twice).write({"partner_id": new.id})
        followed |= set(of_old.mapped("res_id"))
        twice.unlink()
        missing = [res_id for res_id in ids if res_id not in followed]
        if missing:
            followers._sales_follow(self._part(model).browse(missing), new)

    def _follow_again(self, model, items, giver, receiver):
        """Undo: each follows again who did so before."""
        if not items or not self._is_followed(model):
            return
        both = items.filtered("receiver_followed")
        self._follow_instead(model, (items - both).mapped("res_id"), receiver, giver)
        self._follow_too(model, both.filtered("giver_followed").mapped("res_id"), giver)
        self._followers(
            model, items.filtered(lambda item: not item.giver_followed).mapped("res_id"), giver
        ).unlink()

    def _follow_too(self, model, ids, partner):
        if ids:
            # sudo: who follows is part of what is given back
            self.env["mail.followers"].sudo()._sales_follow(self._part(model).browse(ids), partner)

    # ------------------------------------------------------
    # Documents that stay: won deals, invoiced orders, invoices
    # ------------------------------------------------------

    def _follow_history(self, lines, giver, receiver):
        """The old manager hears no more of the clients' finished documents, the new one does."""
        lines = lines.filtered("client_id")
        line_of = {line.client_id.id: line for line in lines}
        remembered = {line: {} for line in lines}
        family = self._part("res.partner").search(
            [("commercial_partner_id", "in", lines.client_id.ids)], order="id"
        )
        for model in self.env["mail.activity"]._client_document_models():
            Document = self._part(model)
            if model == "res.partner" or not family or not self._is_followed(model):
                continue
            documents = Document._search(Document._sales_client_domain(family))
            followed = self._followers(model, documents, giver | receiver)
            ids = set(followed.filtered(lambda f: f.partner_id == giver).mapped("res_id"))
            both = ids & set(followed.filtered(lambda f: f.partner_id == receiver).mapped("res_id"))
            clients = self.env["mail.activity"]._clients_of_documents(Document.browse(sorted(ids)))
            ids = [res_id for res_id in sorted(ids) if res_id in clients and clients[res_id].id in line_of]
            for res_id in ids:
                line = line_of[clients[res_id].id]
                remembered[line].setdefault(model, []).append([res_id, res_id in both])
            followers = followed.filtered(lambda f, ids=set(ids): f.partner_id == giver and f.res_id in ids)
            twice = followers.filtered(lambda f, both=both: f.res_id in both)
            (followers - twice).write({"partner_id": receiver.id})
            twice.unlink()
        for line, followed in remembered.items():
            if (line.followed or {}) != followed:
                line.followed = followed or False

    def _follow_history_again(self, lines, giver, receiver):
        """Undo of :meth:`_follow_history`, for the documents that the receiver still follows."""
        remembered = {}
        for line in lines:
            for model, rows in (line.followed or {}).items():
                for res_id, both in rows:
                    remembered.setdefault(model, ([], []))[bool(both)].append(res_id)
        for model, (alone, both) in remembered.items():
            if model not in self.env:
                continue
            domain = Domain("id", "in", alone + both)
            exists = set(self._part(model)._search(domain).get_result_ids())
            self._follow_instead(model, [res_id for res_id in alone if res_id in exists], receiver, giver)
            self._follow_too(model, [res_id for res_id in both if res_id in exists], giver)
