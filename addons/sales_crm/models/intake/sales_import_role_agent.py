from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.import_run import PlainRow
from ...tools.normalise import email_key, person_key, plain


class SalesImportRoleAgent(models.AbstractModel):
    """Sales agents with their manager and regional office: users and teams.

    New users are internal, have the group Manager and no password: nobody can log in as one of them
    until an administrator invites him or sets a password. No message is sent.
    """

    _name = "sales.import.role.agent"
    _inherit = "sales.import.role"
    _description = "Agents of an Import"

    _role = "agent"

    @api.model
    def _label(self, said):
        return said.values.get("name") or self.env._("(no name)")

    @api.model
    def _parse(self, run, row):
        said = PlainRow()
        cells = self._cells(run, row, said)
        said.values = {
            "name": self._text(cells, "agent"),
            "leader": self._text(cells, "team_leader"),
            "office": self._text(cells, "team_office"),
            "email": self._text(cells, "agent_email"),
        }
        if not said.values["name"]:
            said.errors.append(
                self.env._("Row %s has no agent's name. Write the name, or delete the row.", row.number)
            )
        for target, name in (("agent", "name"), ("team_leader", "leader")):
            for header, text, _number in cells.get(target, ()):
                said.values[f"{name}_id"] = self._find_or_plan_user(run, row, header, text, said)
        if said.values["email"] and not said.values.get("name_id"):
            self._check_email(row, cells, said)
        return said

    @api.model
    def _check_email(self, row, cells, said):
        header, text, _number = cells["agent_email"][0]
        try:
            said.values["email"] = email_key(text)
        except ValueError:
            said.errors.append(
                self._sentence(row, header, self.env._("“%s” is not an e-mail address.", text[:60]))
            )

    @api.model
    def _find_or_plan_user(self, run, row, header, text, said):
        """:return: user id, False if the user will be created"""
        errors = len(said.errors)
        user = self._find_user(run, row, header, text, said)
        if not user and len(said.errors) == errors and not run.may_create_users:
            said.errors.append(self._unknown_user(row, header, text))
        return user

    @api.model
    def _plan(self, run, row, said):
        values = said.values
        first = run.seen.get(("agent", person_key(values["name"])))
        if first:
            return {
                "action": "unchanged",
                "head_row_id": first.id,
                "message": self.env._("Repeats row %s.", first.number),
            }
        team = self._team_name(values)
        user = self.env["res.users"].browse(values.get("name_id") or [])
        if not user:
            return {
                "action": "create",
                "message": self.env._("A new user without a password, in the team %s", team),
            }
        vals = {"res_model": "res.users", "res_id": user.id}
        known = self._find_team(values)
        if not team or (known and known in user.crm_team_ids):
            return {**vals, "action": "unchanged", "message": self.env._("Known user.")}
        return {
            **vals,
            "action": "update",
            "message": self.env._("Known user, joins the team %s", team),
        }

    @api.model
    def _remember_row(self, run, row, said):
        if row.action != "error":
            run.seen.setdefault(("agent", person_key(said.values["name"])), row)
            if said.values["leader"]:
                run.seen.setdefault(("leader", person_key(said.values["leader"])), row)

    # ------------------------------------------------------
    # Users
    # ------------------------------------------------------

    @api.model
    def _user_of(self, run, name, email=False):
        """:return: the user of this name; one who is not there is created
        :raise UserError: the importing user may not create users
        """
        found = run.users.find(name)
        chosen = run.chosen.get(("manager", plain(name)))
        if chosen and chosen.user_id:
            return chosen.user_id
        if found:
            return self.env["res.users"].browse(min(found))
        if not run.may_create_users:
            raise UserError(self.env._("There is no user “%s”, and you may not create users.", name))
        user = self.env["res.users"].create(self._prepare_user_values(name, email))
        run.users.add(user)
        return user

    @api.model
    def _prepare_user_values(self, name, email):
        return {
            "name": name,
            "login": self._free_login(email or ".".join(plain(name).split())),
            "email": email or False,
            "lang": self.env.user.lang,
            "tz": self.env.user.tz,
            "company_id": self.env.company.id,
            "company_ids": [Command.set(self.env.company.ids)],
            "group_ids": [Command.set([self.env.ref("sales_crm.group_manager").id])],
            "notification_type": "inbox",
        }

    @api.model
    def _free_login(self, login):
        """:return: the login, with a number if it is taken, also by an archived user"""
        taken = set(
            self.env["res.users"]
            .with_context(active_test=False)
            .search([("login", "=like", login + "%")])
            .mapped("login")
        )
        number = 1
        free = login
        while free in taken:
            number += 1
            free = f"{login}{number}"
        return free

    # ------------------------------------------------------
    # Teams
    # ------------------------------------------------------

    @api.model
    def _team_name(self, values):
        return " · ".join(filter(None, [values["office"], values["leader"]]))

    @api.model
    def _find_team(self, values):
        name = self._team_name(values)
        return self.env["crm.team"].search([("name", "=", name)], limit=1) if name else self.env["crm.team"]

    @api.model
    def _execute(self, run, rows):
        for row in self._settle(rows):
            values = self._parse(run, row).values
            team = self._find_team(values)
            if not team and self._team_name(values):
                team = self.env["crm.team"].create(self._prepare_team_values(run, values))
            known = run.users.find(values["name"])
            user = self._user_of(run, values["name"], values["email"])
            if team and team not in user.crm_team_ids:
                team.write({"member_ids": [Command.link(user.id)]})
            self._finish(row, "updated" if known else "created", user)

    @api.model
    def _prepare_team_values(self, run, values):
        leader = self._user_of(run, values["leader"]) if values["leader"] else self.env["res.users"]
        return {
            "name": self._team_name(values),
            "user_id": leader.id,
            "company_id": self.env.company.id,
            "use_opportunities": True,
        }
