import hashlib
import json

from odoo import api, models

from ...tools.import_headers import CLIENT_OF_DEAL
from ...tools.normalise import name_key, plain
from .sales_import_row import HERE


class SalesImport(models.Model):
    """The clients that deals name: each that nobody has yet gets a row of its own before the deals, and is
    checked, asked about, created and undone like any client.
    """

    _inherit = "sales.import"

    def _prepare_clients_of_deals(self):
        """Add the rows of the clients, take away those that no deal names any more. A row that was corrected
        stays as it is.
        """
        Row = self.env["sales.import.row"]
        wanted = {}
        if self.create_clients:
            run = self._new_run()
            for file in self.file_ids.filtered(lambda file: file.role == "deal"):
                self._collect_clients_of_deals(run, file, wanted)
        known = {row.of_deals: row for row in self.row_ids if row.of_deals}
        left = [row for key, row in known.items() if key not in wanted and row.result not in HERE]
        Row.union(*left).unlink()
        new = [key for key in wanted if key not in known]
        created = Row.create([self._prepare_client_row(key, wanted[key][0]) for key in new])
        known.update(zip(new, created, strict=True))
        for key, rows in wanted.items():
            Row.union(*rows).write({"client_row_id": known[key].id})

    def _prepare_rows(self):
        res = super()._prepare_rows()
        self._prepare_clients_of_deals()
        clients = self.row_ids.filtered(lambda row: row.of_deals and row.result not in HERE)
        clients.write({"action": False, "decision": False, "question": False, "result": False})
        return res

    def _check_again(self, rows):
        self._prepare_clients_of_deals()
        return super()._check_again(rows)

    def _collect_clients_of_deals(self, run, file, wanted):
        """:param dict wanted: what deals say of a client -> list of the rows of these deals; is added to"""
        columns = [
            (CLIENT_OF_DEAL[target], position)
            for target, position, _header, _number in run.columns[file.id]
            if target in CLIENT_OF_DEAL
        ]
        # Whose client has come in stays with him, whatever he is called here
        rows = file.row_ids.filtered(lambda row: not row.of_deals and row.client_row_id.result not in HERE)
        rows.write({"client_row_id": False})
        for row in rows:
            if self.env["sales.import.role"]._why_left_out(run, row):
                continue
            says = sorted(
                (target, plain(row.cells[position]))
                for target, position in columns
                if position < len(row.cells) and plain(row.cells[position])
            )
            if says and not self._client_is_here(run, dict(says).get("name")):
                key = hashlib.sha256(json.dumps([file.id, says]).encode()).hexdigest()
                wanted.setdefault(key, []).append(row)

    @api.model
    def _client_is_here(self, run, name):
        return bool(name and run.clients.get(f"name {name_key(name)}"))

    def _prepare_client_row(self, key, row):
        return {
            "import_id": self.id,
            "file_id": row.file_id.id,
            "sequence": self.env["sales.import.mapping"]._role_sequence("client"),
            "role": "client",
            "number": row.number,
            "cells": row.cells,
            "of_deals": key,
        }
