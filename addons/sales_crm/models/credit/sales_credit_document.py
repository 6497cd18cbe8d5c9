from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ...tools.credit import CreditReason, CreditStanding


class SalesCreditDocument(models.AbstractModel):
    """A document by which a client gets goods before he has paid: an order, a delivery.

    Inherit it beside the document's own model and answer:

    * :meth:`_credit_amounts`: who will owe how much by it;
    * :meth:`_credit_buyers`: who gets the goods;
    * :meth:`_credit_is_prepaid`: whether it is paid in advance;
    * :meth:`_credit_release_values`: how an exception knows that it is for it.

    Whoever may let the goods go calls :meth:`_credit_enforce`. It knows neither users nor contexts: only
    a ``sales.credit.release`` lets a document past.

    Why a client can't get a document's goods, in words.

    The cards of one firm, by its tax number, are one debtor: they owe together, up to one limit. A branch
    whose goods fit in is not held up, and nobody gets a fresh limit by a second card.

    A card that shall have a limit of its own gets a contract of its own, which the head of sales activates.
    Whoever has none buys by the contract of the oldest card that has one in force.
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

    def _reasons_of(self, standing, contract):
        """:return: list of CreditReason of a client who stands like this, with the document's contract"""
        currency = self._credit_company().currency_id
        reasons = []
        if standing.credit_limit is not None:
            over = standing.exposure - standing.credit_limit
            if currency.compare_amounts(over, 0) > 0:
                reasons.append(self._reason_over_limit(standing, over))
        if standing.commission_limit is not None:
            over = standing.open_commission - standing.commission_limit
            if currency.compare_amounts(over, 0) > 0:
                reasons.append(self._reason_over_commission(standing, over))
        if currency.compare_amounts(standing.overdue_counting, standing.tolerance_amount) > 0:
            reasons.append(self._reason_overdue(standing))
        if contract and contract.state != "draft" and not contract.is_in_force:
            reasons.append(self._reason_contract_expired(standing, contract))
        elif not standing.contract_id and (standing.had_contract or standing.contract_required):
            reasons.append(self._reason_no_contract(standing))
        return reasons

    def _reason_over_limit(self, standing, over):
        text = self.env._(
            "%(client)s: the credit limit of %(limit)s is exceeded by %(over)s (debt %(debt)s, orders not "
            "yet invoiced %(orders)s).",
            client=self._credit_name(standing),
            limit=self._credit_money(standing.credit_limit),
            over=self._credit_money(over),
            debt=self._credit_money(standing.receivable),
            orders=self._credit_money(standing.open_orders),
        )
        return CreditReason("over_limit", standing.client_id, over, limit=standing.credit_limit, text=text)

    def _reason_over_commission(self, standing, over):
        text = self.env._(
            "%(client)s: the limit of %(limit)s for goods on commission is exceeded by %(over)s.",
            client=self._credit_name(standing),
            limit=self._credit_money(standing.commission_limit),
            over=self._credit_money(over),
        )
        return CreditReason(
            "over_commission", standing.client_id, over, limit=standing.commission_limit, text=text
        )

    def _reason_overdue(self, standing):
        text = self.env._(
            "%(client)s: %(amount)s are overdue, the oldest for %(days)s days.",
            client=self._credit_name(standing),
            amount=self._credit_money(standing.overdue),
            days=standing.overdue_days,
        )
        return CreditReason("overdue", standing.client_id, standing.overdue, standing.overdue_days, text=text)

    def _reason_contract_expired(self, standing, contract):
        text = self.env._(
            "%(client)s: the contract %(contract)s isn't in force (%(state)s).",
            client=self._credit_name(standing),
            # sudo: the contract stands on the document
            contract=contract.sudo().display_name,
            state=contract._state_in_words(),
        )
        return CreditReason("contract_expired", standing.client_id, text=text)

    def _reason_no_contract(self, standing):
        text = self.env._(
            "%s has no contract in force; without one he gets goods for payment in advance only.",
            self._credit_name(standing),
        )
        return CreditReason("no_contract", standing.client_id, text=text)

    def _credit_name(self, standing):
        # sudo: the client stands on the document
        return self.env["res.partner"].sudo().browse(standing.client_id).display_name

    def _credit_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self._credit_company().currency_id)

    def _credit_message(self, reasons):
        """:return: what a user reads when he presses the button"""
        return self.env._(
            "%(document)s can't go through:\n%(reasons)s\n%(way_out)s",
            document=self.display_name,
            reasons="\n".join(f"• {reason.text}" for reason in reasons),
            way_out=self._credit_way_out(reasons),
        )

    def _credit_way_out(self, reasons):
        """:return: what who is stopped can do: in the warehouse nobody asks for a release"""
        if not self.sudo(False).env["sales.credit.ask"].has_access("create"):
            return self.env._("Tell the client's manager: he can ask a credit controller for a release.")
        if all(reason.code == "deferral" for reason in reasons):
            return self.env._(
                "Choose the payment terms of the contract, or ask a credit controller for a release."
            )
        return self.env._("Wait for the payment, make it smaller, or ask a credit controller for a release.")

    def _credit_reasons_of(self, standing, standings, excused=()):
        """:param standing: of who shall pay or get the goods
        :param excused: codes of what is no reason here
        :return: list of CreditReason, of him with the other cards of his firm
        """
        Credit, contract = self.env["sales.credit"], self._credit_contract()
        together = Credit._together(standing, standings)
        reasons = [reason for reason in self._reasons_of(together, contract) if reason.code not in excused]
        others = Credit._debtor(standing.client_id, standings)[1:]
        if not reasons or not others:
            return reasons
        # sudo: whether he may see them is asked below
        cards = self.env["res.partner"].sudo().browse(others)
        seen = cards.sudo(False)._filtered_access("read")
        if seen != cards:
            codes = {reason.code for reason in reasons}
            reasons = [reason for reason in self._reasons_of(standing, contract) if reason.code in codes]
        return [*reasons, self._reason_same_firm(standing, (cards - seen or cards)[0])]

    def _reason_same_firm(self, standing, twin):
        """Whoever may not see the other card hears what he hears when he types a client in twice, and no
        figures of it.
        """
        values = {
            "client": self._credit_name(standing),
            "twin": twin.display_name,
            "manager": twin.user_id.name,
        }
        if twin.sudo(False)._filtered_access("read"):
            text = self.env._(
                "%(client)s is the same firm as %(twin)s by its tax number: they owe together, up to one "
                "limit. For a limit of its own, the head of sales activates a contract with %(client)s.",
                **values,
            )
        elif twin.user_id:
            text = self.env._(
                "%(client)s has the tax number of a client served by %(manager)s: they owe together, up to "
                "one limit, and it is used up or not in force now. Ask the head of sales.",
                **values,
            )
        else:
            text = self.env._(
                "%(client)s has the tax number of another client: they owe together, up to one limit, and it "
                "is used up or not in force now. Ask the head of sales.",
                **values,
            )
        return CreditReason("same_firm", standing.client_id, text=text)
