from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class ResPartner(models.Model):
    """Whose client it is and who pays for him is changed by the head alone, whatever field causes it.

    A manager arranges what is his: contacts between own clients, an own client under another. What he may
    change for a while only, by a cover or a rule, stays with whom it is.
    """

    # Beside who may see him, which is another question
    _inherit = "res.partner"

    @api.model
    def _sales_pointing_fields(self):
        return set()  # answered by what follows

    @api.model
    def _sales_owner_field(self):
        return None

    def _sales_path_clients(self):
        return self.client_id

    @api.model
    def _sales_holder_fields(self):
        """:return: set of the names of the fields that may change whose client it is, or who pays"""
        return {
            "child_ids",
            "client_id",
            "commercial_partner_id",
            "company_type",
            "is_client",
            "is_company",
            "parent_id",
            "partner_share",
            "user_id",
            "user_ids",
        }

    @api.model_create_multi
    def create(self, vals_list):
        if not self._sales_checks_references():
            return super().create(vals_list)
        for vals in vals_list:
            if vals.get("is_client") and not vals.get("user_id"):
                vals["user_id"] = self._sales_owner_under(vals.get("parent_id")).id
        before = {}
        for vals in vals_list:
            before.update(self._sales_named_partners({"child_ids"}, vals)._sales_holders())
        partners = super().create(vals_list)
        self._sales_check_holders(before)
        return partners

    @api.model
    def _sales_owner_under(self, parent_id):
        """:return: who is the manager of a new client under this parent: the parent's, else who enters it"""
        # sudo: whether the user may add anything there is asked for the new client
        return self.sudo().browse(parent_id or []).client_id.user_id or self.env.user

    def write(self, vals):
        if not self._sales_holder_fields() & vals.keys() or not self._sales_checks_references():
            return super().write(vals)
        family = self.with_env(self._sales_guard_env()) | self._sales_named_partners({"child_ids"}, vals)
        before = family._sales_holders()
        if vals.get("is_client") and "user_id" not in vals:
            for owner, partners in self.grouped(lambda partner: partner._sales_owner_as_client()).items():
                values = {**vals, "user_id": owner.id} if owner else vals
                super(ResPartner, partners).write(values)
        else:
            super().write(vals)
        self._sales_check_holders(before)
        return True

    def _sales_owner_as_client(self):
        """:return: who becomes the manager of a partner who becomes a client; no user if he has one, or
        belongs to a free client
        """
        partner = self.with_env(self._sales_guard_env())
        if partner.user_id or partner.is_client:
            return self.env["res.users"]
        return partner.client_id.user_id if partner.client_id else self.env.user

    def _sales_family(self):
        """:return: these partners and all below them, archived ones too, in the guard's own environment"""
        partners = self.with_env(self._sales_guard_env())
        return partners | partners.search(Domain("id", "child_of", partners.ids))

    def _sales_holders(self):
        """:return: dict partner, of the whole family -> (his client, its manager, who pays)"""
        return {
            partner: (partner.client_id, partner.client_id.user_id, partner.commercial_partner_id)
            for partner in self._sales_family()
        }

    def _sales_check_holders(self, before):
        """:param dict before: as :meth:`_sales_holders` returned it before the change
        :raise AccessError: what the head has to decide was changed
        """
        # sudo: what has become of them, also of those that he doesn't see any more
        newcomers = self.env["res.partner"].sudo()
        there = newcomers.union(*before).exists()
        repaid = {}
        for partner, (client, owner, payer) in before.items():
            if partner not in there:
                continue
            now, now_payer = partner.client_id, partner.commercial_partner_id
            if client and now.user_id != owner:
                self._sales_refuse_new_owner()
            main = partner in (client, now)
            if client != now:
                if client and (not now or (main and owner.id != self.env.uid)):
                    self._sales_refuse_new_owner()
                newcomers |= now
            if payer != now_payer and client:
                repaid[partner] = (owner, payer, now_payer)
        if repaid:
            self._sales_check_new_payers(repaid)
        newcomers._sales_check_may_add_for(newcomers)

    @api.model
    def _sales_refuse_new_owner(self):
        raise AccessError(
            self.env._("Only the head of sales changes the manager of a client: he hands the client over.")
        )

    @api.model
    def _sales_check_new_payers(self, repaid):
        """:param dict repaid: partner -> (manager of his client, who paid for him, who does now)
        :raise AccessError: with the payer a limit, a contract or a debt would change
        """
        # sudo: whatever the user sees of their documents
        nobody = self._sales_guard_env()["res.partner"]
        partners, concerned, foreign = nobody.union(*repaid), nobody, False
        for partner, (owner, payer, now_payer) in repaid.items():
            if partner in (payer, now_payer):
                foreign = foreign or owner.id != self.env.uid
                concerned |= partner if now_payer == partner else partner | now_payer
        if foreign or partners._sales_has_owed_documents() or concerned._sales_has_money_rights():
            raise AccessError(
                self.env._(
                    "There is a contract, an order or an invoice: only the head of sales changes who pays "
                    "for this client."
                )
            )

    def _sales_has_money_rights(self):
        """:return: whether one of these has a contract or a release"""
        return bool(
            self.env["sales.contract"].search_count([("client_id", "in", self.ids)], limit=1)
            or self.env["sales.credit.release"].search_count([("client_id", "in", self.ids)], limit=1)
        )

    def _sales_has_owed_documents(self):
        """:return: whether these or those below them have documents that are or will be owed: with the payer
        the debt goes from one limit to another
        """
        below = Domain("partner_id", "child_of", self.ids)
        orders = below | Domain("partner_invoice_id", "child_of", self.ids)
        return bool(
            self.env["sale.order"].search_count(orders & Domain("state", "=", "sale"), limit=1)
            or self.env["account.move"].search_count(below & Domain("state", "=", "posted"), limit=1)
        )

    def _sales_check_parent(self, parent_id):
        """:raise AccessError: a main client would be put under another manager's"""
        parent = self.with_env(self._sales_guard_env()).browse(parent_id or [])
        for partner in self.with_env(self._sales_guard_env()):
            client = partner.client_id
            if client != partner or partner.parent_id == parent:
                continue
            if client.user_id.id != self.env.uid or (
                parent.client_id and parent.client_id.user_id.id != self.env.uid
            ):
                raise AccessError(
                    self.env._("Only the head of sales puts a client under another manager's client.")
                )
