from markupsafe import Markup

from odoo import api, models
from odoo.tools import is_html_empty

from ...tools.partner_keys import person_keys

ADDRESS = ("street", "street2", "city", "state_id", "zip", "country_id")
# What is kept elsewhere: as a further phone or mail, as an address, in the note, by a rule of its own
KEPT_ELSEWHERE = {*ADDRESS, "phone", "email", "comment", "do_not_call", "do_not_call_reason", "name"}
TOLD_TYPES = ("char", "text", "selection", "date", "many2one", "integer", "float", "monetary")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """What stands on both cards differently is kept: a second address as an address of the client, notes one
    below the other, contacts with the same name as one contact, the rest in the chatter.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def action_merge(self):
        """From the list of duplicates one goes back to it: core offers to look for other duplicates."""
        res = super().action_merge()
        if self.env.context.get("sales_merge_pair"):
            return {"type": "ir.actions.act_window_close"}
        return res

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # sudo: what is kept is the same whoever merges
        partners = self.env["res.partner"].browse(partner_ids).exists().sudo()
        cards = [self._card_said(partner) for partner in partners]
        res = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        merged = partners.exists()
        merged.invalidate_recordset()
        if len(merged) == 1 < len(cards):
            others = [card for card in cards if card["id"] != merged.id]
            self._keep_notes(merged, cards)
            self._keep_addresses(merged, others)
            self._log_rest(merged, others)
            self._join_namesakes(merged, cards)
        return res

    @api.model
    def _card_said(self, partner):
        """:return: dict of what a card says before the merge"""
        contacts = partner.with_context(active_test=False).child_ids
        return {
            "id": partner.id,
            "name": partner.name or "",
            "comment": partner.comment,
            "address": {name: partner[name] for name in ADDRESS},
            "values": {name: self._shown_value(partner, name) for name in self._told_fields(partner)},
            "contacts": contacts.filtered(
                lambda contact: contact.type == "contact" and not contact.is_company and not contact.is_client
            ),
        }

    @api.model
    def _told_fields(self, partner):
        """:return: names of the fields that somebody has filled in, so that nothing of them is lost"""
        return [
            name
            for name, field in partner._fields.items()
            if field.type in TOLD_TYPES
            and (field.store or field.company_dependent)
            and not (field.readonly or field.groups or field.related)
            and not (field.type == "many2one" and field.comodel_name == "res.partner")
            and name not in KEPT_ELSEWHERE
        ]

    @api.model
    def _shown_value(self, partner, name):
        field, value = partner._fields[name], partner[name]
        if field.type == "many2one":
            return value.display_name if value else ""
        if field.type == "selection" and value:
            return dict(field._description_selection(self.env)).get(value, value)
        return str(value) if value else ""

    @api.model
    def _keep_notes(self, merged, cards):
        notes = [merged.comment, *(card["comment"] for card in cards)]
        notes = list(dict.fromkeys(note for note in notes if note and not is_html_empty(note)))
        if len(notes) > 1:
            merged.comment = Markup().join(notes)

    @api.model
    def _keep_addresses(self, merged, others):
        """An address that differs is one more address of the client; of a contact it is told only."""
        for card in others:
            address = card["address"]
            own = {name: merged[name] for name in ADDRESS}
            if not (address["street"] or address["city"]) or self._same_address(address, own):
                continue
            if merged.parent_id:
                self._log(merged, card, {self.env._("Address"): self._one_line(address)})
                continue
            kept = merged.child_ids.filtered(lambda child: child.type != "contact")
            if not any(self._same_address(address, child) for child in kept):
                values = {name: getattr(value, "id", value) for name, value in address.items()}
                merged.create({**values, "parent_id": merged.id, "type": "other", "name": card["name"]})

    @api.model
    def _same_address(self, one, other):
        return all(
            self._one_line({name: one[name]}) == self._one_line({name: other[name]})
            for name in ("street", "street2", "city")
        )

    @api.model
    def _one_line(self, address):
        values = (getattr(value, "display_name", value) for value in address.values())
        return ", ".join(value.strip() for value in values if value)

    @api.model
    def _log_rest(self, merged, others):
        names = self._told_fields(merged)
        labels = merged.fields_get(names, ["string"])
        for card in others:
            lost = {
                labels[name]["string"]: card["values"][name]
                for name in names
                if card["values"].get(name) and card["values"][name] != self._shown_value(merged, name)
            }
            self._log(merged, card, lost)

    @api.model
    def _log(self, merged, card, values):
        """Write what the other card said and the survivor does not; core says which cards were merged."""
        if not values:
            return
        lines = Markup().join(Markup("<li>%s: %s</li>") % item for item in values.items())
        merged._message_log(
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.env._("Merged with %(name)s (%(id)s). It can't be undone.", **self._named(card)),
                lines,
            )
        )

    @api.model
    def _named(self, card):
        return {"name": card["name"], "id": card["id"]}

    # ------------------------------------------------------
    # Contacts
    # ------------------------------------------------------

    @api.model
    def _join_namesakes(self, merged, cards):
        """Two people of one name on one card stay two: who keeps it has distinguished them. Who can log in
        is joined with nobody.
        """
        cards = sorted(cards, key=lambda card: card["id"] != merged.id)
        known = {}
        for card in cards:
            fresh = {}
            for contact in card["contacts"].exists().filtered(lambda c: not c.user_ids):
                for key in person_keys(contact.name):
                    fresh.setdefault(key, []).append(contact)
            for key, contacts in fresh.items():
                twins = known.get(key, [])
                if len(contacts) == len(twins) == 1 and self._may_be_one(twins[0], contacts[0]):
                    one, other = sorted([twins[0], contacts[0]], key=lambda contact: not contact.active)
                    # sudo: who may merge the clients may merge their contacts
                    self.sudo()._merge((one | other).ids, one, extra_checks=False)
                    known[key] = [one]
                else:
                    known[key] = twins + contacts

    @api.model
    def _may_be_one(self, one, other):
        days = [contact.birthdate_date for contact in (one, other) if contact.birthdate_date]
        return len({(day.month, day.day) for day in days}) <= 1
