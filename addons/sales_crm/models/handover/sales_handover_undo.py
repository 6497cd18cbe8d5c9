from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.alike import write_alike


class SalesHandover(models.Model):
    """The undo: exactly what was handed over comes back, for a number of days.

    What has meanwhile been given on, finished or created anew stays where it is, and is said so.
    """

    _inherit = "sales.handover"

    def action_undo(self):
        """Give back what was handed over, but for what somebody has given on meanwhile."""
        self.ensure_one()
        self._check_head()
        self._check_state("distribute", "incomplete", "done")
        self._check_undo()
        self._check_alone()
        self._step(
            {
                "state": "undoing",
                "failure": False,
                "run_user_id": self.env.uid,
                "progress_done": 0,
                "progress_total": self._count_lines([("state", "=", "done")]),
            }
        )
        self._start()

    def _check_undo(self):
        """:raise UserError: too late, nothing to give back, or nobody to give it to"""
        if not self._count_lines([("state", "=", "done")]):
            raise UserError(self.env._("Nothing was handed over, so nothing can be given back."))
        if not self.can_undo:
            raise UserError(
                self.env._(
                    "%(handover)s could be undone until %(date)s. Start a new hand-over instead.",
                    handover=self.display_name,
                    date=fields.Datetime.context_timestamp(self, self.undo_until).strftime("%Y-%m-%d %H:%M"),
                )
            )
        if not self.from_user_id.active:
            raise UserError(self.env._("%s is archived. Unarchive the user first.", self.from_user_id.name))
        self._check_user_may_receive(self.from_user_id)

    def _give_back(self, lines):
        """Give back what is still as the hand-over has left it; the rest stays where it is.

        A client that was given on takes all of his line along: his deals stay with his manager.
        """
        giver, receiver = self.from_user_id, lines.receiver_id
        by_model = self._items_by_model(lines, "moved")
        unchanged = {
            model: self._part(model).search(
                self._part(model)._handover_handed_domain(giver, receiver)
                & Domain("id", "in", items.mapped("res_id"))
            )
            for model, items in by_model.items()
        }
        kept_lines = self._lines_given_on(lines, by_model, unchanged)
        returned = lines.env["sales.handover.item"]
        for model, items in by_model.items():
            taken = items.filtered(
                lambda item, ids=set(unchanged[model].ids): (
                    item.res_id in ids and item.line_id not in kept_lines
                )
            )
            write_alike(items - taken, {"state": "kept"})
            write_alike(taken, {"state": "returned"})
            if taken:
                records = unchanged[model].browse(taken.mapped("res_id"))
                memories = {item.res_id: item.memory for item in taken}
                records._handover_give_back(giver, receiver, memories)
                self._follow_again(model, taken, giver.partner_id, receiver.partner_id)
            returned |= taken
        roots = self._roots_among(lines - kept_lines, returned)
        self._follow_history_again(roots, giver.partner_id, receiver.partner_id)
        self._log_change(roots, receiver, giver)
        write_alike(kept_lines, {"state": "kept"})
        write_alike(lines - kept_lines, {"state": "undone"})

    def _lines_given_on(self, lines, by_model, unchanged):
        """:return: the lines whose client or document itself belongs to somebody else by now"""
        given_on = lines.browse()
        for model, items in by_model.items():
            ids = set(unchanged[model].ids)
            given_on |= items.filtered(
                lambda item, model=model, ids=ids: (
                    item.res_id not in ids
                    and (model, item.res_id) == (item.line_id.res_model, item.line_id.res_id)
                )
            ).line_id
        return given_on

    def _finish_undo(self):
        """:return: 0: the undo is complete"""
        new = self._count_new()
        self._write_counts(
            {
                "returned": self._count_items("res_model", "kind", states=["returned"]),
                "kept": self._count_items("res_model", "kind", states=["kept"]),
                "new": new,
            }
        )
        self._step(
            {
                "state": "undone",
                "date_undone": fields.Datetime.now(),
                "undo_note": self._undo_sentence(sum(new.values())),
            }
        )
        self._tell_of_undo()
        return 0

    def _count_new(self):
        """:return: dict (model, kind) -> number of records of these clients that the receivers have
        got since, by themselves: they stay
        """
        known = {key[:2] for key in self._count_items("res_model", "res_id")}
        roots = {(line.res_model, line.res_id) for line in self.line_ids if line.state in ("undone", "kept")}
        new = {}
        for receiver in self.line_ids.receiver_id:
            for row in self._find(receiver):
                if row[3:] in roots and row[:2] not in known:
                    new[row[0], row[2]] = new.get((row[0], row[2]), 0) + 1
        return new

    def _undo_sentence(self, new):
        """:return: what the undo has left where it is, in a sentence"""
        kept = self._count_items("handover_id", states=["kept"])
        kept = sum(kept.values())
        if not kept and not new:
            return self.env._("Everything that was handed over is back.")
        return self.env._(
            "Given back, but for %(kept)s records that were given on, finished or deleted since, and "
            "%(new)s that were created or received since: they stay where they are.",
            kept=kept,
            new=new,
        )
