"""A file that was imported last month: what a colleague had noted of clients that are here already."""

import base64
from datetime import timedelta

from odoo.fields import Command

from .part import Part

IMPORTED = 22  # working days ago
KNOWN = (6, 38, 69, 98, 127)  # indices of the clients in the file


class Intake(Part):
    """Read, checked and imported by the head as anybody would do it, then dated back."""

    def load(self):
        env = self.env(user=self.company.head.id, su=False)
        attachment = env["ir.attachment"].create(
            {"name": self.book["notebook_name"], "datas": base64.b64encode(self._text().encode("utf-8"))}
        )
        record = env["sales.import"].create(
            {"attachment_ids": [Command.set(attachment.ids)], "error_policy": "good"}
        )
        record.action_read()
        record.action_analyse()
        record.duplicate_decision = "update"
        record.action_import()
        started = self.days.moment(self.days.past[-IMPORTED], 150)
        # sudo: only the server says when something was
        record.sudo().write({"date_start": started, "date_end": started + timedelta(seconds=2)})
        self.company.backdate(record.sudo(), [started - timedelta(minutes=6)], [self.company.head])

    def _text(self):
        """:return: text of the file: a row for each client, and one that nobody can read"""
        rows = [self.book["notebook_head"]]
        for index, (industry, comment) in zip(KNOWN, self.book["notebook_rows"], strict=True):
            partner = self.company.clients[index].partner
            rows.append([partner.name, partner.phone, partner.city, industry, comment])
        rows.append(["", "", "", "", self.book["notebook_nobody"]])
        return "\n".join(";".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in rows)
