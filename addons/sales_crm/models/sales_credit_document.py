from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.credit import CreditStanding


class SalesCreditDocument(models.AbstractModel):
    """A document by which a client gets goods before he has paid: an order, a delivery.

    Inherit it beside the document's own model and answer:

    * :meth:`_credit_amounts`: who will owe how much by it;
    * :meth:`_credit_buyers`: who gets the goods;
    * :meth:`_credit_is_prepaid`: whether it is paid in advance;
    * :meth:`_credit_release_values`: how an exception knows that it is for it.

    Whoever may let the goods go calls :meth:`_credit_enforce`. It knows neither users nor contexts: only
    a ``sales.credit.release`` lets a document past.
    """

    _name = "sales.credit.document"
    _description = "Document That Needs Credit"

    credit_reason = fields.Text(
        "Why the Client Can't Get It",
        compute="_compute_credit_reason",
        help="Limit, overdue debt or contract. A credit controller may release it.",
    )
    credit_release_state = fields.Selection(
        [("requested", "Release asked for"), ("approved", "Released")],
        compute="_compute_credit_reason",
    )

    # ------------------------------------------------------
    # Questions to the document
    # ------------------------------------------------------

    def _credit_company(self):
        """:return: the company that sells"""
        return self.company_id

    def _credit_amounts(self):
        """:return: dict document id -> (partner id who will owe, on commission, amount in the company's
        currency) as the database knows it now; without documents that owe nothing
        """
        raise NotImplementedError

    def _credit_amounts_new(self):
        """:return: like :meth:`_credit_amounts`, of documents that have just gone through"""
        return self._credit_amounts()

    def _credit_preview(self):
        """:return: like :meth:`_credit_amounts` of one document, as if it went through now; or None"""
        raise NotImplementedError

    def _credit_payer(self):
        """:return: commercial partner who will owe by this one document"""
        raise NotImplementedError

    def _credit_buyers(self):
        """:return: dict document id -> commercial partner who gets the goods"""
        raise NotImplementedError

    def _credit_left_out(self):
        """:return: dict name of a model -> ids of what :meth:`_credit_amounts` counts, to count it once"""
        raise NotImplementedError

    def _credit_left_out_ahead(self):
        """:return: the same for looking ahead: what :meth:`_credit_preview` counts"""
        return self._credit_left_out()

    def _credit_shares(self, amounts):
        """:param dict amounts: what :meth:`_credit_amounts` said
        :return: what the orders left out come to, (partner id, on commission, amount) each
        """
        return amounts.values()

    def _credit_shipped_only(self):
        """:return: whether of other orders only what was shipped counts: what was ordered is a promise, and
        who ships first is served first
        """
        return False

    def _credit_contract(self):
        """:return: the contract under which the document sells, or an empty one"""
        return self.env["sales.contract"]

    def _credit_is_prepaid(self, standing):
        """:param CreditStanding standing: of who will owe, the document included
        :return: whether the client's money is there already, for all his orders and all that he owes from
            before: a payment that is not matched yet will go to his oldest debt
        """
        owed = standing.receivable + standing.open_orders + standing.open_commission
        return standing.unapplied > 0 and self._credit_company().currency_id.compare_amounts(owed, 0) <= 0

    def _credit_release_values(self):
        """:return: dict of the field by which a ``sales.credit.release`` knows this one document"""
        raise NotImplementedError

    # ------------------------------------------------------
    # The gate
    # ------------------------------------------------------

    def _credit_lock(self):
        """Let only one transaction at a time use up the limits of whoever these documents concern."""
        self.env["sales.credit"]._lock(self._credit_clients())

    def _credit_clients(self):
        """:return: commercial partners who owe by these documents, or get the goods"""
        return self.env["res.partner"].union(
            *(document._credit_payer() for document in self), *self._credit_buyers().values()
        )

    def _credit_enforce(self, new=False):
        """These documents have gone through, in this transaction: may they?

        :param bool new: they have not been through before: :meth:`_credit_amounts_new`
        :raise UserError: with every reason, in amounts and days; the transaction must not be committed
        """
        self._credit_lock()
        blocked = []
        kinds = self.grouped(lambda document: (document._credit_company(), document._credit_shipped_only()))
        for (company, _shipped), documents in kinds.items():
            amounts = documents._credit_amounts_new() if new else documents._credit_amounts()
            standings = documents._credit_standings(company, amounts)
            for document in documents.filtered(lambda document, amounts=amounts: document.id in amounts):
                reasons = document._credit_reasons(amounts[document.id], standings)
                if reasons and not document._credit_use_release(amounts[document.id]):
                    blocked.append(document._credit_message(reasons))
        if blocked:
            raise UserError("\n\n".join(blocked))

    def _credit_grown(self, before):
        """:param dict before: what :meth:`_credit_amounts` said
        :return: those of these documents by which somebody owes more now
        """
        after = self._credit_amounts()
        return self.filtered(
            lambda document: (
                document.id in after
                and (
                    after[document.id][:2] != before.get(document.id, (None, None))[:2]
                    or document._credit_company().currency_id.compare_amounts(
                        after[document.id][2], before.get(document.id, (None, None, 0))[2]
                    )
                    > 0
                )
            )
        )

    def _credit_standings(self, company, amounts):
        """:return: dict partner id -> CreditStanding with these documents, of all cards of the firms: the
        worse of what this transaction sees and of what others have committed meanwhile
        """
        Credit = self.env["sales.credit"]
        clients = self.env["res.partner"].browse({client for client, _c, _a in amounts.values()})
        for buyer in self._credit_buyers().values():
            clients |= buyer
        firms = Credit._same_firm(clients, company)
        clients = clients.browse(firms)
        others = {"without": self._credit_left_out(), "shipped": self[:1]._credit_shipped_only()}
        own = Credit._standings(clients, company, **others)
        with Credit._fresh() as cr:
            theirs = Credit._standings(clients, company, **others, cr=cr)
        for client, commission, amount in self._credit_shares(amounts):
            for standings in (own, theirs):
                if client in standings:
                    standings[client] = standings[client].with_order(amount, commission)
        return {
            client: standing.worse(theirs.get(client, standing))._replace(same_firm=firms[client])
            for client, standing in own.items()
        }

    def _credit_reasons(self, amount, standings):
        """:param tuple amount: of this document, see :meth:`_credit_amounts`
        :param dict standings: of whoever is concerned, this document included
        :return: list of CreditReason; empty if nothing stands in the way
        """
        payer, _commission, value = amount
        standing = standings.get(payer) or CreditStanding(payer)
        if self._credit_company().currency_id.compare_amounts(value, 0) <= 0:
            return []
        if self._credit_is_prepaid(standing):
            return []
        reasons = self._credit_reasons_of(standing, standings)
        buyer = self._credit_buyers().get(self.id)
        Credit = self.env["sales.credit"]
        if buyer and buyer.id in standings and buyer.id not in Credit._debtor(payer, standings):
            paying = Credit._together(standing, standings)
            buying = self._credit_standing_of_buyer(standings[buyer.id], paying, amount)
            reasons += self._credit_reasons_of(
                buying, standings, excused={"no_contract"} if self._credit_pays_for(paying, buyer) else ()
            )
        return reasons

    def _credit_pays_for(self, payer, buyer):
        """:return: whether the payer's contract is enough for the buyer: his company's, further up"""
        above = buyer.parent_id
        while above and above.id != payer.client_id:
            above = above.parent_id
        return bool(payer.contract_id and above)

    def _credit_standing_of_buyer(self, buyer, payer, amount):
        """:param tuple amount: of this document
        :return: CreditStanding of who gets the goods while somebody else gets the invoice: he is asked for
            them as if he paid. A payer to whom nobody gave a limit can't lift the buyer's: all that he owes
            counts as the buyer's
        """
        _payer, commission, value = amount
        if payer.credit_limit is not None:
            return buyer.with_order(value, commission)
        return buyer._replace(
            receivable=buyer.receivable + payer.receivable, open_orders=buyer.open_orders + payer.open_orders
        )

    # ------------------------------------------------------
    # Exceptions
    # ------------------------------------------------------

    def _credit_releases(self):
        """:return: the releases of this document, whoever may see them"""
        # sudo: what holds a document up, or lets it pass, does not depend on who presses the button
        domain = [(name, "=", value) for name, value in self._credit_release_values().items()]
        return self.env["sales.credit.release"].sudo().search(domain)

    def _credit_released(self, amount, states=("approved",)):
        """:param tuple amount: of this document, see :meth:`_credit_amounts`
        :return: its releases that are for this payer, this buyer and so much, and good today
        """
        payer, _commission, value = amount
        buyer = self._credit_buyers().get(self.id) or self.env["res.partner"]
        return self._credit_releases().filtered(
            lambda release: release._covers(value, payer, buyer.id or payer, states)
        )

    def _credit_use_release(self, amount):
        """Use up an approved release that covers ``amount``.

        :param tuple amount: of this document, see :meth:`_credit_amounts`
        :return: whether there is one
        """
        release = self._credit_released(amount)[:1]
        if release:
            release._use()
        return bool(release)

    def action_ask_release(self):
        """:return: the dialog in which one asks for an exception"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for a Release"),
            "res_model": "sales.credit.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    # ------------------------------------------------------
    # Before anyone presses
    # ------------------------------------------------------

    def _compute_credit_reason(self):
        for document in self:
            reasons = document._credit_reasons_ahead()
            document.credit_reason = "\n".join(reason.text for reason in reasons)
            document.credit_release_state = document._credit_release_ahead() if reasons else False

    def _credit_release_ahead(self):
        """:return: ``approved``, ``requested`` or False: what became of the wish for an exception"""
        if not self._origin:
            return False
        if self._credit_released_ahead(self._credit_preview()):
            return "approved"
        requested = self._credit_releases().filtered(lambda release: release.state == "requested")
        return "requested" if requested else False

    def _credit_released_ahead(self, amount):
        """:return: whether a release would let the document through with ``amount``"""
        return bool(self._credit_released(amount))

    def _credit_reasons_ahead(self):
        """:return: list of CreditReason that pressing the button would meet now"""
        preview = self._credit_preview()
        if not preview:
            return []
        payer, commission, amount = preview
        buyer = self._credit_buyers().get(self.id) or self.env["res.partner"]
        clients = self.env["res.partner"].browse(payer) | buyer
        # sudo: figures of the client that stands on the document
        Credit = self.env["sales.credit"].sudo()
        standings = Credit._standings_of_firms(
            clients._origin,
            self._credit_company(),
            without=self._credit_left_out_ahead(),
            shipped=self._credit_shipped_only(),
        )
        if payer in standings:
            standings[payer] = standings[payer].with_order(amount, commission)
        return self._credit_reasons(preview, standings)
