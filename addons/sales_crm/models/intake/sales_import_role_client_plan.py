from odoo import api, models

from ...tools.normalise import tax_key

MAX_CANDIDATES = 5  # clients that share one phone or one name


class SalesImportRoleClient(models.AbstractModel):
    """Rows of a client base: which client is meant, and what would change.

    * The same tax number: the row updates the client. Two different ones: never the same client.
    * Nothing that the row says is new: unchanged, whatever it was found by.
    * The same name within the file, and the row brings a contact person or fills a gap: the row goes
      on with the client that an earlier row has brought in.
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
            follows = self._follows(run, row, model, res_id)
            if kind in ("tax", "name") and not self._changes(state, said, follows):
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
    def _follows(self, run, row, model, res_id):
        """:return: id of an earlier row that speaks for this client, False if there is none"""
        if model == "row":
            return res_id
        claim = run.claims.get(res_id)
        return claim if claim and claim != row.id else False

    @api.model
    def _changes(self, state, said, follows):
        changes = state.compare(said, fill_only=bool(follows))
        if not state.values.get("is_client", True):
            changes.values["is_client"] = True
        if not state.values.get("active", True):
            changes.values["active"] = True
        return changes

    @api.model
    def _goes_on(self, run, row, said, model, res_id):
        """:return: whether the row is a further row of a client of this file"""
        if not self._follows(run, row, model, res_id):
            return False
        state = run.states[model, res_id]
        here, there = said.values.get("city"), state.values.get("city")
        if here and there and here.casefold() != there.casefold():
            return False
        changes = state.compare(said, fill_only=True)
        return bool(changes.new_contacts or changes.contact_values or not changes.kept)

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
        if changes.kept:
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
        if name.endswith("_id"):
            records = self.env[self.env["res.partner"]._fields[name].comodel_name]
            value = records.browse(value).display_name
            old = records.browse(old).display_name if old else old
        if isinstance(value, bool):
            return label
        if old:
            return f"{label}: {old} → {value}"
        return f"{label}: {value}"

    @api.model
    def _field_label(self, name):
        return self.env["res.partner"]._fields[name]._description_string(self.env)

    @api.model
    def _kept_message(self, changes):
        labels = ", ".join(self._field_label(name) for name in dict.fromkeys(changes.kept))
        return self.env._("An earlier row of this client says otherwise and is kept: %s", labels)

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
            state.apply(state.compare(said, fill_only=bool(row.head_row_id)))
        if not row.res_id:
            for key in said.keys:
                if row.head_row_id.id not in run.file_keys[key]:
                    run.file_keys[key].append(row.head_row_id.id)
