from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import formatLang

from ...tools.credit import CreditStanding


class SalesCreditRelease(models.Model):
    """Up to how much a controller may let through: his amount holds for all that is open of his releases for
    one paying client, with the other cards of his firm.
    """

    # Beside the life of a release, which is long enough by itself
    _inherit = "sales.credit.release"

    may_approve = fields.Boolean(compute="_compute_may_approve")

    @api.depends("state", "amount")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        """By the same rule as the button: the more of his is open, the less he may let through."""
        deciding = self.filtered("may_decide")
        (self - deciding).may_approve = False
        opened = deciding._open_amounts_seen(self.env.user)
        for release in deciding:
            release.may_approve = release._is_within_bound(self.env.user, opened[release])

    def _compute_undecided_reason(self):
        res = super()._compute_undecided_reason()
        for release in self.filtered(lambda release: release.may_decide and not release.may_approve):
            release.undecided_reason = release._above_bound(
                release._open_amounts_seen(self.env.user)[release]
            )
        return res

    def _is_within_bound(self, user, opened):
        """:param float opened: what is open of the releases of ``user`` for the client"""
        return self.currency_id.compare_amounts(self.amount + opened, self._own_amount(user)) <= 0

    def _check_open_amount(self):
        """:raise AccessError: with what is open of his for this client, it is above his own amount"""
        self.env["sales.credit"]._lock(self.client_id)
        opened = self._open_amount(self.env.user)
        if not self._is_within_bound(self.env.user, opened):
            raise AccessError(self._above_bound(opened))

    def _above_bound(self, opened):
        """:param float opened: what is open of the current user's releases for the client
        :return: why he may not approve this one, and who may
        """
        able = ", ".join(self._who_may_approve().mapped("name"))
        values = {
            "client": self.client_id.display_name,
            "open": formatLang(self.env, opened, currency_obj=self.currency_id),
            "amount": formatLang(self.env, self.amount, currency_obj=self.currency_id),
            "limit": formatLang(self.env, self._own_amount(), currency_obj=self.currency_id),
            "able": able,
        }
        if able:
            return self.env._(
                "%(client)s: %(open)s released by you are open already; with these %(amount)s that is "
                "above your own amount of %(limit)s. It can be approved by: %(able)s.",
                **values,
            )
        return self.env._(
            "%(client)s: %(open)s released by you are open already; with these %(amount)s that is above "
            "your own amount of %(limit)s. No other controller may approve so much: wait for the "
            "client's payment, or ask the administrator for a higher amount (Settings → Users).",
            **values,
        )

    def _who_may_approve(self):
        """:return: the other controllers whose own amounts are enough"""
        others = self._controllers() - self.user_id - self.env.user
        return others.filtered(lambda user: self._is_within_bound(user, self._open_amount(user)))

    # ------------------------------------------------------
    # What is open
    # ------------------------------------------------------

    def _open_amount(self, user):
        """What ``user`` has let through for the client, with the other cards of his firm, and has not come
        back: approved, good today and not used; and used, as far as the client is above his limit now.

        :return: amount in the company's currency: the worse of what this transaction sees and of what others
            have committed meanwhile
        """
        own = self._open_amounts_seen(user)[self]
        with self.env["sales.credit"]._fresh() as cr:
            return max(own, self._open_amounts_seen(user, cr)[self])

    def _open_amounts_seen(self, user, cr=None):
        """:param cr: the cursor to read with; this transaction's, if not given
        :return: dict release -> what is open of the releases of ``user``, see :meth:`_open_amount`
        """
        # sudo: a bound counts what he may not see any more as well
        Credit = self.env["sales.credit"].sudo()
        opened = {}
        for company, releases in self.grouped("company_id").items():
            standings = Credit._standings_of_firms(releases.client_id, company, cr=cr)
            of_client = releases._released_by(user, company, list(standings), cr).grouped("client_id")
            of_client = {client.id: his for client, his in of_client.items()}
            for release in releases:
                opened[release] = release._open_amount_of(of_client, standings)
        return opened

    @api.model
    def _released_by(self, user, company, client_ids, cr=None):
        """:return: the releases by which ``user`` lets, or has let, something through for these clients"""
        # sudo: a bound counts what he may not see any more as well
        reader = self.browse().sudo()
        if cr:
            reader = reader.with_env(reader.env(cr=cr))
        good = Domain("state", "=", "approved") & Domain("date_to", ">=", company._sales_today())
        return reader.search(
            Domain("approver_id", "=", user.id)
            & Domain("client_id", "in", client_ids)
            # branches have the currency of their company
            & Domain("company_id", "in", self.env["sales.credit"]._ledger(company))
            & (good | Domain("state", "=", "used"))
        )

    def _open_amount_of(self, of_client, standings):
        """:param dict of_client: id of a client -> the user's releases
        :param dict standings: of all cards of the firm
        """
        client = self.client_id.id
        standing = standings.get(client, CreditStanding(client))
        cards = [client, *standing.same_firm]
        his = [release for card in cards for release in of_client.get(card, ())]
        # what is asked for now is the whole document, with what was released of it before
        own = self._document_key()
        his = [release for release in his if release.id != self.id and release._document_key() != own]
        waiting = sum(release.amount for release in his if release.state == "approved")
        used = sum(release.amount for release in his if release.state == "used")
        return waiting + min(used, self._above_limit(standing, standings))

    def _document_key(self):
        """:return: what tells the documents of two releases apart, whatever environment they are read in"""
        document = self._document()
        return document._name, document.id

    def _above_limit(self, standing, standings):
        """:return: by how much the client, with the other cards of his firm, is above his limits"""
        together = self.env["sales.credit"]._together(standing, standings)
        above = max(together.exposure - (together.credit_limit or 0), 0)
        if together.commission_limit is not None:
            above += max(together.open_commission - together.commission_limit, 0)
        return above
