from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import html2plaintext


class SalesMyDay(models.AbstractModel):
    """What a manager has to do on a day, and how far he is.

    The progress cannot be embellished: whatever stood in the frozen plan of the day counts in the
    total, wherever it was moved to and however it was closed, and only what was really done on the
    day counts as done.
    """

    _name = "sales.my.day"
    _description = "A Manager's Day"

    @api.model
    def get_day(self, user_id=False, date=False):
        """Everything that the screen My Day shows, in a number of queries that does not grow.

        :param int user_id: the manager; only a head may ask for somebody else's day
        :param date: the day, as a date or a string; today where the manager is, if not given
        :return: dict, see the code; texts are not translated here, except names from the database
        :raise AccessError: somebody else's day, or a user whose day is not planned here
        """
        manager = self._get_manager(user_id)
        today = manager._sales_today()
        date = fields.Date.to_date(date) or today
        opened = self._open_activities(manager, date)
        planned = self._planned_activities(manager, date)
        done = self._done_activities(manager, date, planned)
        return {
            "date": fields.Date.to_string(date),
            "today": fields.Date.to_string(today),
            "timezone": manager._sales_timezone().zone,
            "user": {"id": manager.id, "name": manager.name},
            "managers": self._get_managers_to_choose(),
            "figures": self._get_figures(manager, date, opened, planned, done),
            "rows": self._get_open_rows(opened, manager, date),
            "done": self._get_done_rows(done, manager),
            "gone": self._get_gone_rows(manager, date, opened, planned, done),
            "dates": manager._sales_quick_dates(today),
            "outcomes": self._get_outcomes(),
            "types": self._get_types(),
        }

    # ------------------------------------------------------
    # Whose day, which day
    # ------------------------------------------------------

    @api.model
    def _get_manager(self, user_id):
        """:return: the user whose day it is, sudo-ed: his time zone and calendar are needed
        :raise AccessError: see :meth:`get_day`
        """
        manager = self.env["res.users"].browse(user_id or self.env.uid).sudo()
        if manager.id != self.env.uid and not self._is_head():
            raise AccessError(self.env._("Only the head of sales may see another manager's day."))
        if manager not in self._managers():
            raise AccessError(self.env._("This user is not a manager of the sales department."))
        return manager

    @api.model
    def _is_head(self):
        return self.env.user.has_group("sales_crm.group_head")

    @api.model
    def _managers(self):
        """:return: the users whose day is planned, sudo-ed"""
        # sudo: who is in the group is no secret, the groups themselves are
        return self.env["sales.morning"].sudo()._managers()

    @api.model
    def _get_managers_to_choose(self):
        """:return: list of dict for the selector; empty for those who may not choose"""
        if not self._is_head():
            return []
        managers = self._managers().sorted(lambda user: (user.name or "").lower())
        return [{"id": user.id, "name": user.name} for user in managers]

    # ------------------------------------------------------
    # Which activities
    # ------------------------------------------------------

    @api.model
    def _open_activities(self, manager, date):
        """:return: what is still to be done until the end of ``date``"""
        return self.env["mail.activity"].search([("user_id", "=", manager.id), ("date_deadline", "<=", date)])

    @api.model
    def _planned_activities(self, manager, date):
        """:return: what stood in the frozen plan of ``date``, empty before it is frozen"""
        lines = self.env["sales.plan.line"].search([("user_id", "=", manager.id), ("date", "=", date)])
        return lines.activity_id

    @api.model
    def _done_activities(self, manager, date, planned):
        """:return: what was done on ``date``: by the manager, or by anybody if it was planned"""
        by_him = Domain("done_user_id", "=", manager.id)
        return self._closed_activities(manager, date, "done", by_him | Domain("id", "in", planned.ids))

    @api.model
    def _closed_activities(self, manager, date, state, domain):
        """:return: what was closed in this state on the manager's ``date``, the last one first"""
        start, end = manager._sales_day_bounds(date)
        closed = Domain(
            [
                ("active", "=", False),
                ("activity_state_final", "=", state),
                ("datetime_done", ">=", start),
                ("datetime_done", "<", end),
            ]
        )
        Activity = self.env["mail.activity"].with_context(active_test=False)
        return Activity.search(closed & domain, order="datetime_done desc, id desc")

    @api.model
    def _get_figures(self, manager, date, opened, planned, done):
        """:return: dict of the numbers in the progress bar; their parts add up to the total"""
        # sudo: a planned activity counts also when it is somebody else's by now
        planned = planned.sudo()
        start, end = manager._sales_day_bounds(date)
        done |= planned.filtered(
            lambda a: a.activity_state_final == "done" and start <= a.datetime_done < end
        ).sudo(False)
        cancelled = planned.filtered(lambda a: a.activity_state_final == "cancelled")
        total = len(opened | done | planned.sudo(False))
        return {
            "total": total,
            "done": len(done),
            "cancelled": len(cancelled),
            "left": len(opened),
            "moved": total - len(done) - len(cancelled) - len(opened),
        }

    # ------------------------------------------------------
    # Rows
    # ------------------------------------------------------

    @api.model
    def _get_open_rows(self, activities, manager, date):
        """:return: list of dict, in the order in which the work should be done"""
        rows = self._prepare_rows(activities, manager)
        for row in rows:
            row["section"] = self._get_section(row, fields.Date.to_string(date))
        return self._put_together(sorted(rows, key=self._get_order))

    @api.model
    def _put_together(self, rows):
        """:return: list of the rows in their order, but those of one client beside his first one"""
        groups = {}
        for row in rows:
            key = ("client", row["client"]["id"]) if row["client"] else ("row", row["id"])
            groups.setdefault(key, []).append(row)
        return [row for group in groups.values() for row in group]

    @api.model
    def _get_done_rows(self, activities, manager):
        return [{**row, "section": "done"} for row in self._prepare_rows(activities, manager)]

    @api.model
    def _get_section(self, row, date):
        if row["urgent"]:
            return "urgent"
        return "carried" if row["carry_count"] or row["date_deadline"] < date else "today"

    @api.model
    def _get_order(self, row):
        """:return: sort key: urgent first, then by exact time, due date and client"""
        return (
            not row["urgent"],
            row["datetime_planned"] or "9",
            row["date_deadline"],
            row["client"]["name"].lower() if row["client"] else "",
            row["id"],
        )

    @api.model
    def _prepare_rows(self, activities, manager):
        """:return: list of dict, one for each of the activities, in their order"""
        contacts = self._get_contacts(activities)
        # sudo: which client it is; whether he may be read is asked below
        clients = activities.sudo().client_id.sudo(False)
        readable = set(clients.exists()._filtered_access("read").ids)
        return [
            {
                **self._prepare_row(activity, manager),
                "client": self._prepare_client(activity, readable),
                "document": self._prepare_document(activity, contacts),
                **self._prepare_phone(activity, contacts, readable),
            }
            for activity in activities
        ]

    @api.model
    def _prepare_row(self, activity, manager):
        """:return: dict of what the activity itself knows"""
        # sudo: types and outcomes have names only
        kind = activity.activity_type_id.sudo()
        moment = activity._get_exact_time(manager)
        return {
            "id": activity.id,
            "urgent": activity.priority == "1",
            "type": {
                "id": kind.id,
                "name": kind.name,
                "icon": kind.icon or "fa-tasks",
                "outcome_required": kind.outcome_required,
            },
            "summary": activity.summary or "",
            "note": html2plaintext(activity.note or "").strip(),
            "date_deadline": fields.Date.to_string(activity.date_deadline),
            "date_planned": fields.Date.to_string(activity.date_planned),
            "datetime_planned": fields.Datetime.to_string(moment) if moment else False,
            "carry_count": activity.carry_count,
            "res_model": activity.res_model or False,
            "outcome": activity.outcome_id.sudo().name or "",
            "feedback": activity.feedback or "",
            "datetime_done": fields.Datetime.to_string(activity.datetime_done) or False,
            "may_reopen": activity.may_reopen,
        }

    @api.model
    def _prepare_client(self, activity, readable):
        # sudo: an activity tells whom it is about, as core's stored document name does
        client = activity.sudo().client_id
        if not client:
            return False
        return {"id": client.id, "name": client.name or "", "readable": client.id in readable}

    @api.model
    def _prepare_document(self, activity, contacts):
        """:return: dict of the document, False where it is the client himself or his contact"""
        # sudo: whether it is about a client at all
        client = activity.sudo().client_id
        if not activity.res_model or (activity.res_model == "res.partner" and client):
            return False
        return {
            "model": activity.res_model,
            "id": activity.res_id,
            "name": activity.res_name or "",
            "readable": (activity.res_model, activity.res_id) in contacts,
        }

    @api.model
    def _prepare_phone(self, activity, contacts, readable):
        """:return: dict with whom to call: the document's contact, else the client"""
        contact = contacts.get((activity.res_model, activity.res_id)) or {
            "contact": "",
            "phone": "",
        }
        # sudo: which client it is; whether he may be read was asked
        client = activity.sudo().client_id
        phone = contact["phone"] or (client.id in readable and client.phone)
        return {**contact, "phone": phone or ""}

    @api.model
    def _get_contacts(self, activities):
        """:return: dict (model, id) -> name and phone of the contact, for documents that the user
        may read; a constant number of queries per model
        """
        contacts = {}
        for model, of_model in activities.filtered("res_model").grouped("res_model").items():
            if model not in self.env:
                continue
            documents = self.env[model].browse(set(of_model.mapped("res_id"))).exists()
            # sudo: who may read the document may call the person it names
            for document in documents._filtered_access("read").sudo():
                contacts[model, document.id] = self._prepare_contact(document)
        return contacts

    @api.model
    def _prepare_contact(self, document):
        """:return: dict ``contact``, ``phone`` of the person whom a document is about"""
        partner = document if document._name == "res.partner" else self._partner_of(document)
        phone = document.phone if "phone" in document._fields else False
        is_client = not partner or partner == partner.commercial_partner_id
        return {
            "contact": "" if is_client else partner.name or "",
            "phone": phone or partner.phone or "",
        }

    @api.model
    def _partner_of(self, document):
        field = document._fields.get("partner_id")
        if field and field.comodel_name == "res.partner":
            return document.partner_id
        return self.env["res.partner"]

    # ------------------------------------------------------
    # Choices
    # ------------------------------------------------------

    @api.model
    def _get_outcomes(self):
        return [
            {"id": outcome.id, "name": outcome.name, "type_ids": outcome.activity_type_ids.ids}
            for outcome in self.env["sales.activity.outcome"].search([])
        ]

    @api.model
    def _get_types(self):
        """:return: list of dict of the types of a next step; ``model`` limits it to documents"""
        types = self.env["mail.activity.type"].search([("category", "!=", "upload_file")])
        return [
            {
                "id": kind.id,
                "name": kind.name,
                "icon": kind.icon or "fa-tasks",
                "model": kind.res_model,
            }
            for kind in types
        ]
