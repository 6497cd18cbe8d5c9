from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

from ...tools.normalise import plain
from .sales_import_role_client import STEP_TYPES


class SalesImportRoleClient(models.AbstractModel):
    """Rows of a client base: doing what is planned, with the rights of the importing user."""

    _inherit = "sales.import.role.client"

    @api.model
    def _execute(self, run, rows):
        following = rows.filtered(lambda row: row.head_row_id and row._planned() == "unchanged")
        rows = self._settle(rows - following)
        said = {row: self._parse(run, row) for row in rows}
        steps = []
        creating = rows.filtered(lambda row: row._planned() == "create")
        self._create_clients(run, {row: said[row] for row in creating}, steps)
        self._update_clients(run, {row: said[row] for row in rows - creating}, steps)
        if steps:
            self.env["mail.activity"].create(steps)
        self._settle_following(following)

    @api.model
    def _settle_following(self, rows):
        """Rows that say nothing new about the client of a row before them: whether he has come in, is known
        once that row is done.
        """
        for head, of_head in rows.grouped("head_row_id").items():
            if head.res_id and head.result in ("created", "updated", "unchanged"):
                of_head.write({"result": "unchanged", "res_model": head.res_model, "res_id": head.res_id})
                continue
            for row in of_head:
                self._finish(row, "skipped", message=self._head_not_imported(row, head))

    @api.model
    def _head_not_imported(self, row, head):
        return self.env._(
            "Row %(row)s: row %(head)s, which brings this client in, was not imported.",
            row=row.number,
            head=head.number,
        )

    # ------------------------------------------------------
    # New clients
    # ------------------------------------------------------

    @api.model
    def _create_clients(self, run, said, steps):
        for row in said:
            if row.action == "create":
                self._check_still_new(run, row, said[row])
        clients = self.env["res.partner"].create(
            [self._prepare_client_values(says) for says in said.values()]
        )
        for (row, says), client in zip(said.items(), clients, strict=True):
            run.add_client(client.id, says.keys)
            self._finish(row, "created", client)
            if says.step:
                steps.append(self._prepare_step_values(client, says.step))

    @api.model
    def _check_still_new(self, run, row, said):
        """:raise UserError: someone has entered this client since the rows were checked"""
        for key in said.keys:
            for client in run.clients.get(key, ()):
                if client in run.own_clients:
                    continue
                run.load_states([client])
                if self._may_be(run.states.get(("partner", client)), said):
                    raise UserError(
                        self.env._(
                            "Row %(row)s: “%(client)s” has appeared among the clients since the check. "
                            "Check the file again in a new import.",
                            row=row.number,
                            client=run.states["partner", client].values["name"],
                        )
                    )

    @api.model
    def _prepare_client_values(self, said):
        """:return: values of the new client with its contact persons"""
        values = dict(said.values)
        return {
            "is_company": True,
            **values,
            "is_client": True,
            "contact_channel_ids": [
                Command.create(self._prepare_channel_values(*channel)) for channel in said.channels
            ],
            "comment": self._note_html(said.notes),
            "child_ids": [
                Command.create(self._prepare_contact_values(contact, values.get("user_id")))
                for contact in said.contacts
            ],
        }

    @api.model
    def _prepare_contact_values(self, contact, manager_id):
        return {"type": "contact", "user_id": manager_id, **contact}

    @api.model
    def _prepare_channel_values(self, kind, value, words):
        return {"kind": kind, "value": value, "note": words}

    @api.model
    def _note_html(self, notes):
        return plaintext2html("\n".join(notes)) if notes else False

    @api.model
    def _prepare_step_values(self, client, step):
        """:return: values of the client's next activity, for its manager"""
        user = client.user_id or self.env.user
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": client.id,
            "activity_type_id": self._step_type(step["summary"]).id,
            "summary": step["summary"],
            "date_deadline": step["date"] if step["dated"] else user._sales_today(),
            "user_id": user.id,
        }

    @api.model
    def _step_type(self, summary):
        """:return: the type of activity that the words mean, a task if they mean none"""
        text = plain(summary)
        for xmlid, pattern in STEP_TYPES:
            if pattern.search(text):
                found = self.env.ref(xmlid, raise_if_not_found=False)
                if found:
                    return found
        return self.env.ref("mail.mail_activity_data_todo")

    # ------------------------------------------------------
    # Known clients
    # ------------------------------------------------------

    @api.model
    def _update_clients(self, run, said, steps):
        targets = {row: self._target_client(row) for row in said}
        for client in targets.values():
            run.states.pop(("partner", client.id), None)
        run.load_states([client.id for client in targets.values()])
        for row, says in said.items():
            self._update_client(run, row, targets[row], says, steps)

    @api.model
    def _target_client(self, row):
        """:return: the client that the row updates
        :raise UserError: it is not there
        """
        head = row.head_row_id
        client = self.env["res.partner"].browse(row.res_id or head.res_id).exists()
        if client:
            return client
        if head:
            raise UserError(self._head_not_imported(row, head))
        raise UserError(self.env._("Row %s: the client was deleted after the check.", row.number))

    @api.model
    def _update_client(self, run, row, client, said, steps):
        state = run.states["partner", client.id]
        changes = self._changes(state, said, row.head_row_id.id)
        if not changes:
            self._finish(row, "unchanged", client)
            return
        values = dict(changes.values)
        if changes.notes:
            values["comment"] = (client.comment or "") + self._note_html(changes.notes)
        if changes.channels:
            values["contact_channel_ids"] = [
                Command.create(self._prepare_channel_values(*channel)) for channel in changes.channels
            ]
        if values:
            client.write(values)
        for known, contact_values in changes.contact_values:
            self.env["res.partner"].browse(known["id"]).write(contact_values)
        self._add_contacts(client, state, changes)
        if changes.step:
            steps.append(self._prepare_step_values(client, changes.step))
        self._finish(row, "updated", client)

    @api.model
    def _add_contacts(self, client, state, changes):
        state.apply(changes)
        if not changes.new_contacts:
            return
        contacts = self.env["res.partner"].create(
            [
                {"parent_id": client.id, **self._prepare_contact_values(contact, client.user_id.id)}
                for contact in changes.new_contacts
            ]
        )
        for known, contact in zip(state.contacts[-len(contacts) :], contacts, strict=True):
            known["id"] = contact.id
