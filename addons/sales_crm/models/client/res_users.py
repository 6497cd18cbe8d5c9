from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError


class ResUsers(models.Model):
    _inherit = "res.users"

    # ------------------------------------------------------
    # A departure loses nothing
    # ------------------------------------------------------

    def _handover_left(self):
        """:return: dict user -> dict label -> number of what still hangs on him, in any company"""
        Part = self.env["sales.handover.part"]
        left = {}
        for model in Part._handover_parts():
            # sudo: what hangs on the user counts, whoever archives him
            Model = self.env[model].sudo().with_context(active_test=False)
            labels = Model._handover_kinds()
            for user in self:
                for kind in Model._handover_found(user)._handover_kind().values():
                    counts = left.setdefault(user, {})
                    counts[labels[kind]] = counts.get(labels[kind], 0) + 1
        return left

    def _check_nothing_left(self):
        """:raise RedirectWarning: something hangs on one of these users; a head is led to the hand-over
        :raise UserError: the same for others
        """
        for user, counts in self._handover_left().items():
            message = self.env._(
                "%(user)s still has work that would be lost: %(left)s.",
                user=user.name,
                left=", ".join(f"{label}: {count}" for label, count in counts.items()),
            )
            if not self.env.user.has_group("sales_crm.group_head"):
                way = self.env._("Ask a head of sales to hand it over first: CRM → Sales → Hand-Over.")
                sentences = f"{message}\n{way}"
                raise UserError(sentences)
            way = self.env._("Hand it over to others first.")
            sentences = f"{message}\n{way}"
            raise RedirectWarning(
                sentences,
                self.env.ref("sales_crm.sales_handover_action_new").id,
                self.env._("Hand Over"),
                {"default_from_user_id": user.id},
            )

    def action_sales_handover(self):
        """:return: the form of a new hand-over from this user"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_handover_action_new"),
            "context": {"default_from_user_id": self.id},
        }

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._check_nothing_left()
        return super().write(vals)

    def action_archive(self):
        # Core deletes activities before it writes
        self.filtered("active")._check_nothing_left()
        return super().action_archive()

    def unlink(self):
        self._check_nothing_left()
        # Core's foreign key took every activity of the user away, now only those that are no evidence
        activities = self._sales_activities_of()
        (activities - activities._evidence()).unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        with_history = self._sales_activities_of()._evidence()
        if with_history:
            user = (with_history.user_id | with_history.done_user_id) & self
            raise UserError(
                self.env._(
                    "%s has worked with clients, and the history must keep the name. "
                    "Archive the user instead of deleting.",
                    user[:1].name,
                )
            )

    def _sales_activities_of(self):
        """:return: every activity that was or is assigned to these users or closed by them"""
        # sudo: what hangs on the user counts, whoever deletes him
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        return Activity.search(["|", ("user_id", "in", self.ids), ("done_user_id", "in", self.ids)])

    # ------------------------------------------------------
    # Who is told
    # ------------------------------------------------------

    @api.model
    def _sales_heads(self, company=None):
        """:return: the heads of sales who work here, with all rights; if given, only those of ``company``"""
        # sudo: whoever has something told need not know who the heads are
        heads = self.env.ref("sales_crm.group_head").sudo().all_user_ids
        return heads.filtered(
            lambda head: head.active and not head.share and (not company or company in head.company_ids)
        )

    def _sales_superiors(self):
        """:return: who is told of this user's work: the leader of his team, who need not be a head, else
        every head of his company; never himself
        """
        self.ensure_one()
        leaders = self.sale_team_id.user_id.filtered("active") - self
        return leaders or self._sales_heads(self.company_id) - self
