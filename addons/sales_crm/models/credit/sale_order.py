from contextlib import contextmanager

from odoo import api, fields, models

from ...tools.columns import add_column

# Orders whose change is being checked in this transaction, in the cursor's cache
WATCHED = "sales_credit_watched"


class SaleOrder(models.Model):
    """No order is confirmed, and no confirmed one grows, beyond what the client may owe.

    Whoever gets an invoice owes it; until it is posted, the gate counts it as a debt of the order's payer.
    The two stay the same until it is credited, or a limit would be free for goods twice.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "sales.credit.document"]

    contract_id = fields.Many2one(
        "sales.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        domain="[('state', '=', 'active'), ('client_id', 'parent_of', [partner_id, partner_invoice_id])]",
    )
    credit_rate = fields.Float(
        "Rate of the Credit Gate",
        digits=0,
        readonly=True,
        copy=False,
        help="The rate of the order's currency on the day on which it was confirmed.",
    )
    credit_release_ids = fields.One2many("sales.credit.release", "order_id", "Releases")

    _credit_open_idx = models.Index(
        "(partner_invoice_id) WHERE state = 'sale' AND invoice_status IS DISTINCT FROM 'invoiced'"
    )

    def _auto_init(self):
        """The column comes empty: no order that was there before has a contract."""
        add_column(self.env.cr, self._table, "contract_id", "int4")
        return super()._auto_init()

    # ------------------------------------------------------
    # Contract
    # ------------------------------------------------------

    @api.depends("partner_id", "partner_invoice_id", "company_id")
    def _compute_contract_id(self):
        open_orders = self.filtered(lambda order: order.state != "sale")
        for company, orders in open_orders.grouped(
            lambda order: order.company_id or self.env.company
        ).items():
            payers = {order: order.partner_invoice_id or order.partner_id for order in orders}
            contracts = self.env["sales.contract"]._in_force_of(
                orders.partner_invoice_id | orders.partner_id, company
            )
            for order, payer in payers.items():
                order.contract_id = contracts.get(payer.commercial_partner_id._origin.id)

    @api.constrains("contract_id", "partner_id", "partner_invoice_id", "company_id")
    def _check_contract(self):
        for order in self:
            # sudo: a contract that is none of the user's business is refused as well
            contract = order.contract_id.sudo()
            if contract:
                parties = order.partner_id | order.partner_invoice_id
                contract._check_usable_for(parties.commercial_partner_id, order.company_id, order)

    # ------------------------------------------------------
    # Every route to a confirmed order, and to a bigger one
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        confirmed._credit_keep_rate()
        confirmed._credit_enforce(new=True)
        return orders

    def write(self, vals):
        if not self._credit_fields() & vals.keys():
            return super().write(vals)
        confirming = vals.get("state") == "sale"
        with self._credit_watch() if confirming else self._credit_watch_live():
            return super().write(vals)

    @api.model
    def _credit_fields(self):
        """:return: names of the fields that decide who owes how much for an order"""
        return {
            "state", "order_line", "partner_id", "partner_invoice_id", "company_id", "pricelist_id",
            "currency_id", "date_order", "fiscal_position_id", "contract_id",
        }  # fmt: skip

    @api.model
    def _sales_server_fields(self):
        """What core computes and the gate counts with: an order of nothing would pass any limit. A payment of
        another order would make this one a prepaid one.
        """
        return super()._sales_server_fields() | {
            "amount_untaxed", "amount_tax", "amount_total", "currency_rate", "invoice_status",
            "transaction_ids",
        }  # fmt: skip

    @contextmanager
    def _credit_watch(self):
        """Whatever happens inside: afterwards these orders are checked if their clients owe more by them than
        before, of those that are not confirmed for what was shipped. Watching what is watched already does
        nothing, so that an order which changes many lines at once is checked once.
        """
        watched = self.env.cr.cache.setdefault(WATCHED, set())
        orders = self.filtered(lambda order: order.id not in watched)
        watched.update(orders.ids)
        try:
            confirmed = orders.filtered(lambda order: order.state == "sale")
            currencies = {order: (order.currency_id, order.company_id) for order in orders}
            before = orders._credit_amounts()
            prices = self.env["sales.credit"]._shipped_prices(orders)
            orders._credit_lock()
            yield
            orders = orders.exists()
            new = (orders - confirmed).filtered(lambda order: order.state == "sale")
            moved = (orders - new).filtered(
                lambda order: currencies[order] != (order.currency_id, order.company_id)
            )
            (new | moved)._credit_keep_rate()
            orders.order_line._credit_keep_prices(prices, self.env["sales.credit"]._shipped_prices(orders))
            (moved | (orders - new)._credit_grown(before))._credit_enforce()
            new._credit_enforce(new=True)
        finally:
            watched.difference_update(orders.ids)

    def _credit_watch_live(self):
        """:return: like :meth:`_credit_watch`, for those of these orders by which somebody may owe"""
        return self._credit_live()._credit_watch()

    def _credit_watch_delivered(self, vals_list):
        """:param vals_list: of lines of these orders
        :return: like :meth:`_credit_watch_live`; what is entered as delivered is owed in any state
        """
        if any(vals.get("qty_delivered") for vals in vals_list):
            return self._credit_watch()
        return self._credit_watch_live()

    def _credit_live(self):
        """:return: the orders that are confirmed, or of which something was shipped"""
        # sudo: what is owed does not depend on who asks
        live = self.sudo().filtered(
            lambda order: order.state == "sale" or any(order.order_line.mapped("qty_delivered"))
        )
        return live.with_env(self.env)

    def _credit_keep_rate(self):
        """From now on they are counted at the rate of today, whatever date is written on them."""
        # sudo: nobody writes the rate by himself
        for order in self.sudo():
            order.credit_rate = order._credit_rate_today()

    def _credit_rate_today(self):
        """:return: today's rate of the order's currency"""
        company = self.company_id or self.env.company
        return self.env["res.currency"]._get_conversion_rate(
            company.currency_id, self.currency_id or company.currency_id, company, company._sales_today()
        )

    # ------------------------------------------------------
    # Answers
    # ------------------------------------------------------

    def _credit_amounts(self):
        amounts = self.env["sales.credit"]._order_amounts(self)
        confirmed = set(self.filtered(lambda order: order.state == "sale").ids)
        return {order: owed for order, owed in amounts.items() if owed[2] or order in confirmed}

    def _credit_amounts_new(self):
        """Deliveries of an earlier confirmation, cancelled since, don't make it smaller."""
        return self.env["sales.credit"]._order_amounts(self, as_ordered=True)

    def _credit_preview(self):
        if self.state == "cancel" or not self.partner_id:
            return None
        if self.state == "sale":
            return self._credit_amounts().get(self.id)
        amount = self.amount_total / (self._credit_rate_today() or 1)
        # sudo: the contract stands on the order
        return self._credit_payer().id, self.contract_id.sudo().kind == "commission", amount

    def _credit_payer(self):
        return (self.partner_invoice_id or self.partner_id).commercial_partner_id._origin

    def _credit_buyers(self):
        return {order.id: order.partner_id.commercial_partner_id._origin for order in self}

    def _credit_left_out(self):
        return {"sale.order": self.ids}

    def _credit_contract(self):
        # sudo: whether the order's contract is in force doesn't depend on who asks
        return self.contract_id.sudo()

    def _credit_is_prepaid(self, standing):
        return self._credit_is_paid_online() or super()._credit_is_prepaid(standing)

    def _credit_is_paid_online(self):
        """:return: whether the order's own payments cover it"""
        return self.currency_id.compare_amounts(self.amount_paid, self.amount_total) >= 0

    def _credit_release_values(self):
        return {"order_id": self._origin.id}

    @api.depends("partner_id", "partner_invoice_id", "contract_id", "amount_total", "state", "currency_rate")
    def _compute_credit_reason(self):
        """A confirmed order has passed; if it grows it will be asked again."""
        waiting = self.filtered(lambda order: order.state in ("draft", "sent"))
        res = super(SaleOrder, waiting)._compute_credit_reason()
        (self - waiting).credit_reason = False
        (self - waiting).credit_release_state = False
        return res

    def _compute_partner_credit_warning(self):
        """Core's banner counts otherwise, and stops nobody: there is one banner, and it is ours."""
        res = super()._compute_partner_credit_warning()
        self.partner_credit_warning = ""
        return res

    # ------------------------------------------------------
    # The client's own routes: signature and payment
    # ------------------------------------------------------

    def _validate_order(self):
        """A client who signs a blocked offer has signed it; the confirmation waits for his manager."""
        if not self._credit_hold():
            return super()._validate_order()
        return None

    def _credit_hold(self):
        """:return: whether the order can't be confirmed now; if so its manager is told"""
        self.ensure_one()
        self._credit_lock()
        reasons = self._credit_reasons_ahead()
        amount = self._credit_preview()
        if not reasons or self._credit_released(amount):
            return False
        texts = "\n".join(reason.text for reason in reasons)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("The client wants to confirm, and can't"),
            note=texts,
            user_id=(self.user_id or self.partner_id.user_id or self.env.user).id,
        )
        return True

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "contract_id": self.contract_id.id}

    @api.constrains("partner_id", "partner_invoice_id")
    def _check_invoices_payer(self):
        self.order_line._check_invoices_payer()
