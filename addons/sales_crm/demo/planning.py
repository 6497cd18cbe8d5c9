"""What the head has prepared: regular work, a mass plan, a file to import; what she looks after."""

import base64
import re
from datetime import timedelta

from odoo.fields import Command

from .part import Part

EXPORTS = ((150, 61), (30, 24), (45, 6))  # rows, and how many working days ago
TWINS = ((2, 95), (41, 133))  # indices of clients with one phone, of two managers


class Planning(Part):
    """Leaves the clients and today's activities as they are."""

    def __init__(self, company):
        super().__init__(company)
        self.as_head = self.env(user=company.head.id, su=False)

    def load(self):
        self._mark_stuck()
        self._make_twins()
        self._start_cadences()
        self._plan_many()
        self._read_file()
        self._write_exports()

    def _mark_stuck(self):
        """As the job of the night does it; the activities about it come with the next night."""
        Lead = self.env["crm.lead"]
        self.env.flush_all()
        stuck = Lead._query_stuck(Lead._stuck_limits())
        stuck.write({"is_stuck": True, "stuck_since": self.days.past[-1]})

    def _make_twins(self):
        """Two cards for one firm, each with another manager: the list of possible duplicates has them."""
        for index, twin in TWINS:
            first, second = (self.company.clients[number].partner for number in (index, twin))
            name = first.name
            for pattern, replacement in self.book["respelled"]:
                name = re.sub(pattern, replacement, name)
            second.write({"name": name, "phone": first.phone, "city": first.city, "zip": first.zip})

    def _start_cadences(self):
        """Regular work that begins next week, and one that is still being prepared."""
        begin = self.days.today + timedelta(days=7)
        call, mail = (
            self.env.ref(f"mail.mail_activity_data_{name}", raise_if_not_found=False)
            for name in ("call", "email")
        )
        (name, summary), (other, other_summary) = self.book["cadences"]
        cadences = self.as_head["sales.cadence"].create(
            [
                {
                    "name": name,
                    "summary": summary,
                    "activity_type_id": call.id,
                    "interval_number": 10,
                    "scope": "domain",
                    "client_domain": "[('client_class', '=', 'A')]",
                    "date_from": begin,
                },
                {
                    "name": other,
                    "summary": other_summary,
                    "activity_type_id": mail.id,
                    "interval_number": 3,
                    "interval_unit": "month",
                    "scope": "domain",
                    "client_domain": "[('contract_id', '!=', False)]",
                    "date_from": begin,
                },
            ]
        )
        cadences[0].action_start()

    def _plan_many(self):
        """A mass plan for next week, checked and not yet carried out."""
        begin = self.days.today + timedelta(days=7)
        plan = self.as_head["sales.mass.plan"].create(
            {
                "summary": self.book["mass_plan"],
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "scope": "domain",
                "client_domain": "[('client_class', '=', 'B')]",
                "date_from": begin,
                "date_to": begin + timedelta(days=11),
            }
        )
        plan.action_preview()

    def _read_file(self):
        """A file with visiting cards, read and checked; its clients are not in the base yet."""
        rows = [self.book["import_head"]]
        phones = {city["name"]: city["phone"] for city in self.book["cities"]}
        for name, city, comment in self.book["import_rows"]:
            rows.append([name, self.book.phone(phones[city]), city, comment])
        text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
        # The head's own upload, which nobody else may read
        attachment = self.as_head["ir.attachment"].create(
            {"name": self.book["import_name"], "datas": base64.b64encode(text.encode("utf-8"))}
        )
        record = self.as_head["sales.import"].create({"attachment_ids": [Command.set(attachment.ids)]})
        record.action_read()
        record.action_analyse()

    def _write_exports(self):
        """The head has taken the list of clients out three times, not today."""
        log = self.env["sales.export.log"]
        partners = self.as_head["res.partner"]
        # sudo: in the head's name; only the server writes what was exported
        written = log.with_env(self.as_head).sudo()
        logs = log.create(
            [
                {
                    **written._prepare_record("list", partners, rows),
                    **written._prepare_filter(partners, [("is_client", "=", True)]),
                    "name": self.book["export_name"],
                    "date": self.days.past[-ago],
                }
                for rows, ago in EXPORTS
            ]
        )
        moments = [self.days.moment(log.date, 400) for log in logs]
        self.company.backdate(logs, moments, [self.company.head] * len(logs))
