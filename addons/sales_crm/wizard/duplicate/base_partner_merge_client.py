from itertools import combinations

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

# What core moves itself
MOVED_BY_CORE = {"ir.attachment", "ir.model.data", "mail.activity", "mail.followers", "mail.message"}
FAMILY_FIELDS = ("complete_name", "commercial_company_name", "client_id")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Two cards of one client become one: nothing that hung on either is lost, or left with wrong figures.

    Core moves what points at the partners by a foreign key, and deletes rows where that breaks a unique key.
    What it doesn't know: two contracts that would count at once, documents named by model and id, figures
    that only the server writes, and names of contacts that contain their company's.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        self._check_contracts(partners)
        if extra_checks and self.env.user.has_group("sales_crm.group_head") and partners.client_id:
            # The head, who sees every client, decides which cards are one: with different mails, too. Those
            # who can log in stay core's business.
            extra_checks = bool(partners.with_context(active_test=False).user_ids)
        res = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        # sudo: names, keys and figures are true whoever merges
        merged = partners.sudo().exists()
        self._refresh_family(merged)
        return res

    @api.model
    def _check_contracts(self, partners):
        """:raise UserError: contracts of different partners have one number, or are in force together"""
        # sudo: a contract that the user may not see conflicts as well
        contracts = self.env["sales.contract"].sudo().search([("client_id", "in", partners.ids)], order="id")
        for one, other in combinations(contracts, 2):
            if one.client_id == other.client_id or one.company_id != other.company_id:
                continue
            names = {"one": one.client_id.display_name, "other": other.client_id.display_name}
            if one.name.lower() == other.name.lower():
                raise UserError(
                    self.env._(
                        "%(one)s and %(other)s both have a contract with the number %(number)s. Change the "
                        "number of one of them, then merge.",
                        number=one.name,
                        **names,
                    )
                )
            if one._overlaps(other):
                raise UserError(
                    self.env._(
                        "%(one)s and %(other)s both have an active contract of one kind, and only one limit "
                        "can count: %(first)s and %(second)s. Terminate one of them, then merge.",
                        first=one.name,
                        second=other.name,
                        **names,
                    )
                )

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        # Core drops all followers of a card if one of them follows the survivor as well
        followers = self.env["mail.followers"]
        self._move_references(followers, followers._fields["res_id"], src_partners, dst_partner)
        res = super()._update_reference_fields(src_partners, dst_partner)
        for model_name, model in self.env.items():
            if model._abstract or model._transient or not model._auto or model_name in MOVED_BY_CORE:
                continue
            for field in model._fields.values():
                if field.store and field.type == "many2one_reference":
                    self._move_references(model, field, src_partners, dst_partner)
        return res

    @api.model
    def _move_references(self, model, field, src_partners, dst_partner):
        """Rows that name a partner by model and id name the one that stays."""
        if not model._fields[field.model_field].store:
            return
        model.flush_model([field.name, field.model_field])
        column = SQL.identifier(field.name)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s = 'res.partner' AND %s = ANY(%s) ORDER BY id",
                SQL.identifier(model._table),
                SQL.identifier(field.model_field),
                column,
                src_partners.ids,
            )
        )
        for [row] in rows:
            update = SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                *(SQL.identifier(model._table), column, dst_partner.id, row),
            )
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(update)
            except UniqueViolation:
                # The survivor has the same row already, of the same hand-over for instance
                self.env.cr.execute(SQL("DELETE FROM %s WHERE id = %s", SQL.identifier(model._table), row))
        model.invalidate_model([field.name])

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """A class that somebody has set by hand is kept, the survivor's before the others'; a class by
        turnover is the survivor's until the next night counts them together."""
        # sudo: core copies every field, with those that only the server writes. Who may write both cards was
        # asked before
        src_partners, dst_partner = src_partners.sudo(), dst_partner.sudo()
        by_hand = (dst_partner | src_partners).filtered("client_class_manual")[:1]
        values = {"client_class_manual": bool(by_hand)}
        if by_hand:
            values["client_class"] = by_hand.client_class
            values["client_class_reason"] = by_hand.client_class_reason
            values["client_class_until"] = by_hand.client_class_until
        turnover = dst_partner.client_class_turnover
        res = super()._update_values(src_partners, dst_partner)
        dst_partner.client_class_turnover = turnover
        dst_partner.write(values)
        return res

    @api.model
    def _refresh_family(self, merged):
        """What is stored on the survivor and his contacts, and was computed from who is gone."""
        merged.invalidate_recordset()
        # sudo: what the server computes of the whole family
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        family = merged | Partner.search([("id", "child_of", merged.ids)])
        for name in FAMILY_FIELDS:
            self.env.add_to_compute(family._fields[name], family)
        family._refresh_duplicate_keys()
