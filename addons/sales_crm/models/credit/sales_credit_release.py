from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import date_utils, format_date, formatLang


class SalesCreditRelease(models.Model):
    """A credit controller lets one document past the credit gate: up to an amount, until a day, once.

    Nobody writes this table by himself, not even an administrator: every change is one of the actions
    below, each of which checks who does it. What was decided stays for good.

    What one controller may let through holds for all his releases of a paying client together: many small
    ones are a big one.
    """

    _name = "sales.credit.release"
    _description = "Credit Release"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id DESC"

    _sales_guard_path = "client_id"

    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="restrict")
    document_name = fields.Char("Document", readonly=True)
    client_id = fields.Many2one("res.partner", required=True, readonly=True, index=True)
    buyer_id = fields.Many2one(
        "res.partner", "Goods for", readonly=True, index="btree_not_null", help="Who gets the goods."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("requested", "Asked for"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("used", "Used"),
            ("expired", "Expired"),
        ],
        required=True,
        default="requested",
        readonly=True,
        index=True,
        tracking=True,
    )
    amount = fields.Monetary(
        readonly=True, tracking=True, help="Up to this amount the document may go through."
    )
    date_to = fields.Date("Valid until", required=True, readonly=True, index=True, tracking=True)
    reason = fields.Text("Why It Should Go", required=True, readonly=True)
    obstacles = fields.Text("What Stops It", readonly=True)
    user_id = fields.Many2one("res.users", "Asked by", required=True, readonly=True, index=True)
    approver_id = fields.Many2one("res.users", "Decided by", readonly=True, tracking=True)
    date_decided = fields.Datetime("Decided on", readonly=True)
    decision_note = fields.Text("Decision", readonly=True)
    date_used = fields.Datetime("Used on", readonly=True)
    may_decide = fields.Boolean(compute="_compute_may_decide")
    undecided_reason = fields.Char(
        compute="_compute_undecided_reason", help="Why somebody who is asked may not decide about it himself."
    )

    @api.depends("document_name", "amount")
    def _compute_display_name(self):
        for release in self:
            amount = formatLang(self.env, release.amount, currency_obj=release.currency_id)
            release.display_name = f"{release.document_name}: {amount}"

    @api.depends("state", "amount")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        for release in self:
            release.may_decide = release.state == "requested" and not release._undecided_reason()

    @api.depends("state", "amount")
    @api.depends_context("uid")
    def _compute_undecided_reason(self):
        for release in self:
            asked = release.state == "requested" and release._is_asked()
            release.undecided_reason = asked and release._undecided_reason()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Releases are kept for good: who asked, who decided and why."))

    # ------------------------------------------------------
    # Asking
    # ------------------------------------------------------

    @api.model
    def _ask(self, document, reason, date_to, amount=0):
        """Ask for an exception for a document that the current user may change.

        :param document: a record of ``sales.credit.document``
        :param str reason: why it should go through
        :param date_to: the last day on which it may
        :param float amount: up to which it may grow, in the company's currency, if that is more than now
        :return: the release, with an activity for each controller who may decide
        :raise UserError: nothing stands in the way, or it is asked for already
        """
        document.ensure_one()
        document.check_access("write")
        obstacles = document._credit_reasons_ahead()
        now = document._credit_preview()[2] if document._credit_preview() else 0
        grows = document._credit_company().currency_id.compare_amounts(amount, now) > 0
        if not obstacles and not grows:
            raise UserError(self.env._("Nothing stops %s: no release is needed.", document.display_name))
        if document._credit_releases().filtered(lambda release: release.state == "requested"):
            raise UserError(self.env._("A release of %s is asked for already.", document.display_name))
        self._check_validity(document._credit_company(), date_to)
        # sudo: nobody has the right to write releases; the right to ask was checked above
        release = self.sudo().create(
            {
                **self._prepare_release(document, reason, date_to),
                "amount": max(amount, now),
                "obstacles": "\n".join(obstacle.text for obstacle in obstacles),
            }
        )
        release._tell_controllers()
        return release.sudo(False)

    @api.model
    def _check_validity(self, company, date_to):
        """:raise UserError: no release of this company is good for so long"""
        # sudo: the settings of the company that sells
        days = company.sudo().sales_release_max_days
        if days > 0 and (date_to - company._sales_today()).days > days:
            raise UserError(
                self.env._(
                    "A release is good for %(days)s days at most. Choose a day until %(day)s.",
                    days=days,
                    day=format_date(self.env, date_utils.add(company._sales_today(), days=days)),
                )
            )

    @api.model
    def _prepare_release(self, document, reason, date_to):
        return {
            **document._credit_release_values(),
            "document_name": document.display_name,
            "client_id": document._credit_payer().id,
            "buyer_id": (document._credit_buyers().get(document.id) or document._credit_payer()).id,
            "company_id": document._credit_company().id,
            "date_to": date_to,
            "reason": reason,
            "user_id": self.env.uid,
        }

    def _tell_controllers(self):
        """Each controller who may decide gets an activity; if none may, the one with the highest amount."""
        controllers = self._controllers()
        # who asks doesn't decide
        controllers -= self.user_id
        able = controllers.filtered(lambda user: user.sales_release_limit >= self.amount)
        able = able or controllers.sorted("sales_release_limit")[-1:]
        if not able:
            raise UserError(
                self.env._(
                    "There is no other credit controller who could decide. Ask the administrator to name one "
                    "(Settings → Users)."
                )
            )
        for user in able:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Release: %s", self.display_name),
                note=self.reason,
                user_id=user.id,
            )

    @api.model
    def _controllers(self):
        group = self.env.ref("sales_crm.group_credit_controller")
        # sudo: who is a controller is no secret
        users = group.sudo().all_user_ids
        return users.filtered(lambda user: user.active and self.company_id in user.company_ids)

    # ------------------------------------------------------
    # Deciding
    # ------------------------------------------------------

    def action_approve(self, note=False):
        """A controller lets the documents go through.

        :raise AccessError: he is none, or has asked himself, or the amount is above his own, alone or with
            what he has let through for the same client already; see :meth:`_open_amount`
        :raise UserError: it would be good for longer than the company allows
        """
        # one after the other: each counts for the next
        for release in self:
            release._check_may_decide()
            self._check_validity(release.company_id, release.date_to)
            release._check_open_amount()
            release._decide("approved", note)

    def action_refuse(self, note=False):
        """A controller refuses; who asked is told why."""
        for release in self:
            release._check_may_decide()
        self._decide("refused", note)

    def _check_may_decide(self):
        self.check_access("read")
        if self.state != "requested":
            raise UserError(self.env._("%s has been decided already.", self.display_name))
        reason = self._undecided_reason()
        if reason:
            raise AccessError(reason)

    def _is_asked(self):
        """:return: whether the current user may take this request for his to decide"""
        # sudo: his own activities, also where others' aren't for him
        return (
            self.env.user.has_group("sales_crm.group_credit_controller")
            or self.env.user.has_group("sales_crm.group_head")
            or self.env.user in self.sudo().activity_ids.user_id
        )

    def _undecided_reason(self):
        """:return: why the current user may not decide about this request, or False"""
        if not self.env.user.has_group("sales_crm.group_credit_controller"):
            return self.env._(
                "Only a credit controller decides about releases: %s.",
                ", ".join(self._controllers().sorted("name").mapped("name")) or self.env._("nobody yet"),
            )
        if self.user_id == self.env.user:
            return self.env._("You have asked for this release yourself. Another controller has to decide.")
        if self.currency_id.compare_amounts(self.amount, self._own_amount()) > 0:
            return self.env._(
                "%(amount)s is above your own amount of %(limit)s. Another controller has to decide.",
                amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
                limit=formatLang(self.env, self._own_amount(), currency_obj=self.currency_id),
            )
        return False

    def _own_amount(self, user=None):
        """:return: up to how much the current user, or ``user``, may approve, in the release's currency"""
        user = user or self.env.user
        # sudo: a controller's amount
        limit = user.sudo().sales_release_limit
        company = user.company_id
        own = company.currency_id._convert(limit, self.currency_id, company, company._sales_today())
        # sudo: the settings of the company that sells hold for every controller
        most = self.company_id.sudo().sales_release_max_amount
        return min(own, most) if most > 0 else own

    def _decide(self, state, note):
        # sudo: nobody has the right to write releases; the right to decide was checked by the caller
        for release in self.sudo():
            release.lock_for_update()
            release.write(
                {
                    "state": state,
                    "approver_id": self.env.uid,
                    "date_decided": fields.Datetime.now(),
                    "decision_note": note,
                }
            )
            # sudo: the request ends with its decision, whether or not there is a next step with the client
            release.activity_ids.sudo().action_feedback(feedback=note or "")
            release.message_notify(
                partner_ids=release.user_id.partner_id.ids,
                subject=release.display_name,
                body=release._decision_text(),
            )

    def _decision_text(self):
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        return f"{self.document_name}: {state}. {self.decision_note or ''}".strip()

    # ------------------------------------------------------
    # Using
    # ------------------------------------------------------

    def _covers(self, amount, payer_id, buyer_id, states=("approved",)):
        """:param float amount: in the company's currency
        :param payer_id: who will owe it
        :param buyer_id: who gets the goods
        :return: whether this release lets a document of that amount, for them, through now
        """
        return (
            self.state in states
            and self.client_id.id == payer_id
            and (self.buyer_id or self.client_id).id == buyer_id
            and self.date_to >= self.company_id._sales_today()
            and self.currency_id.compare_amounts(amount, self.amount) <= 0
        )

    def _use(self):
        self.lock_for_update()
        self.write({"state": "used", "date_used": fields.Datetime.now()})

    @api.model
    def _cron_expire(self):
        """Releases that nobody used in time are closed, and requests that nobody decided."""
        waiting = [("state", "in", ["requested", "approved"])]
        for (company,) in self._read_group(waiting, ["company_id"]):
            late = self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", ["requested", "approved"]),
                    ("date_to", "<", company._sales_today()),
                ]
            )
            late.write({"state": "expired"})
            late.activity_ids.action_feedback(
                feedback=self.env._("Expired on %s", format_date(self.env, company._sales_today()))
            )

    def action_open_document(self):
        """:return: the action that opens the document which the release is for"""
        self.ensure_one()
        return self._document().get_formview_action()

    def _document(self):
        """:return: the document that the release is for"""
        return self.order_id
