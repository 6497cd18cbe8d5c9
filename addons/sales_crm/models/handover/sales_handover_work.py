from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.alike import write_alike
from .sales_handover import BUSY

BATCH = 500  # clients with all that hangs on them, in one transaction


class SalesHandover(models.Model):
    """The work: batches of clients of one receiver.

    The number of queries of a batch does not depend on how many clients it has.
    """

    _inherit = "sales.handover"

    _batch_cron = "sales_crm.ir_cron_handover"

    @api.model
    def _batch_states(self):
        return BUSY

    def _batch_user(self):
        return self.run_user_id

    def _batch_stopped_state(self):
        return "distribute" if self.state == "running" else "incomplete"

    def _batch_do(self, memory):
        self._check_head()
        return self._batch()

    # ------------------------------------------------------
    # A batch
    # ------------------------------------------------------

    def _batch(self):
        """:return: number of lines worked on, 0 at the end"""
        undo = self.state == "undoing"
        lines = self._next_lines("done" if undo else "pending")
        if not lines:
            return self._finish_undo() if undo else self._finish()
        if undo:
            self._check_user_may_receive(self.from_user_id)
            self._give_back(lines)
        else:
            self._check_receiver(lines.receiver_id)
            self._hand_over(lines)
        self._step({"progress_done": self.progress_done + len(lines)})
        return len(lines)

    def _next_lines(self, state):
        """:return: the next lines to work on, all of one receiver"""
        # sudo: lines are written by the server only; the right to hand over was checked
        Line = self.env["sales.handover.line"].sudo()
        domain = [("handover_id", "=", self.id), ("state", "=", state)]
        first = Line.search(domain, order="receiver_id, id", limit=1)
        if not first:
            return first
        return Line.search([*domain, ("receiver_id", "=", first.receiver_id.id)], order="id", limit=BATCH)

    def _items_by_model(self, lines, state):
        """:return: dict model -> items of these lines, in the order of the parts"""
        items = lines.env["sales.handover.item"].search_fetch(
            [("line_id", "in", lines.ids), ("state", "=", state)],
            ["line_id", "res_model", "res_id", "memory", "giver_followed", "receiver_followed"],
        )
        grouped = items.grouped("res_model")
        parts = self.env["sales.handover.part"]._handover_parts()
        return {model: grouped[model] for model in parts if model in grouped}

    def _hand_over(self, lines):
        """Give the clients of these lines and all that hangs on them to their receiver."""
        giver, receiver = self.from_user_id, lines.receiver_id
        by_model = self._items_by_model(lines, "found")
        # All are found before the first is written: a client takes its contacts along
        still_his = {
            model: self._part(model).search(
                self.env[model]._handover_domain(giver) & Domain("id", "in", items.mapped("res_id"))
            )
            for model, items in by_model.items()
        }
        moved = lines.env["sales.handover.item"]
        for model, items in by_model.items():
            records = still_his[model]
            taken = items.filtered(lambda item, ids=set(records.ids): item.res_id in ids)
            write_alike(items - taken, {"state": "gone"})
            write_alike(taken, {"state": "moved"})
            self._remember_followers(model, taken, giver.partner_id, receiver.partner_id)
            memories = records._handover_receive(giver, receiver) if records else {}
            for item in taken:
                if (item.memory or {}) != (memories.get(item.res_id) or {}):
                    item.memory = memories.get(item.res_id) or False
            self._follow_instead(model, taken.mapped("res_id"), giver.partner_id, receiver.partner_id)
            self._check_handed(model, records, giver)
            moved |= taken
        roots = self._roots_among(lines, moved)
        self._follow_history(roots, giver.partner_id, receiver.partner_id)
        self._log_change(roots, giver, receiver)
        write_alike(lines, {"state": "done"})

    def _roots_among(self, lines, items):
        """:return: those of ``lines`` whose client or document itself is one of ``items``"""
        found = {(item.res_model, item.res_id) for item in items}
        return lines.filtered(lambda line: (line.res_model, line.res_id) in found)

    def _check_handed(self, model, records, giver):
        """:raise UserError: the part has not done what it says; the batch is taken back"""
        left = self._part(model).search_count(
            self.env[model]._handover_domain(giver) & Domain("id", "in", records.ids)
        )
        if left:
            raise UserError(
                self.env._(
                    "%(count)s records of “%(part)s” could not be handed over. Tell your administrator.",
                    count=left,
                    part=self.env["ir.model"]._get(model).name,
                )
            )

    # ------------------------------------------------------
    # The end
    # ------------------------------------------------------

    def _finish(self):
        """Look once more, reconcile, tell the receivers.

        :return: number of lines that have got something new meanwhile: they are still to be done
        """
        left = self._collect(late=True)
        again = self._count_lines([("state", "=", "pending")])
        if again:
            self._step({"progress_done": max(self.progress_done - again, 0)})
            return again
        figures = {
            "late": self._count_items("res_model", "kind", late=True),
            "moved": self._count_items("res_model", "kind", states=["moved"]),
            "gone": self._count_items("res_model", "kind", states=["gone"]),
            "left": {},
        }
        for row in left:
            figures["left"][row[0], row[2]] = figures["left"].get((row[0], row[2]), 0) + 1
        self._write_counts(figures)
        self._step({"state": "incomplete" if left else "done", "date_end": fields.Datetime.now()})
        self._tell_receivers()
        return 0
