from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, format_amount, format_date

from ...tools.birthday import birthday_keys

LISTED = 20  # rows of each kind in the mail
NAMED = 3  # birthdays by name where there is little room


class SalesDigest(models.AbstractModel):
    """What a manager should know in the morning beside his plan: birthdays, promises due, overdue debts.

    Asked as he himself, so he is told of nothing that he may not see; for all of his companies.
    """

    _name = "sales.digest"
    _description = "Morning Digest"

    @api.model
    def _get_counts(self, user, day):
        """:return: dict ``birthdays`` (list of names), ``promises`` (number), ``debts``: list of words, an
        amount for each currency, and ``debtors``, how many clients owe them
        """
        birthdays, debts = self._birthdays(user, day), self._debts(user)
        sums = {}
        for _client, currency, amount, _days in debts:
            sums[currency] = sums.get(currency, 0) + amount
        return {
            "birthdays": [contact.name or "" for contact, _birthday in birthdays],
            "promises": self.env["sales.promise"].search_count(self._promises_domain(user, day)),
            "debts": [format_amount(self.env, amount, currency) for currency, amount in sums.items()],
            "debtors": len({client for client, _currency, _amount, _days in debts}),
        }

    @api.model
    def _get_lines(self, digest):
        """:param dict digest: what :meth:`_get_counts` and the count of the plan have found
        :return: list of lines that say it, in the language of the environment
        """
        plan = [
            self.env._("To do: %s", digest["total"]),
            digest["urgent"] and self.env._("urgent: %s", digest["urgent"]),
            digest["carried"] and self.env._("carried over: %s", digest["carried"]),
            digest["visits"] and self.env._("visits: %s", digest["visits"]),
            *(
                self.env._("for %(name)s: %(total)s", name=cover["name"], total=cover["total"])
                for cover in digest["covers"]
            ),
        ]
        names = digest["birthdays"]
        named = ", ".join(names[:NAMED]) + (f" … +{len(names) - NAMED}" if len(names) > NAMED else "")
        lines = [
            ", ".join(filter(None, plan)),
            names and self.env._("Birthdays: %s", named),
            digest["promises"] and self.env._("Promises due: %s", digest["promises"]),
            digest["debts"]
            and self.env._(
                "Overdue: %(amounts)s (clients: %(clients)s)",
                amounts=", ".join(digest["debts"]),
                clients=digest["debtors"],
            ),
        ]
        return list(filter(None, lines))

    @api.model
    def _get_sections(self, user, day):
        """:return: list of dict ``title``, ``rows`` (list of dict ``client``, ``text``) and ``more``, how
        many there are beyond them; what is empty isn't in it
        """
        sections = [
            (self.env._("Birthdays"), self._birthday_rows(user, day)),
            (self.env._("Promises due"), self._promise_rows(user, day)),
            (self.env._("Overdue debts"), self._debt_rows(user)),
        ]
        return [
            {"title": title, "rows": rows[:LISTED], "more": max(len(rows) - LISTED, 0)}
            for title, rows in sections
            if rows
        ]

    # ------------------------------------------------------
    # Birthdays
    # ------------------------------------------------------

    @api.model
    def _birthdays(self, user, day):
        """:return: list of (contact, day of the birthday) of his clients, before his next working day"""
        until = user._sales_next_workday(day)
        days = [day + timedelta(days=number) for number in range((until - day).days)]
        keys = [(key, birthday) for birthday in days for key in birthday_keys(birthday)]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.id, near.birthday
                  FROM unnest(%(keys)s::int[], %(birthdays)s::date[]) AS near(key, birthday)
                  JOIN res_partner contact
                    ON EXTRACT(MONTH FROM contact.birthdate_date) * 100
                       + EXTRACT(DAY FROM contact.birthdate_date) = near.key
                   AND contact.birthdate_date IS NOT NULL
                  JOIN res_partner client ON client.id = contact.client_id AND client.user_id = %(user)s
                 WHERE contact.active IS TRUE AND client.active IS TRUE
                 ORDER BY near.birthday, contact.name, contact.id
                """,
                keys=[key for key, _birthday in keys],
                birthdays=[birthday for _key, birthday in keys],
                user=user.id,
            )
        )
        contacts = self.env["res.partner"].browse(contact for contact, _birthday in rows)
        seen = contacts._filtered_access("read")
        return [
            (contact, birthday)
            for contact, (_id, birthday) in zip(contacts, rows, strict=True)
            if contact in seen
        ]

    @api.model
    def _birthday_rows(self, user, day):
        return [
            {
                "client": self._prepare_client(contact.client_id),
                "text": ", ".join(
                    filter(
                        None,
                        [
                            contact.name,
                            contact.function,
                            format_date(self.env, birthday, date_format="d MMMM"),
                        ],
                    )
                ),
            }
            for contact, birthday in self._birthdays(user, day)
        ]

    # ------------------------------------------------------
    # Promises
    # ------------------------------------------------------

    @api.model
    def _promises_domain(self, user, day):
        return [("user_id", "=", user.id), ("state", "=", "open"), ("date_due", "<=", day)]

    @api.model
    def _promise_rows(self, user, day):
        promises = self.env["sales.promise"].search(self._promises_domain(user, day), order="date_due, id")
        return [
            {"client": self._prepare_client(promise.client_id), "text": self._promise_text(promise)}
            for promise in promises
        ]

    @api.model
    def _promise_text(self, promise):
        labels = dict(promise._fields["kind"]._description_selection(self.env))
        amount = format_amount(self.env, promise.amount, promise.currency_id) if promise.amount else ""
        text = ", ".join(filter(None, [labels[promise.kind], amount, promise.description]))
        return self.env._("We have promised: %s", text) if promise.direction == "company" else text

    # ------------------------------------------------------
    # Debts
    # ------------------------------------------------------

    @api.model
    def _debts(self, user):
        """The figures of the clients' cards. They are asked of his clients only: the report of receivables
        would go through everybody's.

        :return: list of (client, currency, overdue amount, days), the greatest first
        """
        Partner = self.env["res.partner"]
        clients = Partner.search(
            [("user_id", "=", user.id), ("is_client", "=", True), ("parent_id", "=", False)]
        )
        found = []
        for company in user.company_ids:
            of_company = clients.with_company(company)
            of_company._load_credit(["overdue_amount", "overdue_days"])
            found += [
                (client, company.currency_id, client.overdue_amount, client.overdue_days)
                for client in of_company
                if client.overdue_amount > 0
            ]
        return sorted(found, key=lambda debt: -debt[2])

    @api.model
    def _debt_rows(self, user):
        return [
            {
                "client": self._prepare_client(client),
                "text": self.env._(
                    "%(amount)s, %(days)s days overdue",
                    amount=format_amount(self.env, amount, currency),
                    days=days,
                ),
            }
            for client, currency, amount, days in self._debts(user)
        ]

    @api.model
    def _prepare_client(self, client):
        return {"id": client.id, "name": client.name or ""}
