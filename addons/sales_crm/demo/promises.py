"""What clients have promised to pay, and what the managers have promised to clients."""

from datetime import timedelta

from .part import Part

SETTLED = 24  # promises of paid invoices, the last ones
OWN = 5  # each manager has given so many promises


class Promises(Part):
    """After the payments, which settle the clients' promises."""

    def __init__(self, company):
        super().__init__(company)
        self.values = []

    def load(self):
        self._settled()
        self._waiting()
        self._own()
        promises = self.env["sales.promise"].create(self.values)
        self.company.backdate(
            promises,
            [self.days.moment(promise.date_made, 120) for promise in promises],
            [promise.user_id for promise in promises],
        )

    # ------------------------------------------------------
    # The clients'
    # ------------------------------------------------------

    def _settled(self):
        """Of invoices that were paid late: most promises were kept, some only in part."""
        late = sorted(self.company.promised, key=lambda paid: (paid[2] == paid[0].amount_total, paid[1]))
        parts = [paid for paid in late if paid[2] < paid[0].amount_total]
        for number, (invoice, date, amount) in enumerate(parts + late[len(parts) :][-SETTLED:]):
            missed = amount == invoice.amount_total and number % 5 == 2
            due = date - timedelta(days=1 if missed else 0)
            made = min(self.days.past[max(self.days.index_of(date) - 3, 0)], due)
            self._promise(invoice, invoice.amount_total, made, due, number)

    def _waiting(self):
        """Clients with an overdue invoice have promised to pay; some of them haven't kept it."""
        overdue = self._posted().filtered(
            lambda move: move.amount_residual and move.invoice_date_due < self.days.today
        )
        groups = overdue.grouped("partner_id").values()
        for number, (invoice, *_others) in enumerate(groups):
            due = self.days.past[-2] if number % 3 == 0 else self.days.today + timedelta(number % 4)
            self._promise(invoice, invoice.amount_residual, self.days.past[-6], due, number)

    def _posted(self):
        return self.env["account.move"].search(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("partner_id", "in", [client.partner.id for client in self.company.clients]),
            ],
            order="id",
        )

    def _promise(self, invoice, amount, made, due, number):
        texts = self.book["promise_texts"]
        self.values.append(
            {
                "client_id": invoice.commercial_partner_id.id,
                "amount": amount,
                "move_id": invoice.id,
                "date_made": made,
                "date_due": due,
                "description": texts[number % len(texts)],
            }
        )

    # ------------------------------------------------------
    # Ours
    # ------------------------------------------------------

    def _own(self):
        """What the managers have promised: some kept, one not, the rest for this week."""
        texts = self.book["own_promises"]
        for manager in self.company.managers:
            clients = [client for client in self.company.clients if client.manager == manager]
            for number, client in enumerate(clients[3 :: len(clients) // OWN][:OWN]):
                kind, text = texts[number % len(texts)]
                said = (None, "kept", None, "kept", "broken")[number]
                made = self.days.past[-4 - 3 * number]
                due = (
                    self.days.past[-2 - 2 * number] if said else self.days.today + timedelta(days=1 + number)
                )
                self.values.append(
                    {
                        "client_id": client.partner.id,
                        "direction": "company",
                        "kind": kind,
                        "description": text,
                        "date_made": made,
                        "date_due": due,
                        "said": said,
                        "date_said": said and due,
                    }
                )
