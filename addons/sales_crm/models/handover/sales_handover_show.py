from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.alike import write_alike


class SalesHandover(models.Model):
    """How a hand-over is shown and told: tables, the clients' history, one message per receiver."""

    _inherit = "sales.handover"

    preview_html = fields.Html("Who Gets What", compute="_compute_preview_html", sanitize=False)
    content_html = fields.Html("What Hangs on Him", compute="_compute_preview_html", sanitize=False)
    line_count = fields.Integer("Clients and Documents", compute="_compute_figures")
    item_count = fields.Integer("Records", compute="_compute_figures")
    open_line_count = fields.Integer("Without a Receiver", compute="_compute_figures")
    receiver_count = fields.Integer("Number of Receivers", compute="_compute_figures")
    client_count = fields.Integer("Chosen", compute="_compute_client_count")

    @api.depends("client_ids")
    def _compute_client_count(self):
        for record in self:
            record.client_count = len(record.client_ids)

    @api.depends("line_ids.receiver_id", "line_ids.state", "state")
    def _compute_figures(self):
        Line, Item = self.env["sales.handover.line"], self.env["sales.handover.item"]
        of_these = ("handover_id", "in", self.ids)
        lines = {
            record: (count, len(receivers) - (None in receivers))
            for record, count, receivers in Line._read_group(
                [of_these], ["handover_id"], ["__count", "receiver_id:array_agg_distinct"]
            )
        }
        unassigned = dict(
            Line._read_group(
                [of_these, ("receiver_id", "=", False), ("state", "=", "pending")],
                ["handover_id"],
                ["__count"],
            )
        )
        items = dict(Item._read_group([of_these], ["handover_id"], ["__count"]))
        for record in self:
            record.line_count, record.receiver_count = lines.get(record._origin, (0, 0))
            record.item_count = items.get(record._origin, 0)
            record.open_line_count = unassigned.get(record._origin, 0)

    # ------------------------------------------------------
    # Tables
    # ------------------------------------------------------

    @api.depends("line_ids.receiver_id", "line_ids.state", "count_ids", "state")
    def _compute_preview_html(self):
        for record in self:
            record.preview_html = self.env["ir.qweb"]._render(
                "sales_crm.handover_matrix", {"table": record._matrix()}
            )
            record.content_html = self.env["ir.qweb"]._render(
                "sales_crm.handover_content", {"handover": record}
            )

    def _matrix(self):
        """Who gets how many of what.

        :return: dict: ``columns`` labels, ``rows`` of (user, numbers, classes), ``total`` numbers
        """
        self.ensure_one()
        labels = self._kind_labels()
        counts = self.env["sales.handover.item"]._read_group(
            [("handover_id", "in", self.ids), ("line_id.receiver_id", "!=", False)],
            ["line_id", "res_model", "kind"],
            ["__count"],
        )
        numbers, total, classes = {}, {}, {}
        for line, model, kind, count in counts:
            receiver = line.receiver_id
            mine = numbers.setdefault(receiver, {})
            mine[model, kind] = mine.get((model, kind), 0) + count
            total[model, kind] = total.get((model, kind), 0) + count
            if kind == "client" and line.client_class:
                of_class = classes.setdefault(receiver, {})
                of_class[line.client_class] = of_class.get(line.client_class, 0) + 1
        used = [key for key in labels if key in total]
        receivers = sorted(numbers, key=lambda user: (-sum(numbers[user].values()), user.name or ""))
        return {
            "columns": [labels[key] for key in used],
            "rows": [
                (
                    receiver,
                    [numbers[receiver].get(key, 0) for key in used],
                    ", ".join(f"{name} {count}" for name, count in sorted(classes.get(receiver, {}).items())),
                )
                for receiver in receivers
            ],
            "total": [total[key] for key in used],
        }

    # ------------------------------------------------------
    # History and messages
    # ------------------------------------------------------

    def _log_change(self, lines, old, new):
        """Write the change of manager into the history of the clients and documents of these lines."""
        body = Markup("%s") % self.env._(
            "Manager changed from %(old)s to %(new)s, hand-over %(number)s",
            old=old.name,
            new=new.name,
            number=self.id,
        )
        for model, of_model in lines.grouped("res_model").items():
            if self._is_followed(model):
                # The model without QUIET: a note is what is wanted here
                documents = self.env[model].browse(of_model.mapped("res_id")).sudo(False)
                self.env["mail.message"]._sales_log_alike(documents, body)

    def _tell_receivers(self):
        """One message to each receiver, with the list of what he has got."""
        # sudo: lines are written by the server only
        lines = self.sudo().line_ids.filtered(lambda line: line.state == "done" and not line.told)
        for receiver, of_receiver in lines.grouped("receiver_id").items():
            env = self.with_context(lang=receiver.lang).env
            self._tell(
                receiver,
                env._(
                    "%(giver)s's clients are yours now: %(count)s",
                    giver=self.from_user_id.name,
                    count=len(of_receiver),
                ),
                env._("Handed over by %s. You follow them from now on.", self.run_user_id.name),
                of_receiver,
            )
        write_alike(lines, {"told": True})

    def _tell_of_undo(self):
        """One message to each receiver whose clients went back, and one to whom they went back."""
        # sudo: that they are told only the server writes
        lines = self.sudo().line_ids.filtered(lambda line: line.state == "undone")
        giver = self.from_user_id
        if lines:
            env = self.with_context(lang=giver.lang).env
            self._tell(
                giver,
                env._("Your clients are yours again: %s", len(lines)),
                env._("%s has undone the hand-over.", self.run_user_id.name),
                lines,
            )
        for receiver, of_receiver in lines.grouped("receiver_id").items():
            env = self.with_context(lang=receiver.lang).env
            self._tell(
                receiver,
                env._("Back to %(giver)s: %(count)s clients", giver=giver.name, count=len(of_receiver)),
                env._("%s has undone the hand-over.", self.run_user_id.name),
                of_receiver,
            )

    def _tell(self, user, subject, sentence, lines):
        env = self.with_context(lang=user.lang).env
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=Markup("<p>%s</p>%s") % (sentence, lines.with_env(env(su=True))._told_list()),
        )

    # ------------------------------------------------------
    # Buttons
    # ------------------------------------------------------

    def action_print(self):
        """:return: the report of the hand-over"""
        self.ensure_one()
        self.check_access("read")
        # config=False: the record needs no letterhead that an administrator would have to choose first
        return self.env.ref("sales_crm.report_sales_handover").report_action(self, config=False)

    def action_view_lines(self):
        """:return: the list of clients and documents, where many get their receiver at once"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_handover_line_action"),
            "domain": [("handover_id", "=", self.id)],
        }

    def action_view_items(self):
        """:return: the list of every record and what became of it"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_handover_item_action"),
            "domain": [("handover_id", "=", self.id)],
        }

    # ------------------------------------------------------
    # Ways in
    # ------------------------------------------------------

    @api.model
    def _action_of_clients(self, partners):
        """:param partners: clients or their contacts, all of one manager
        :return: the form of a new hand-over limited to them
        :raise UserError: they have several managers, or none
        """
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only a head of sales may hand over clients."))
        clients = partners.commercial_partner_id.filtered("is_client")
        managers = clients.with_context(active_test=False).user_id
        if len(managers) > 1:
            raise UserError(
                self.env._(
                    "These clients have different managers (%s). Choose clients of one manager at a time.",
                    ", ".join(managers[:5].mapped("name")),
                )
            )
        if not managers:
            raise UserError(
                self.env._(
                    "None of these clients has a manager, so there is nobody to hand over from: enter the "
                    "manager in the clients' cards."
                )
            )
        own = clients.filtered("user_id")
        record = self.create(
            {"from_user_id": managers.id, "scope": "clients", "client_ids": [Command.set(own.ids)]}
        )
        return record._form_action()

    def _form_action(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_handover_action_new"),
            "res_id": self.id,
        }
