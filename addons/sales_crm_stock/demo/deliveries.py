"""What has left the warehouse of the example company, what is late, and what came back."""

from contextlib import contextmanager
from datetime import timedelta

from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.sales_crm.demo.book import Book
from odoo.addons.sales_crm.demo.company import Company
from odoo.addons.sales_crm.demo.days import Days
from odoo.addons.sales_crm.demo.load import HISTORY_DAYS
from odoo.addons.sales_crm.demo.part import Part
from odoo.addons.sales_crm.models.country.res_company import UNNAMED

PARTIAL = (1, 4)  # of the invoiced orders, the last ones first: half of them has gone
RETURNED = 8  # the same: some of it came back
# Of the orders that are not invoiced yet, in turn
TURN = ("late", "ahead", "done", "ahead")
AHEAD = 5  # working days that are planned
IN_STOCK = 1.3  # of all that was ordered


def load(env, language):
    """:param str language: name of a language file of ``sales_crm``"""
    book = Book(language)
    days = Days(book["tz"], HISTORY_DAYS, env.ref("base.main_company"))
    Deliveries(Company(env, book, days)).load()


class Deliveries(Part):
    """Made by the warehouse itself, all of an example's orders at once, then dated back."""

    def load(self):
        self.orders = self._find_orders()
        if not self.orders:
            return
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        if warehouse.name in UNNAMED:
            warehouse.name = self.book["warehouse"]
        self.location = warehouse.lot_stock_id
        self._plan()
        self._fill_stock()
        with self._of_their_day():
            # The orders were confirmed without their deliveries, see sales.demo
            lines = self.orders.with_context(skip_procurement=False).order_line
            lines._action_launch_stock_rule()
            self._deliver()
            self._return()
        self._date_back()

    def _find_orders(self):
        """:return: the confirmed orders of the example company, without deliveries, the last ones first"""
        logins = [login for login, _name in self.book["former"]]
        logins += [f"manager{number}" for number in range(1, len(self.book["managers"]) + 1)]
        return self.env["sale.order"].search(
            [
                ("user_id", "in", self._users(logins).ids),
                ("state", "=", "sale"),
                ("company_id", "=", self.env.company.id),
                ("picking_ids", "=", False),
            ],
            order="date_order DESC, id DESC",
        )

    def _users(self, logins):
        users = self.env["res.users"].with_context(active_test=False)
        return users.search([("login", "in", logins)])

    # ------------------------------------------------------
    # What is to go when
    # ------------------------------------------------------

    def _plan(self):
        """Find out of each order when it goes or was to go, and what has become of it."""
        ahead = self._workdays_ahead()
        invoiced = {order: order.invoice_ids[:1].invoice_date for order in self.orders if order.invoice_ids}
        self.day_of = {}  # order -> date
        self.done = self.env["sale.order"]
        for order in self.orders:
            if order in invoiced:
                self.day_of[order] = min(invoiced[order], self.days.past[-1])
                self.done |= order
        self.partial = self.env["sale.order"].concat(
            *(self.done[number] for number in PARTIAL if number < len(self.done))
        )
        self.returned = self.done[RETURNED : RETURNED + 1]
        self.next_day = ahead[1]
        for number, order in enumerate(self.orders - self.done):
            turn = TURN[number % len(TURN)]
            self.day_of[order] = ahead[number % AHEAD] if turn == "ahead" else self.days.past[-1]
            if turn == "done":
                self.done |= order
        # The client was told so; the warehouse plans by it
        self._write_moments(
            self.orders, "commitment_date", [self._moment(order) for order in self.orders], "sale_order"
        )

    def _workdays_ahead(self):
        """:return: list of the next working days of the company, without today"""
        days = [self.days.today + timedelta(days=number) for number in range(1, 60)]
        works = self.env.company._sales_workdays(days[0], days[-1])[self.env.company]
        return [day for day in days if day in works][:AHEAD]

    def _moment(self, order, later=0):
        """:param int later: minutes
        :return: when on its day it goes
        """
        return self.days.moment(self.day_of[order], 60 + order.id * 7 % 400 + later)

    def _write_moments(self, records, column, moments, table):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s record SET %(column)s = past.moment
                  FROM unnest(%(ids)s::int[], %(moments)s::timestamp[]) AS past(id, moment)
                 WHERE record.id = past.id
                """,
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                ids=records.ids,
                moments=list(moments),
            )
        )
        records.invalidate_recordset([column], flush=False)

    # ------------------------------------------------------
    # The warehouse
    # ------------------------------------------------------

    def _fill_stock(self):
        """Counted a year ago: enough for all that was ordered since."""
        lines = self.orders.order_line
        lines.product_id.is_storable = True
        quants = (
            self.env["stock.quant"]
            .with_context(inventory_mode=True)
            .create(
                [
                    {
                        "product_id": product.id,
                        "location_id": self.location.id,
                        "inventory_quantity": sum(of.mapped("product_uom_qty")) * IN_STOCK // 100 * 100 + 100,
                    }
                    for product, of in lines.grouped("product_id").items()
                ]
            )
        )
        quants.action_apply_inventory()
        moves = self.env["stock.move"].search([("product_id", "in", quants.product_id.ids)])
        self._date_moves(moves, [self.days.moment(self.days.past[0], 30)] * len(moves))

    @contextmanager
    def _of_their_day(self):
        """The credit gate judges by what is owed today. It had let these goods go when they left: meanwhile
        the contracts stop nothing.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT id, credit_limit, overdue_tolerance_days FROM sales_contract WHERE state = 'active'
            """
        )
        terms = self.env.cr.fetchall()
        self._write_terms([(number, 1e12, 10_000) for number, _limit, _days in terms])
        yield
        self._write_terms(terms)

    def _write_terms(self, terms):
        """:param list terms: of (id of a contract, limit, tolerated days)"""
        contracts = self.env["sales.contract"]
        self.env.flush_all()
        self.env.cr.execute_values(
            """
            UPDATE sales_contract SET credit_limit = terms.most, overdue_tolerance_days = terms.days
              FROM (VALUES %s) AS terms(id, most, days) WHERE sales_contract.id = terms.id
            """,
            terms,
        )
        contracts.invalidate_model(["credit_limit", "overdue_tolerance_days"])
        contracts._forget_credit()

    def _deliver(self):
        pickings = self.done.picking_ids
        pickings.move_ids.picked = True
        for move in self.partial.picking_ids.move_ids:
            move.quantity = move.product_uom_qty / 2 // 10 * 10 or move.product_uom_qty
        pickings.with_context(skip_sms=True)._action_done()

    def _return(self):
        """A tenth of the first line has come back."""
        for picking in self.returned.picking_ids:
            wizard = (
                self.env["stock.return.picking"]
                .with_context(active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")
                .create({})
            )
            line = wizard.product_return_moves[0]
            wizard.product_return_moves = [
                Command.update(one.id, {"quantity": one.move_quantity // 10 if one == line else 0})
                for one in wizard.product_return_moves
            ]
            back = wizard._create_return()
            back.move_ids.picked = True
            back.with_context(skip_sms=True)._action_done()
            self._credit(back)

    def _credit(self, back):
        """What came back is no longer owed: a credit note for it, of the day of the return."""
        invoice = self.returned.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )[:1]
        came_back = {move.sale_line_id: move.quantity for move in back.move_ids if move.quantity}
        if not invoice or not came_back:
            return
        note = invoice._reverse_moves([{"invoice_date": self._day_of_return(self.returned)}])
        commands = []
        for line in note.invoice_line_ids:
            quantity = came_back.get(line.sale_line_ids[:1])
            commands.append(
                Command.update(line.id, {"quantity": quantity}) if quantity else Command.delete(line.id)
            )
        note.invoice_line_ids = commands
        note.action_post()

    # ------------------------------------------------------
    # As old as they tell
    # ------------------------------------------------------

    def _date_back(self):
        pickings = self.orders.picking_ids
        self.company.backdate(
            pickings,
            [picking.sale_id.date_order + timedelta(minutes=5) for picking in pickings],
            [picking.sale_id.user_id for picking in pickings],
        )
        done = pickings.filtered(lambda picking: picking.state == "done")
        moments = [self._moment_done(picking) for picking in done]
        self._write_moments(done, "date_done", moments, "stock_picking")
        done.modified(["date_done"])
        of_picking = dict(zip(done, moments, strict=True))
        self._date_moves(done.move_ids, [of_picking[move.picking_id] for move in done.move_ids])
        # What was left goes with the next lorry
        for rest in pickings.filtered(lambda picking: picking.backorder_id and picking.state != "done"):
            rest.scheduled_date = self.days.moment(self.next_day, 90)

    def _moment_done(self, picking):
        """A return comes two working days after the delivery, or as late as it can."""
        if picking.return_id:
            return self.days.moment(self._day_of_return(picking.sale_id), 460)
        return self._moment(picking.sale_id)

    def _day_of_return(self, order):
        index = self.days.index_of(self.day_of[order])
        return self.days.past[min(index + 2, len(self.days.past) - 1)]

    def _date_moves(self, moves, moments):
        self._write_moments(moves, "date", moments, "stock_move")
        lines = moves.move_line_ids
        of_move = dict(zip(moves, moments, strict=True))
        self._write_moments(lines, "date", [of_move[line.move_id] for line in lines], "stock_move_line")
