from odoo import api, models
from odoo.tools import SQL

from ...tools.filling import Filling
from .sales_handover import QUIET


class SalesHandover(models.Model):
    """What hangs on the user: found, written down per client, counted.

    Each record found is a row of ``sales.handover.item`` on the line of its client. Looking again
    keeps the lines and their receivers, adds what is new and drops what is no longer his.
    """

    _inherit = "sales.handover"

    @api.model
    def _kind_labels(self):
        """:return: dict (model, kind) -> label, in the order in which they are shown"""
        Part = self.env["sales.handover.part"]
        return {
            (model, kind): label
            for model in Part._handover_parts()
            for kind, label in self.env[model]._handover_kinds().items()
        }

    def _part(self, model):
        """:return: the model with all rights, quiet, within the company of the hand-over"""
        # sudo: the head hands over everything, also what he doesn't see; his right was checked
        return self.env[model].sudo().with_context(**QUIET, allowed_company_ids=self.company_id.ids)

    def _find(self, user):
        """:return: list of (model, id, kind, root model, root id) of what hangs on ``user``"""
        found = []
        chosen = set(self.client_ids.ids) if self.scope == "clients" else None
        for model in self.env["sales.handover.part"]._handover_parts():
            records = self._part(model)._handover_found(user, self.company_id)
            roots, kinds = records._handover_roots(), records._handover_kind()
            for record in records.ids:
                root = roots[record]
                if chosen is None or (root[0] == "res.partner" and root[1] in chosen):
                    found.append((model, record, kinds[record], *root))
        return found

    def _collect(self, late=False):
        """Bring lines, items and counts to what hangs on the user now.

        :param bool late: while it is running: only what is new is added
        :return: the records that are left on the user, as :meth:`_find` gives them
        """
        self.ensure_one()
        found = self._find(self.from_user_id)
        if not late:
            self._drop_items(found)
        lines = self._ensure_lines(found, late)
        added = self._add_items(found, lines, late)
        if late:
            known = set(added)
            return [row for row in found if row[:2] not in known]
        self._drop_empty_lines()
        self._count_found(found)
        return found

    def _drop_items(self, found):
        """Forget what is no longer his; what was handed over and hangs on him again is found anew."""
        # sudo: items are written by the server only
        items = self.env["sales.handover.item"].sudo()
        current = {row[:2] for row in found}
        domain = [("handover_id", "=", self.id), ("state", "in", ["found", "moved", "gone"])]
        existing = items.search_fetch(domain, ["res_model", "res_id", "state"])
        again = existing.filtered(
            lambda item: item.state != "found" and (item.res_model, item.res_id) in current
        )
        again.write({"state": "found"})
        again.line_id.write({"state": "pending", "told": False})
        existing.filtered(
            lambda item: item.state == "found" and (item.res_model, item.res_id) not in current
        ).unlink()

    def _ensure_lines(self, found, late):
        """:return: dict (root model, root id) -> line; while running no line is added, nobody has
        chosen its receiver
        """
        # sudo: lines are created by the server only
        Line = self.env["sales.handover.line"].sudo()
        existing = Line.search_fetch([("handover_id", "=", self.id)], ["res_model", "res_id"])
        lines = {(line.res_model, line.res_id): line for line in existing}
        if late:
            return lines
        missing = {row[3:] for row in found} - lines.keys()
        own = {row[:2] for row in found}
        values = [
            line
            for model in sorted({root[0] for root in missing})
            for line in self._prepare_lines(model, [root[1] for root in missing if root[0] == model], own)
        ]
        for line in Line.create(values):
            lines[line.res_model, line.res_id] = line
        return lines

    def _prepare_lines(self, model, ids, own):
        """:param own: pairs (model, id) that themselves hang on the user
        :return: list of values of the lines of these roots
        """
        parts = self.env["sales.handover.part"]._handover_parts()
        order = parts.index(model) if model in parts else len(parts)
        records = self._part(model).browse(ids) if model in self.env else []
        clients = model == "res.partner"
        return [
            {
                "handover_id": self.id,
                "sequence": order,
                "res_model": model,
                "res_id": record.id,
                "name": record._handover_title() if model in parts else record.display_name,
                "own": (model, record.id) in own,
                "client_id": clients and record.id,
                "client_class": clients and record.client_class,
                "state_id": clients and record.state_id.id,
                "country_id": clients and record.country_id.id,
            }
            for record in records
        ]

    def _add_items(self, found, lines, late):
        """:return: pairs (model, id) that were not known before and have a receiver"""
        rows = [
            (lines[row[3:]].id, *row[:3])
            for row in found
            if row[3:] in lines and (not late or lines[row[3:]].receiver_id)
        ]
        if not rows:
            return []
        self.env.flush_all()
        line_ids, res_models, ids, kinds = map(list, zip(*rows, strict=True))
        added = self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_handover_item (handover_id, line_id, res_model, res_id, kind, state,
                                                 late)
                SELECT %s, line_id, res_model, res_id, kind, 'found', %s
                  FROM unnest(%s::int[], %s::text[], %s::int[], %s::text[])
                       AS found(line_id, res_model, res_id, kind)
                ON CONFLICT (handover_id, res_model, res_id) %s
                RETURNING res_model, res_id, line_id
                """,
                self.id,
                late,
                line_ids,
                res_models,
                ids,
                kinds,
                # A deal may have got another client since the last look
                SQL("DO NOTHING")
                if late
                else SQL(
                    "DO UPDATE SET line_id = EXCLUDED.line_id, kind = EXCLUDED.kind "
                    "WHERE sales_handover_item.state = 'found'"
                ),
            )
        )
        Filling(self.env, "sales.handover.item").add(len(added))
        self.env["sales.handover.item"].invalidate_model()
        self.env["sales.handover.line"].invalidate_model(["item_ids"])
        # sudo: lines are written by the server only
        reopened = self.env["sales.handover.line"].sudo().browse({row[2] for row in added})
        reopened.filtered(lambda line: line.state != "pending").write({"state": "pending", "told": False})
        return [row[:2] for row in added]

    def _drop_empty_lines(self):
        """A line of which nothing hangs on him any more and nothing was handed over."""
        domain = [("handover_id", "=", self.id), ("state", "=", "pending"), ("item_ids", "=", False)]
        # sudo: lines are deleted by the server only
        self.env["sales.handover.line"].sudo().search(domain).unlink()

    # ------------------------------------------------------
    # Counts
    # ------------------------------------------------------

    def _count_found(self, found):
        """Write down how much hangs on him: before the run, or before it goes on after a stop."""
        moved = self._count_items("res_model", "kind", states=["moved", "gone"], late=False)
        before = {}
        for row in found:
            before[row[0], row[2]] = before.get((row[0], row[2]), 0) + 1
        details = self._details_of(found)
        # sudo: counts are written by the server only
        counts = self.sudo().count_ids
        counts.unlink()
        counts.create(
            [
                {
                    "handover_id": self.id,
                    "sequence": number,
                    "res_model": model,
                    "kind": kind,
                    "details": details.get((model, kind)),
                    "before": before.get((model, kind), 0) + moved.get((model, kind), 0),
                }
                for number, (model, kind) in enumerate(self._kind_labels())
                if (model, kind) in before or (model, kind) in moved
            ]
        )

    def _details_of(self, found):
        """:return: dict (model, kind) -> what the part says about its records"""
        ids = {}
        for row in found:
            ids.setdefault((row[0], row[2]), []).append(row[1])
        return {key: self._part(key[0]).browse(records)._handover_details() for key, records in ids.items()}

    def _count_items(self, *groupby, states=(), late=None):
        """:return: dict of the items' count by ``groupby``"""
        domain = [("handover_id", "=", self.id)]
        if states:
            domain.append(("state", "in", states))
        if late is not None:
            domain.append(("late", "=", late))
        rows = self.env["sales.handover.item"]._read_group(domain, groupby, ["__count"])
        return {tuple(row[:-1]): row[-1] for row in rows}

    def _write_counts(self, figures):
        """:param dict figures: name of a count field -> dict (model, kind) -> number"""
        # sudo: counts are written by the server only
        counts = {(count.res_model, count.kind): count for count in self.sudo().count_ids}
        labels = list(self._kind_labels())
        for key in {key for numbers in figures.values() for key in numbers} - counts.keys():
            counts[key] = self.sudo().count_ids.create(
                {
                    "handover_id": self.id,
                    "sequence": labels.index(key) if key in labels else len(labels),
                    "res_model": key[0],
                    "kind": key[1],
                }
            )
        for key, count in counts.items():
            count.write({name: numbers.get(key, 0) for name, numbers in figures.items()})
