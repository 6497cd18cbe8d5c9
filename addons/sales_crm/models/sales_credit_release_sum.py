from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..tools.credit import CreditStanding


class SalesCreditRelease(models.Model):
    """What one controller may let through holds for all his releases of a paying client together: many small
    ones are a big one.
    """

    # Beside the release itself, which is long enough
    _inherit = "sales.credit.release"  # pylint: disable=consider-merging-classes-inherited

    def _check_open_amount(self):
        """:raise AccessError: with what is open of his for this client, it is above his own amount"""
        self.env["sales.credit"]._lock(self.client_id)
        own, opened = self._own_amount(), self._open_amount(self.env.user)
        if self.currency_id.compare_amounts(self.amount + opened, own) <= 0:
            return
        able = ", ".join(self._who_may_approve().mapped("name"))
        values = {
            "client": self.client_id.display_name,
            "open": formatLang(self.env, opened, currency_obj=self.currency_id),
            "amount": formatLang(self.env, self.amount, currency_obj=self.currency_id),
            "limit": formatLang(self.env, own, currency_obj=self.currency_id),
            "able": able,
        }
        if able:
            raise AccessError(
                self.env._(
                    "%(client)s: %(open)s released by you are open already; with these %(amount)s that is "
                    "above your own amount of %(limit)s. It can be approved by: %(able)s.",
                    **values,
                )
            )
        raise AccessError(
            self.env._(
                "%(client)s: %(open)s released by you are open already; with these %(amount)s that is above "
                "your own amount of %(limit)s. No other controller may approve so much: wait for the "
                "client's payment, or ask the administrator for a higher amount (Settings → Users).",
                **values,
            )
        )

    def _who_may_approve(self):
        """:return: the other controllers whose own amounts are enough"""
        others = self._controllers() - self.user_id - self.env.user
        return others.filtered(
            lambda user: (
                self.currency_id.compare_amounts(
                    self.amount + self._open_amount(user), self._own_amount(user)
                )
                <= 0
            )
        )

    def _open_amount(self, user):
        """What ``user`` has let through for the client, with the other cards of his firm, and has not come
        back: approved, good today and not used; and used, as far as the client is above his limit now.

        :return: amount in the company's currency: the worse of what this transaction sees and of what others
            have committed meanwhile
        """
        own = self._open_amount_seen(user)
        with self.env["sales.credit"]._fresh() as cr:
            return max(own, self._open_amount_seen(user, cr))

    def _open_amount_seen(self, user, cr=None):
        """:param cr: the cursor to read with; this transaction's, if not given"""
        Credit = self.env["sales.credit"].sudo()
        standings = Credit._standings_of_firms(self.client_id, self.company_id, cr=cr)
        # sudo: a bound counts what he may not see any more as well
        reader = self.browse().sudo()
        his = (
            Domain("approver_id", "=", user.id)
            & Domain("client_id", "in", list(standings))
            # branches have the currency of their company
            & Domain("company_id", "in", Credit._ledger(self.company_id))
            # what is asked for now is the whole document, with what was released of it before
            & Domain("id", "not in", (self | self._document()._credit_releases()).ids)
        )
        good = Domain("state", "=", "approved") & Domain("date_to", ">=", self.company_id._sales_today())
        if cr:
            reader = reader.with_env(reader.env(cr=cr))
        [[waiting]] = reader._read_group(his & good, [], ["amount:sum"])
        [[used]] = reader._read_group(his & Domain("state", "=", "used"), [], ["amount:sum"])
        return waiting + min(used, self._above_limit(standings))

    def _above_limit(self, standings):
        """:return: by how much the client, with the other cards of his firm, is above his limits"""
        client = self.client_id.id
        standing = self.env["sales.credit"]._together(
            standings.get(client, CreditStanding(client)), standings
        )
        above = max(standing.exposure - (standing.credit_limit or 0), 0)
        if standing.commission_limit is not None:
            above += max(standing.open_commission - standing.commission_limit, 0)
        return above
