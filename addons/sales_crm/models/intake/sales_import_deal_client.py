import hashlib
import json

from odoo import api, models

from ...tools.import_headers import CLIENT_OF_DEAL
from ...tools.import_run import PlainRow
from ...tools.normalise import name_key, plain, squeeze
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
        rows = file.row_ids.filtered(lambda row: not row.of_deals)
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


class SalesImportRoleClient(models.AbstractModel):
    _inherit = "sales.import.role.client"

    @api.model
    def _columns(self, run, row):
        columns = super()._columns(run, row)
        if not row.of_deals:
            return columns
        return [
            (CLIENT_OF_DEAL[target], position, header, number or 1)
            for target, position, header, number in columns
            if target in CLIENT_OF_DEAL
        ]

    @api.model
    def _parse(self, run, row):
        """Whose deal it is has the client, too."""
        said = super()._parse(run, row)
        if row.of_deals:
            user = self._agent_of_deal(run, row)
            if user:
                said.values["user_id"] = user
        return said

    @api.model
    def _agent_of_deal(self, run, row):
        """:return: id of the deal's agent, also of one whom the import creates; what is wrong with him the
        deal's own row says
        """
        for target, position, header, _number in run.columns[row.file_id.id]:
            text = squeeze(row.cells[position]) if position < len(row.cells) else ""
            if target == "deal_agent" and text:
                found = self._find_user(run, row, header, text, PlainRow())
                if not found and run.executing and run.may_create_users:
                    found = self._of("agent")._user_of(run, text).id
                return found
        return False


class SalesImportRoleDeal(models.AbstractModel):
    _inherit = "sales.import.role.deal"

    @api.model
    def _notes_of_client(self, run, row, cells):
        brought = row.client_row_id
        comes = brought and (brought.result in HERE if run.executing else True)
        return [] if comes else super()._notes_of_client(run, row, cells)

    @api.model
    def _clients_of(self, run, values):
        """The client whom the deal's own row has brought in, whatever he is called here."""
        brought = values["client_row"]
        is_known = brought.result in HERE or brought.action in ("update", "unchanged")
        if is_known and brought.res_model == "res.partner" and brought.res_id:
            return [brought.res_id]
        return super()._clients_of(run, values)
