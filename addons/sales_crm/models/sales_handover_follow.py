from odoo import models
from odoo.fields import Domain


class SalesHandover(models.Model):
    """Followers of what changes hands: the new manager in the old one's place.

    ``old``, ``new``, ``giver`` and ``receiver`` are partners here: partners follow.
    """

    _inherit = "sales.handover"  # pylint: disable=consider-merging-classes-inherited

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
            items.filtered(lambda item, ids=ids: item.res_id in ids).write({name: True})
            items.filtered(lambda item, ids=ids: item.res_id not in ids).write({name: False})

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
            followers._insert_followers(model, missing, new.ids)

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
            self._followers(model, ids, partner)._insert_followers(model, ids, partner.ids)

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
