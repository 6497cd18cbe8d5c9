from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

KINDS = [
    ("ordered", "Ordered"),
    ("shipped", "Shipped"),
    ("goods_returned", "Goods taken back"),
    ("invoiced", "Invoiced"),
    ("credited", "Credit note"),
    ("paid", "Paid"),
]


class SalesPerformanceReport(models.Model):
    """What was ordered, shipped, invoiced, returned and paid, for people who never open accounting.

    Nothing is stored: it is one query over the documents. Each source is one method that returns a SELECT
    made by :meth:`_arm`; :meth:`_arms` puts them together. A row is one fact of one kind, with its own
    measure filled in and 0 in the others, so whatever is grouped or filtered, the rows add up to the totals:

    * ordered: lines of confirmed orders, on the day of the order, without tax;
    * shipped: delivered quantities at the net price of the order's line, without tax. ``sales_crm_stock``
      takes them from the warehouse's moves, on the day of the move, less what came back; what no move has
      delivered (services, databases without Inventory) counts on the day of the order: Odoo keeps none;
    * invoiced: revenue lines of posted customer invoices, on the invoice's date, without tax, as they stand
      in the ledger; credit notes count against it;
    * returned: credit notes once more, as a positive amount of their own;
    * paid: money (entries of bank and cash journals) that is matched with posted invoices, on the day of the
      payment, with tax, as the invoice is with tax; money given back on credit notes counts against it. A
      write-off within a payment is in it; money that isn't matched yet is not, see
      ``sales.receivable.report``.

    Amounts are in the company's currency at the rate of their document: of the order, the ledger's of the
    invoice, the ledger's of the payment; each row is rounded to that currency, so rows add up to the cent.
    Odoo counts a currency without any rate one to one; such rows say so in ``no_rate``.

    The manager at that time is the salesperson of the document; the manager now, the class and the region
    are those that the client has today. The client decides who sees a row, as with everything of a client: a
    manager's sales to a client that was given away are his head's and the new manager's to see. What hangs on
    no client is its salesperson's.
    """

    _name = "sales.performance.report"
    _description = "Sales Performance"
    _auto = False
    _order = "date DESC, id DESC"
    _rec_name = "number"
    _sales_guard_path = "client_id"

    kind = fields.Selection(KINDS, "What", readonly=True)
    date = fields.Date(
        readonly=True,
        help="Of the order, the shipment, the invoice or the payment, in the company's time zone. What was "
        "delivered without the warehouse has the day of its order.",
    )
    number = fields.Char("Document", readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document ID", model_field="res_model", readonly=True, aggregator=None)
    client_id = fields.Many2one(
        "res.partner", readonly=True, help="Who ordered; of invoices and payments, who was invoiced."
    )
    client_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Client's Class", readonly=True)
    client_kind = fields.Selection(
        [("new", "New client"), ("repeat", "Repeat client")],
        "New or Repeat",
        readonly=True,
        help="New for a year from the first order or invoice in the company: there is nothing to compare "
        "with in the year before.",
    )
    user_id = fields.Many2one(
        "res.users", "Manager at That Time", readonly=True, help="Who sold, as it stands in the document."
    )
    manager_id = fields.Many2one("res.users", "Manager Now", readonly=True, help="Whose client he is today.")
    team_id = fields.Many2one("crm.team", readonly=True, help="The team of the document.")
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", "Region", readonly=True)
    contract_id = fields.Many2one("sales.contract", readonly=True)
    order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        help="Of an invoice or a payment for several orders the first one.",
    )
    approach = fields.Selection(
        [("active", "Active"), ("passive", "Passive")],
        readonly=True,
        help="Of the deal that the order came from; without one, of the client's first deal.",
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, help="Payments are for whole invoices and have no product."
    )
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, help="The company's.")
    document_currency_id = fields.Many2one("res.currency", "Document's Currency", readonly=True)
    no_rate = fields.Boolean(
        "Without a Rate",
        readonly=True,
        help="The document is in a foreign currency and counts one to one: no rate was entered for its day. "
        "Ask the accountant to enter it.",
    )
    ordered_amount = fields.Monetary(
        "Ordered", readonly=True, help="Confirmed orders, without tax, on the day of the order."
    )
    shipped_amount = fields.Monetary(
        "Shipped",
        readonly=True,
        help="Delivered at the prices of the order, without tax, less the goods that came back.",
    )
    invoiced_amount = fields.Monetary(
        "Invoiced", readonly=True, help="Posted invoices less credit notes, without tax."
    )
    returned_amount = fields.Monetary(
        "Credit Notes",
        readonly=True,
        help="What was returned by documents: posted credit notes, without tax. They are taken off the "
        "invoiced amount already.",
    )
    goods_returned_amount = fields.Monetary(
        "Goods Taken Back",
        readonly=True,
        help="What came back to the warehouse, at the prices of the order, without tax. It is taken off the "
        "shipped amount already.",
    )
    paid_amount = fields.Monetary(
        "Paid",
        readonly=True,
        help="Money that is matched with invoices, with tax, on the day of the payment. Money given back on "
        "credit notes is taken off.",
    )
    margin_amount = fields.Monetary(
        "Margin",
        readonly=True,
        groups="sales_crm.group_head",
        help="Invoiced less the cost that the products have today, where a cost is entered. Lines without a "
        "cost are left out.",
    )
    margin_base_amount = fields.Monetary(
        "Invoiced with a Known Cost",
        readonly=True,
        groups="sales_crm.group_head",
        help="What the margin is to be compared with: invoiced lines whose product has a cost.",
    )
    ordered_quantity = fields.Float(readonly=True, digits="Product Unit", help="In the product's unit.")
    shipped_quantity = fields.Float(
        readonly=True, digits="Product Unit", help="In the product's unit, less the goods that came back."
    )
    invoiced_quantity = fields.Float(
        readonly=True, digits="Product Unit", help="In the product's unit, less credit notes."
    )

    _depends = {
        "account.journal": ["type"],
        "account.move": [
            "commercial_partner_id", "company_id", "contract_id", "currency_id", "date",
            "invoice_currency_rate", "invoice_date", "invoice_user_id", "journal_id", "move_type", "name",
            "origin_payment_id", "state", "team_id",
        ],
        "account.move.line": [
            "account_id", "amount_currency", "balance", "currency_id", "display_type", "move_id",
            "parent_state", "product_id", "product_uom_id", "quantity", "sale_line_ids",
        ],
        "account.partial.reconcile": [
            "amount", "credit_amount_currency", "credit_move_id", "debit_amount_currency", "debit_move_id",
        ],
        "crm.lead": ["approach", "partner_id"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "uom_id"],
        "res.partner": ["client_class", "commercial_partner_id", "country_id", "state_id", "user_id"],
        "sale.order": [
            "company_id", "contract_id", "currency_id", "currency_rate", "date_order", "name",
            "opportunity_id", "partner_id", "state", "team_id", "user_id",
        ],
        "sale.order.line": [
            "discount", "display_type", "order_id", "price_subtotal", "price_unit", "product_id",
            "product_uom_id", "product_uom_qty", "qty_delivered", "qty_delivered_method",
        ],
        "uom.uom": ["factor"],
    }  # fmt: skip

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("client_id", "user_id", mode)

    # ------------------------------------------------------
    # The documents
    # ------------------------------------------------------

    def action_open_document(self):
        """:return: the form of the order, delivery, invoice or payment of this row
        :raise AccessError: the user has no right to see it
        """
        self.ensure_one()
        self.check_access("read")
        document = self.env[self.res_model].browse(self.res_id)
        if not document.has_access("read"):
            raise AccessError(
                self.env._(
                    "You may not open %s: it belongs to accounting or to the warehouse. What you need of it "
                    "stands in this list.",
                    self.number,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [[False, "form"]],
        }

    @api.model
    def get_xlsx_action(self, domain):
        """:param list domain: the filter of the screen
        :return: the action that downloads what it finds as an Excel file
        """
        report = self.env.ref("sales_crm.report_sales_performance_xlsx")
        # sudo: the report's name is no secret; its rights are checked when it is made
        return report.sudo().report_action([], data={"domain": list(Domain(domain))}, config=False)
