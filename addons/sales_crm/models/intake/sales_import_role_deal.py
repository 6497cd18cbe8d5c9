import hashlib
import re
from datetime import datetime, time

from odoo import api, models
from odoo.tools import SQL, plaintext2html

from ...tools.import_headers import CLIENT_OF_DEAL
from ...tools.import_run import PlainRow
from ...tools.normalise import name_key, person_key, plain, squeeze

XMLID_MODULE = "__import__"  # as Odoo's own import names what comes from elsewhere


class SalesImportRoleDeal(models.AbstractModel):
    """A pipeline: deals with agent, client, product, stage, dates and amount.

    The number of a deal in the file becomes its external identifier, so a deal is never created twice.
    """

    _name = "sales.import.role.deal"
    _inherit = "sales.import.role"
    _description = "Deals of an Import"

    _role = "deal"

    @api.model
    def _label(self, said):
        return said.values.get("name") or said.values.get("number") or self.env._("(no name)")

    @api.model
    def _parse(self, run, row):
        said = PlainRow()
        cells = self._cells(run, row, said)
        product, account = self._text(cells, "deal_product"), self._text(cells, "deal_account")
        number = self._text(cells, "deal_number")
        said.values = {
            "number": number,
            "name": self._text(cells, "deal_name") or " · ".join(filter(None, [product, account, number])),
            "product": product,
            "account": account,
            "city": self._text(cells, "deal_city"),
            "client_row": row.client_row_id,
            "agent": self._text(cells, "deal_agent"),
            "stage": self._text(cells, "deal_stage"),
            "opened": self._date(row, cells, "deal_open_date", said, low=1980),
            "closed": self._date(row, cells, "deal_close_date", said, low=1980),
            "amount": self._number(run, row, cells, "deal_value", said),
        }
        said.notes += [f"{header}: {squeeze(text)}" for header, text, _n in cells.get("deal_note", ())]
        said.notes += self._notes_of_client(run, row, cells)
        said.values["notes"] = said.notes
        self._parse_agent(run, row, cells, said)
        self._parse_stage(run, row, cells, said)
        opened, closed = said.values["opened"], said.values["closed"]
        if opened and closed and closed < opened:
            self._keep_order(row, cells, said)
        return said

    @api.model
    def _notes_of_client(self, run, row, cells):
        """:return: list of what the row says of a client who doesn't come in with it"""
        return [
            f"{header}: {squeeze(text)}"
            for target in CLIENT_OF_DEAL
            if target != "deal_account"
            for header, text, _number in cells.get(target, ())
        ]

    @api.model
    def _keep_order(self, row, cells, said):
        """A deal is not closed before it is opened: when it was opened is not known then."""
        header, text, _number = cells["deal_open_date"][0]
        what = self.env._("“%s” is after the day on which the deal was closed.", text[:60])
        self._refuse_cell(row, header, text, said, what)
        said.values["opened"] = False

    @api.model
    def _refuse_cell(self, row, header, text, said, what):
        self._keep_cell(row, header, text, said, what)

    @api.model
    def _parse_agent(self, run, row, cells, said):
        for header, text, _number in cells.get("deal_agent", ()):
            errors = len(said.errors)
            user = self._find_user(run, row, header, text, said)
            said.values["user_id"] = user
            if not user and len(said.errors) == errors and not self._agent_comes(run, text):
                said.errors.append(self._unknown_user(row, header, text))

    @api.model
    def _agent_comes(self, run, text):
        """:return: whether the user is created by this import"""
        return run.may_create_users or ("agent", person_key(text)) in run.seen

    @api.model
    def _parse_stage(self, run, row, cells, said):
        if not said.values["stage"]:
            said.errors.append(self.env._("Row %s has no stage. Write the stage of the deal.", row.number))
            return
        header, text, _number = cells["deal_stage"][0]
        value = run.chosen.get(("stage", plain(text)))
        if not value or not value.outcome or not value.stage_id:
            said.errors.append(
                self._sentence(
                    row,
                    header,
                    self.env._(
                        "it is not known what “%s” means here. Choose it on the tab “Words of the File” and "
                        "check again.",
                        text[:60],
                    ),
                )
            )
        else:
            said.values["means"] = value

    # ------------------------------------------------------
    # Planning
    # ------------------------------------------------------

    @api.model
    def _prefetch(self, run, parsed, earlier):
        run.known_deals.update(self._known_deals(run, parsed))

    @api.model
    def _known_deals(self, run, parsed):
        """:return: dict external name -> deal that is there"""
        names = [self._external_name(run, row, said) for row, said in parsed.items()]
        # sudo: external identifiers are technical; the deals are read with the user's own rights
        data = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch(
                [("module", "=", XMLID_MODULE), ("name", "in", names), ("model", "=", "crm.lead")],
                ["name", "res_id"],
            )
        )
        leads = self.env["crm.lead"].with_context(active_test=False)
        alive = leads.browse(data.mapped("res_id")).exists()
        alive.fetch(["stage_id", "expected_revenue", "user_id", "partner_id", "active"])
        by_id = {lead.id: lead for lead in alive}
        return {item.name: by_id[item.res_id] for item in data if item.res_id in by_id}

    @api.model
    def _external_name(self, run, row, said):
        """:return: name of the deal's external identifier, of its content where it has no number"""
        number = said.values["number"]
        if not number:
            return f"deal_row_{self._fingerprint(run, row)[:24]}"
        name = re.sub(r"[^\w-]", "_", number)
        if name != number or len(name) > 60:
            name = f"{name[:40]}_{hashlib.sha256(number.encode()).hexdigest()[:8]}"
        return f"deal_{name}"

    @api.model
    def _plan(self, run, row, said):
        unmatched = self._check_matches(run, said)
        if namesakes := self._namesakes(run, said):
            return {"action": "error", "unmatched": True, "message": self._ask_which(row, said, namesakes)}
        vals = {
            "bucket": said.values["stage"],
            "unmatched": unmatched,
            "user_id": said.values.get("user_id"),
        }
        key = self._external_name(run, row, said)
        first = run.seen.get(("deal", key))
        if first:
            return {**vals, **self._plan_repeated(row, first)}
        known = run.known_deals.get(key)
        if not known:
            return {**vals, "action": "create"}
        changed = self._changed_values(known, self._prepare_deal_values(run, said))
        labels = [known._fields[name]._description_string(self.env) for name in changed]
        return {
            **vals,
            "action": "update" if changed else "unchanged",
            "res_model": "crm.lead",
            "res_id": known.id,
            "message": self.env._("Changes: %s", ", ".join(labels)) if labels else False,
        }

    @api.model
    def _plan_repeated(self, row, first):
        if first.fingerprint == row.fingerprint:
            return {"action": "unchanged", "message": self.env._("Repeats row %s.", first.number)}
        return {
            "action": "error",
            "message": self.env._(
                "Row %(row)s has the same number as row %(first)s and says something else. Keep one of them.",
                row=row.number,
                first=first.number,
            ),
        }

    @api.model
    def _check_matches(self, run, said):
        """Note what the row names and what is not found.

        :return: whether there is something
        """
        account, product = said.values["account"], said.values["product"]
        missing = []
        if not account and not said.values["client_row"]:
            missing.append(self.env._("Unmatched: no account. The deal is imported without a client."))
        elif account and not self._account_known(run, account):
            missing.append(
                self.env._(
                    "Unmatched: there is no client “%s”. The deal is imported without a client.",
                    account,
                )
            )
        if product and not self._product_known(run, product):
            missing.append(self.env._("Unmatched: there is no product “%s”.", product))
        said.warnings += missing
        return bool(missing)

    @api.model
    def _namesakes(self, run, said):
        """:return: list of the clients of the deal's name, of whom none is meant more than the others"""
        found = self._clients_of(run, said.values)
        return found if len(found) > 1 else []

    @api.model
    def _clients_of(self, run, values):
        """:return: list of ids of the clients that can be the deal's; among namesakes those of its city, of
        these those of its agent
        """
        clients = run.clients.get(f"name {name_key(values['account'])}", []) if values["account"] else []
        if len(clients) < 2:
            return clients
        run.load_states(clients)
        active = [client for client in clients if run.states["partner", client].values["active"]]
        city = plain(values["city"])
        here = [c for c in active if city and plain(run.states["partner", c].values["city"]) == city]
        active = here or active
        user = values.get("user_id")
        own = [c for c in active if user and run.states["partner", c].values["user_id"] == user]
        return own or active or clients

    @api.model
    def _ask_which(self, row, said, clients):
        cities = self.env["res.partner"].browse(clients).mapped(lambda client: client.city or str(client.id))
        return self.env._(
            "Row %(row)s: several clients are called “%(client)s” (%(cities)s), and the deal's agent does "
            "not say which one is meant. Give the client of this deal another name, or name its agent.",
            row=row.number,
            client=said.values["account"],
            cities=", ".join(cities),
        )

    @api.model
    def _account_known(self, run, account):
        key = f"name {name_key(account)}"
        return bool(run.clients.get(key) or run.file_keys.get(key))

    @api.model
    def _product_known(self, run, product):
        key = name_key(product)
        return key in run.products or ("product", key) in run.seen

    @api.model
    def _remember_row(self, run, row, said):
        if row.action != "error":
            run.seen.setdefault(("deal", self._external_name(run, row, said)), row)

    # ------------------------------------------------------
    # Doing
    # ------------------------------------------------------

    @api.model
    def _execute(self, run, rows):
        rows = self._settle(rows)
        said = {row: self._parse(run, row) for row in rows}
        known = self._known_deals(run, said)
        new, dated = {}, {}
        for row, says in said.items():
            name = self._external_name(run, row, says)
            if not says.values.get("user_id") and says.values["agent"]:
                says.values["user_id"] = self._of("agent")._user_of(run, says.values["agent"]).id
            values = self._prepare_deal_values(run, says)
            if name in known:
                self._update_deal(known[name], values)
                self._finish(row, "updated", known[name])
            else:
                new[row] = (name, says, values)
        # sudo: when a deal was closed is in the head's file; by hand nobody enters it
        Lead = self.env["crm.lead"].sudo()
        leads = Lead.create([values for _name, _says, values in new.values()]).sudo(False)
        for lead, (row, (_name, says, _values)) in zip(leads, new.items(), strict=True):
            self._finish(row, "created", lead)
            # without a day of its own a deal that was closed began on that day at the latest
            if opened := says.values["opened"] or says.values["closed"]:
                dated[lead] = self._moment(min(opened, self.env.user._sales_today()))
        self._name_externally(leads, [name for name, _says, _values in new.values()])
        self._write_creation_dates(dated)

    @api.model
    def _update_deal(self, lead, values):
        changed = set(self._changed_values(lead, values))
        if changed & {"stage_id", "active"}:
            changed |= {"probability", "lost_reason_id"} & values.keys()
        if changed:
            lead.write({name: values[name] for name in changed})
        if values.get("date_closed") and lead.date_closed != values["date_closed"]:
            lead.sudo().write({"date_closed": values["date_closed"]})  # sudo: as above

    @api.model
    def _prepare_deal_values(self, run, said):
        """:return: values of the deal"""
        row = said.values
        means = row["means"]
        values = {
            "name": row["name"] or self.env._("Deal"),
            "type": "opportunity",
            "user_id": row.get("user_id") or False,
            "stage_id": means.stage_id.id,
            "expected_revenue": row["amount"],
            "active": means.outcome != "lost",
        }
        values.update(self._prepare_client_values(run, row))
        team = self.env["res.users"].browse(values["user_id"] or []).sale_team_id
        if team:
            values["team_id"] = team.id
        if means.outcome == "lost":
            reason = means.lost_reason_id or self.env.ref(
                "sales_crm.lost_reason_import", raise_if_not_found=False
            )
            values.update(probability=0, lost_reason_id=reason and reason.id)
        if means.outcome == "won":
            values["probability"] = 100
        if means.outcome != "open" and row["closed"]:
            values["date_closed"] = self._moment(row["closed"])
        if row["opened"] or values.get("date_closed"):
            values["date_open"] = self._moment(row["opened"] or row["closed"])
        if row["product"]:
            values["tag_ids"] = [(4, self._product_tag(run, row["product"]))] if run.executing else []
        if row["notes"]:
            values["description"] = plaintext2html("\n".join(row["notes"]))
        return values

    @api.model
    def _prepare_client_values(self, run, row):
        """The client by his name, or whom the deal has brought in; a name that nobody has is kept as text."""
        clients = self._clients_of(run, row)
        if not clients and not row["account"]:
            return {"partner_id": False}
        if not clients:
            return {"partner_id": False, "partner_name": row["account"]}
        return {"partner_id": clients[0]}

    @api.model
    def _product_tag(self, run, product):
        """:return: id of the tag that says which product the deal is about"""
        found = run.products.get(name_key(product))
        name = self.env["product.product"].browse(found).name if found else product
        if name not in run.tags:
            Tag = self.env["crm.tag"]
            run.tags[name] = (Tag.search([("name", "=", name)], limit=1) or Tag.create({"name": name})).id
        return run.tags[name]

    @api.model
    def _changed_values(self, lead, values):
        """:return: names of the fields that the row would change in a deal that is there"""
        changed = []
        for name in ("stage_id", "expected_revenue", "user_id", "partner_id", "active"):
            old = lead[name].id if name.endswith("_id") else lead[name]
            if (values.get(name) or name == "active") and old != values.get(name):
                changed.append(name)
        return changed

    @api.model
    def _moment(self, date):
        """:return: noon of the day, which is the same day in nearly every time zone"""
        return datetime.combine(date, time(12))

    @api.model
    def _name_externally(self, leads, names):
        # sudo: only the technical name of records that the user has just created is written
        self.env["ir.model.data"].sudo()._update_xmlids(
            [
                {"xml_id": f"{XMLID_MODULE}.{name}", "record": lead, "noupdate": True}
                for lead, name in zip(leads, names, strict=True)
            ]
        )

    @api.model
    def _write_creation_dates(self, dates):
        """Deals begin on the day on which they began, for the reports; the ORM writes only today.

        :param dict dates: lead -> datetime
        """
        if not dates:
            return
        leads = self.env["crm.lead"].union(*dates)
        leads.flush_recordset()
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead lead SET create_date = dated.moment
                  FROM unnest(%s::int[], %s::timestamp[]) AS dated(id, moment)
                 WHERE lead.id = dated.id
                RETURNING lead.id
                """,
                leads.ids,
                [dates[lead] for lead in leads],
            )
        )
        leads.invalidate_recordset(["create_date"])
        leads.modified(["create_date"])
        self.env["sales.stage.move"]._follow_creation(leads)
