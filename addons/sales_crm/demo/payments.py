"""How the clients of the example company have paid what was invoiced: on time, late, in part or not yet."""

from datetime import timedelta

from odoo.tools import split_every

BATCH = 40  # core takes longer for each of many than for each of a few
OVERDUE_SHARE = 0.06  # of what is owed and not due yet
UNPAID = 3  # so many of the overdue have paid nothing of the invoice, the others a part
UNMATCHED = 2  # so many of the last payments accounting hasn't matched yet
GRACE = 8  # days after which an unpaid invoice counts against the client, with what contracts tolerate


class Payments:
    """:param dict overdue: partner -> how many days ago his last invoice fell due
    :param slow: partners who pay each invoice some days late
    """

    def __init__(self, company, bank, overdue, slow):
        self.company = company
        self.env = company.env
        self.random = company.book.random
        self.days = company.days
        self.bank = bank
        self.overdue = overdue
        self.slow = slow

    def pay(self, invoices, on_credit):
        """:param invoices: posted, the oldest first
        :param on_credit: partners who pay when the invoice falls due; the others pay in advance
        """
        last = self._last_overdue(invoices)
        paid, owed = [], 0
        for invoice in invoices:
            if invoice in last:
                continue
            date = self._payment_date(invoice, invoice.partner_id in on_credit)
            if date:
                paid.append((invoice, date, invoice.amount_total))
            else:
                owed += invoice.amount_total
        for invoice, amount in self._parts(last, owed * OVERDUE_SHARE).items():
            date = min(invoice.invoice_date_due + timedelta(days=4), self.days.past[-7])
            paid.append((invoice, self._bank_day(date), amount))
        self._register(paid)
        self._remember_late(paid)

    def _last_overdue(self, invoices):
        """:return: of each overdue client the last invoice that he should have paid long since"""
        last = {}
        for invoice in invoices:
            if invoice.partner_id in self.overdue and self.days.ago(invoice.invoice_date_due) > GRACE:
                last[invoice.partner_id] = invoice
        return self.env["account.move"].concat(*last.values())

    def _payment_date(self, invoice, on_credit):
        """:return: when it was paid; None if it is not due yet"""
        if not on_credit:
            return invoice.invoice_date
        due = invoice.invoice_date_due
        late = (
            self.random.randrange(4, 14) if invoice.partner_id in self.slow else self.random.randrange(-3, 1)
        )
        if due >= self.days.today:
            return None
        return self._bank_day(min(max(due + timedelta(days=late), invoice.invoice_date), self.days.past[-1]))

    def _bank_day(self, date):
        """:return: the day, or the Friday before it: banks don't work on Saturdays and Sundays"""
        return date - timedelta(days=max(date.weekday() - 4, 0))

    def _parts(self, invoices, left):
        """:param left: what all of the invoices together leave unpaid
        :return: dict invoice -> what was paid of it, without those of which nothing was
        """
        parts = {}
        step = round(5000 * self.company.price_rate, 2)
        for number, invoice in enumerate(invoices.sorted(lambda one: (one.amount_total, one.id))):
            share = left / (len(invoices) - number)
            amount = max(invoice.amount_total - share, 0) // step * step
            if number >= UNPAID and amount:
                parts[invoice] = invoice.currency_id.round(amount)
            left -= invoice.amount_total - parts.get(invoice, 0)
            left = max(left, 0)
        return parts

    def _remember_late(self, paid):
        for invoice, date, amount in paid:
            known = invoice.partner_id in self.slow or invoice.partner_id in self.overdue
            if known and date > invoice.invoice_date_due:
                self.company.promised.append((invoice, date, amount))

    # ------------------------------------------------------
    # In the ledger
    # ------------------------------------------------------

    def _register(self, paid):
        """:param paid: list of (invoice, day, amount)"""
        payments = self.env["account.payment"]
        for batch in split_every(BATCH, paid):
            created = payments.create([self._prepare_payment(*payment) for payment in batch])
            created.action_post()
            payments |= created
        self.analyse()
        waiting = self._not_matched_yet(paid)
        pairs = [(one[0], payment) for one, payment in zip(paid, payments, strict=True) if one not in waiting]
        for batch in split_every(BATCH, pairs):
            self.env["account.move.line"]._reconcile_plan([self._receivable(*pair) for pair in batch])
            self.analyse()

    def _not_matched_yet(self, paid):
        """:return: the last payments, of clients who owe nothing overdue: so many as accounting is behind"""
        good = [one for one in paid if one[0].partner_id not in {*self.overdue, *self.slow}]
        return sorted(good, key=lambda one: (one[1], one[0].id))[-UNMATCHED:]

    def _receivable(self, invoice, payment):
        """:return: their lines that settle each other"""
        account = payment.destination_account_id
        lines = invoice.line_ids | payment.move_id.line_ids
        return lines.filtered(lambda line: line.account_id == account)

    def analyse(self):
        """Core asks for the payments of each invoice: minutes, where PostgreSQL knows nothing of the rows."""
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_payment, account_partial_reconcile"
        )

    def _prepare_payment(self, invoice, date, amount):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.partner_id.id,
            "amount": amount,
            "date": date,
            "memo": invoice.name,
            "journal_id": self.bank.id,
            "outstanding_account_id": self.bank.default_account_id.id,
        }
