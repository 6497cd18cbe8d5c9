import re
from datetime import date

from odoo import api, models

from ...tools.birthday import YEAR_UNKNOWN
from ...tools.client_state import KINDS
from ...tools.normalise import squeeze, tax_key

MAX_CANDIDATES = 5  # clients that share one phone or one name


class SalesImportRoleClient(models.AbstractModel):
    """Rows of a client base: which client is meant, and what would change.

    * The same tax number: the row updates the client. Two different ones: never the same client.
    * The same tax number or name, and all that the row says is there: unchanged.
    * The same name within the file, and the row brings a contact person or fills a gap and says nothing
      otherwise: the row goes on with the client that an earlier row has brought in.
    * Else the same name, phone or mail: a duplicate, and a person decides.
    """

    _inherit = "sales.import.role.client"

    @api.model
    def _prefetch(self, run, parsed, earlier):
        clients = [row.res_id for row in earlier.values() if row.res_model == "res.partner"]
        for said in parsed.values():
            for key in said.keys:
                clients += run.clients.get(key, ())[:MAX_CANDIDATES]
        run.load_states(clients)

    @api.model
    def _candidates(self, run, said):
        """:return: list of tuples (kind of key, key's value, "partner" or "row", id)"""
        seen, found = set(), []
        for key in said.keys:
            kind, _space, value = key.partition(" ")
            targets = [("partner", client) for client in run.clients.get(key, ())[:MAX_CANDIDATES]]
            targets += [("row", row_id) for row_id in run.file_keys.get(key, ())[:MAX_CANDIDATES]]
            for target in targets:
                if target not in seen and self._may_be(run.states.get(target), said):
                    seen.add(target)
                    found.append((kind, value, *target))
        return found

    @api.model
    def _may_be(self, state, said):
        """:return: whether the client can be the row's: not with another tax number"""
        if state is None:
            return False
        ours, theirs = said.values.get("vat"), state.values.get("vat")
        return not (ours and theirs) or tax_key(ours) == tax_key(theirs)

    @api.model
    def _plan(self, run, row, said):
        candidates = self._candidates(run, said)
        for kind, _value, model, res_id in candidates:
            state = run.states[model, res_id]
            if kind in ("tax", "name") and self._says_nothing_new(run, row, said, model, res_id):
                return self._plan_unchanged(run, row, said, model, res_id)
            if kind == "tax" and state.values.get("active", True):  # archived ones need a decision
                return self._plan_update(run, row, said, model, res_id)
        for kind, _value, model, res_id in candidates:
            if kind == "name" and self._goes_on(run, row, said, model, res_id):
                return self._plan_update(run, row, said, model, res_id)
        if candidates:
            return self._plan_duplicate(run, row, said, candidates[0])
        return {
            "action": "create",
            "user_id": said.values.get("user_id"),
            "message": self._plan_message(said, None),
        }

    @api.model
    def _says_nothing_new(self, run, row, said, model, res_id):
        """:return: whether everything that the row says is there; what would be left out is not there"""
        state = run.states[model, res_id]
        if not self._same_numbers(state, said):
            return False
        changes = state.compare(said, fill_only=bool(self._follows(run, row, model, res_id)))
        here = state.values.get("is_client", True) and state.values.get("active", True)
        return here and not changes and not changes.kept and not changes.kept_contacts

    @api.model
    def _follows(self, run, row, model, res_id):
        """:return: id of an earlier row that speaks for this client, False if there is none"""
        if model == "row":
            return res_id
        claim = run.claims.get(res_id)
        return claim if claim and claim != row.id else False

    @api.model
    def _same_numbers(self, state, said):
        """:return: whether the names have the same numbers: “Shop 1 12” is not “Shop 11 2”"""
        names = (state.values.get("name"), said.values.get("name"))
        ours, theirs = (re.findall(r"\d+", name or "") for name in names)
        return ours == theirs

    @api.model
    def _changes(self, state, said, follows):
        """:return: Changes. What the row says otherwise than a row before it is added beside: a phone and a
        mail as a further one, the rest to the note; so is another name for one tax number
        """
        changes = state.compare(said, fill_only=bool(follows), kept=("name",))
        for name, value in changes.kept.items():
            if name in KINDS:
                words = said.contacts[0]["name"] if said.contacts else ""
                changes.channels.append((KINDS[name], value, words))
                continue
            self._add_note(state, changes, f"{self._field_label(name)}: {self._value_text(name, value)}")
        for contact, name, value in changes.kept_contacts:
            label = self._field_label(name)
            self._add_note(state, changes, f"{contact}, {label}: {self._value_text(name, value)}")
        if not state.values.get("is_client", True):
            changes.values["is_client"] = True
        if not state.values.get("active", True):
            changes.values["active"] = True
        return changes

    @api.model
    def _add_note(self, state, changes, line):
        if squeeze(line) not in state.notes and line not in changes.notes:
            changes.notes.append(line)

    @api.model
    def _value_text(self, name, value):
        """:return: a value of a field as people read it"""
        if name.endswith("_id"):
            return self.env[self.env["res.partner"]._fields[name].comodel_name].browse(value).display_name
        if isinstance(value, date):
            return f"{value:%d.%m}" if value.year == YEAR_UNKNOWN else f"{value:%d.%m.%Y}"
        return str(value)

    @api.model
    def _goes_on(self, run, row, said, model, res_id):
        """Does this row of the same name go on with the client of a row before it?

        :return: whether it brings a person or fills a gap, and says nothing otherwise; the phone and the
            mail of a row that brings a person may be others, as they are his
        """
        state = run.states[model, res_id]
        if not self._follows(run, row, model, res_id) or not self._same_numbers(state, said):
            return False
        changes = state.compare(said, fill_only=True)
        if changes.new_contacts or changes.contact_values:
            return changes.kept.keys() <= KINDS.keys()
        return not changes.kept

    # ------------------------------------------------------
    # Values of the row
    # ------------------------------------------------------

    @api.model
    def _target_values(self, run, row, model, res_id):
        """:return: values of the row that say which client is meant"""
        follows = self._follows(run, row, model, res_id)
        vals = {"head_row_id": follows}
        if model == "partner":
            vals.update(res_model="res.partner", res_id=res_id)
        return vals

    @api.model
    def _plan_unchanged(self, run, row, said, model, res_id):
        return {
            **self._target_values(run, row, model, res_id),
            "action": "unchanged",
            "message": self.env._("Nothing new about %s.", self._target_name(run, model, res_id)),
        }

    @api.model
    def _plan_update(self, run, row, said, model, res_id):
        state = run.states[model, res_id]
        changes = self._changes(state, said, self._follows(run, row, model, res_id))
        message = self._plan_message(said, changes, state)
        if changes.kept or changes.kept_contacts:
            said.warnings.append(self._kept_message(changes))
        return {
            **self._target_values(run, row, model, res_id),
            "action": "update" if changes else "unchanged",
            "user_id": said.values.get("user_id") or state.values.get("user_id"),
            "message": "\n".join(filter(None, [self._target_name(run, model, res_id), message])),
        }

    @api.model
    def _plan_duplicate(self, run, row, said, candidate):
        kind, value, model, res_id = candidate
        state = run.states[model, res_id]
        reasons = {
            "tax": self.env._("the same tax number %s", value),
            "name": self.env._("the same name"),
            "phone": self.env._("the same phone %s", value),
            "mail": self.env._("the same e-mail %s", value),
        }
        message = self.env._(
            "Duplicate of %(client)s: %(reason)s.",
            client=self._target_name(run, model, res_id),
            reason=reasons[kind],
        )
        if not state.values.get("active", True):
            message += " " + self.env._("That client is archived.")
        changes = self._changes(state, said, self._follows(run, row, model, res_id))
        details = self._plan_message(said, changes, state)
        if details:
            message += "\n" + self.env._("An update would change: %s", details)
        return {
            **self._target_values(run, row, model, res_id),
            "action": "duplicate",
            "question": kind,
            "decision": run.sales_import.duplicate_decision,
            "user_id": said.values.get("user_id") or state.values.get("user_id"),
            "message": message,
        }

    @api.model
    def _target_name(self, run, model, res_id):
        name = run.states[model, res_id].values.get("name") or ""
        if model == "partner":
            return self.env._("“%s”", name)
        number = self.env["sales.import.row"].browse(res_id).number
        return self.env._("“%(client)s” of row %(row)s", client=name, row=number)

    @api.model
    def _plan_message(self, said, changes, state=None):
        """:return: what would be done, in a line: "Phone: … → …; Contact person: Ivanov" """
        if changes is None:
            contacts, steps = said.contacts, said.step
            parts = []
        else:
            contacts, steps = changes.new_contacts, changes.step
            parts = [self._change_text(name, state, value) for name, value in changes.values.items()]
            parts += [
                self.env._("Contact person %s changed", known["name"]) for known, _v in changes.contact_values
            ]
            parts += [value for _kind, value, _words in changes.channels]
            parts += [self.env._("Note: %s", note) for note in changes.notes]
        if contacts:
            parts.append(
                self.env._("Contact persons: %s", ", ".join(contact["name"] for contact in contacts))
            )
        if steps:
            parts.append(
                self.env._(
                    "Next step on %(date)s: %(what)s",
                    date=steps["date"].strftime("%d.%m.%Y"),
                    what=steps["summary"],
                )
            )
        return "; ".join(parts)

    @api.model
    def _change_text(self, name, state, value):
        label = self._field_label(name)
        old = state.values.get(name)
        if isinstance(value, bool):
            return label
        if old:
            return f"{label}: {self._value_text(name, old)} → {self._value_text(name, value)}"
        return f"{label}: {self._value_text(name, value)}"

    @api.model
    def _field_label(self, name):
        return self.env["res.partner"]._fields[name]._description_string(self.env)

    @api.model
    def _kept_message(self, changes):
        names = [*changes.kept, *(name for _contact, name, _value in changes.kept_contacts)]
        labels = ", ".join(self._field_label(name) for name in dict.fromkeys(names))
        return self.env._("The client has another: %s. What the row says is added beside it.", labels)

    # ------------------------------------------------------
    # For the rows after it
    # ------------------------------------------------------

    @api.model
    def _remember_row(self, run, row, said):
        if row.action == "create":
            run.states["row", row.id] = self._new_state(run, said)
            for key in said.keys:
                run.file_keys[key].append(row.id)
        elif row.action in ("update", "unchanged"):
            if row.res_id:
                run.claims.setdefault(row.res_id, row.id)
            if row.action == "update":
                self._remember_update(run, row, said)

    @api.model
    def _remember_update(self, run, row, said):
        target = ("partner", row.res_id) if row.res_id else ("row", row.head_row_id.id)
        state = run.states.get(target)
        if state:
            state.apply(self._changes(state, said, row.head_row_id))
        if not row.res_id:
            for key in said.keys:
                if row.head_row_id.id not in run.file_keys[key]:
                    run.file_keys[key].append(row.head_row_id.id)
