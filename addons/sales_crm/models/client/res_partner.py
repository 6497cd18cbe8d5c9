from stdnum.ru import inn

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import create_index, make_index_name

from ...tools.granted import naming_documents
from ...tools.server_only import SERVER_ONLY


class ResPartner(models.Model):
    """The counter of meetings on the card."""

    _name = "res.partner"
    _inherit = ["res.partner", "sales.client.document"]

    is_client = fields.Boolean(
        "Client",
        index=True,
        tracking=True,
        help="The sales department works with this company or person.",
    )
    user_id = fields.Many2one(tracking=True)
    client_class = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")], "Class", index="btree_not_null", tracking=True
    )
    birthdate_date = fields.Date("Date of Birth")
    client_activity_ids = fields.One2many(
        "mail.activity",
        "client_id",
        "Client's Activities",
        context={"active_test": False},
        groups="base.group_user",
    )
    open_activity_ids = fields.One2many(
        "mail.activity",
        "client_id",
        "Open Activities",
        domain=[("active", "=", True)],
        groups="base.group_user",
    )
    last_contact_date = fields.Date(
        "Last Contact",
        compute="_compute_contact_dates",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        copy=False,
        help="The last day on which an activity with this client was done and reached him.",
    )
    next_step_date = fields.Date(
        "Next Step",
        compute="_compute_contact_dates",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        copy=False,
        help="The nearest due date among the open activities with this client.",
    )
    next_step_late = fields.Boolean(compute="_compute_next_step_late")

    _manager_name_idx = models.Index("(user_id, complete_name, id DESC) WHERE active IS TRUE")
    _client_name_idx = models.Index("(complete_name, id DESC) WHERE is_client IS TRUE AND active IS TRUE")

    def init(self):
        """Words typed into the search box are looked for in the middle of names and mails."""
        res = super().init()
        if self.pool.has_trigram:
            for column in ("complete_name", "email"):
                create_index(
                    self.env.cr,
                    make_index_name("res_partner_client", column),
                    "res_partner",
                    [f"{column} gin_trgm_ops"],
                    method="gin",
                    where="is_client IS TRUE",
                )
        return res

    # ------------------------------------------------------
    # The client's dates
    # ------------------------------------------------------

    @api.depends(
        "client_activity_ids.active",
        "client_activity_ids.date_deadline",
        "client_activity_ids.activity_state_final",
        "client_activity_ids.activity_type_id",
        "client_activity_ids.datetime_done",
        "client_activity_ids.done_user_id",
        "client_activity_ids.outcome_id",
    )
    def _compute_contact_dates(self):
        """All of these dates from the activities, in one query however many there are."""
        dates = self._query_contact_dates()
        for partner in self:
            partner.update(dates.get(partner._origin.id) or dict.fromkeys(self._contact_dates_sql(), False))

    def _recompute_contact_dates(self):
        """Ask for the dates again: activities have left these clients for others."""
        names = list(self._contact_dates_sql())
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        # What hangs on these dates, as the day of the next visit, is asked again as well
        self.modified(names)

    @api.model
    def _contact_dates_sql(self):
        """What is computed from a client's activities. The day of a contact is counted in the time zone of
        whoever had it.

        :return: dict field name -> SQL of an aggregate over ``activity``, its ``outcome`` and its ``type``
        """
        return {
            "next_step_date": SQL("MIN(activity.date_deadline) FILTER (WHERE activity.active IS TRUE)"),
            "last_contact_date": SQL("MAX(%s) FILTER (WHERE %s)", self._day_done_sql(), self._reached_sql()),
        }

    @api.model
    def _day_done_sql(self):
        """:return: SQL of the day on which ``activity`` was done, in the ``zone`` of who did it"""
        return self.env["res.users"]._sales_day_sql(SQL("activity.datetime_done"))

    @api.model
    def _reached_sql(self):
        """:return: SQL of whether ``activity`` was done and reached the client"""
        return SQL("activity.activity_state_final = 'done' AND outcome.is_contact IS NOT FALSE")

    def _query_contact_dates(self):
        """:return: dict client id -> dict of :meth:`_contact_dates_sql`"""
        if not self.ids:
            return {}
        self.env["mail.activity"].flush_model()
        self.env["sales.activity.outcome"].flush_model(["is_contact"])
        columns = self._contact_dates_sql()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT activity.client_id, %s
                  FROM mail_activity activity
                  LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
                  LEFT JOIN sales_activity_outcome outcome ON outcome.id = activity.outcome_id
                  LEFT JOIN %s ON zone.user_id = activity.done_user_id
                 WHERE activity.client_id = ANY(%s)
                 GROUP BY activity.client_id
                """,
                SQL(", ").join(columns.values()),
                self.env["res.users"]._sales_zones_sql(),
                list(self.ids),
            )
        )
        return {client: dict(zip(columns, dates, strict=True)) for client, *dates in rows}

    @api.depends("next_step_date")
    def _compute_next_step_late(self):
        today = self.env.user._sales_today()
        for partner in self:
            partner.next_step_late = bool(partner.next_step_date and partner.next_step_date < today)

    # ------------------------------------------------------
    # Whose client
    # ------------------------------------------------------

    @api.model
    def _sales_client_fields(self):
        return set()  # a change of the family is handled in write(), for the documents as well

    def _sales_clients(self):
        return {partner.id: partner.client_id for partner in self if partner.client_id}

    @api.model
    def _sales_client_domain(self, partners):
        return Domain("id", "in", partners.ids)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # sudo: whose client it is doesn't depend on who enters the contact
        contacts = partners.filtered("parent_id").sudo()
        contacts.client_id._sync_contacts_manager()
        contacts.commercial_partner_id._count_once()
        return partners

    def write(self, vals):
        moved = bool({"parent_id", "is_company", "is_client"} & vals.keys())
        # sudo: families are counted whole, whoever sees which of them
        families = self.sudo().commercial_partner_id if moved else self.browse()
        res = super().write(vals)
        if moved:
            families |= self.sudo().commercial_partner_id
            families._count_once()
            self.env["mail.activity"]._recompute_clients_of(families)
        if moved or "user_id" in vals:
            self.sudo().client_id._sync_contacts_manager()
        return res

    def _count_once(self):
        """People of these companies that are clients aren't clients themselves, whoever ticked it."""
        # sudo: how many clients there are doesn't depend on who enters the contact
        people = self.sudo().with_context(active_test=False)
        domain = [
            ("commercial_partner_id", "in", self.ids),
            ("is_client", "=", True),
            ("parent_id", "!=", False),
        ]
        twice = people.search(domain).filtered(lambda one: one.client_id and one.client_id != one)
        if twice:
            twice.with_context(tracking_disable=True, sales_quiet=SERVER_ONLY).write({"is_client": False})

    def _sync_contacts_manager(self):
        """Contacts of a client have the client's manager, always."""
        # sudo: who may change the client's manager changes it for the contacts with it
        clients = self.sudo().filtered("is_client")
        contacts = clients.with_context(active_test=False).search(
            [("client_id", "in", clients.ids), ("id", "not in", clients.ids)]
        )
        for manager, of_manager in contacts.grouped(lambda contact: contact.client_id.user_id).items():
            of_manager.filtered(lambda c, manager=manager: c.user_id != manager).with_context(
                tracking_disable=True, sales_quiet=SERVER_ONLY
            ).write({"user_id": manager.id})

    @api.model
    def _init_clients(self):
        """Clients of the deals and orders that were there before the add-on."""
        documents = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search([("partner_id", "!=", False)])
            .partner_id
        )
        documents |= self.env["sale.order"].search([("partner_id", "!=", False)]).partner_id
        documents._make_client()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        client = self._with_activity_trace()
        if client:
            raise UserError(
                self.env._(
                    "%(client)s has a history of work with the sales department, which a deletion "
                    "would take away. Archive the client instead.",
                    client=client.display_name,
                )
            )

    def _with_activity_trace(self):
        """:return: one of these clients that has activities, open or closed, empty if none has"""
        # sudo: also activities that the user doesn't see are history
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        return Activity.search([("client_id", "in", self.ids)], limit=1).client_id

    # ------------------------------------------------------
    # Tax number
    # ------------------------------------------------------

    def check_vat_ru(self, vat):
        """Core refuses one in six valid numbers of sole traders: a remainder of 10 counts as 0.

        :return: whether ``vat`` is an INN, by the published algorithm
        """
        return super().check_vat_ru(vat) or inn.is_valid(vat)

    # ------------------------------------------------------
    # Buttons of the card
    # ------------------------------------------------------

    def action_plan_activity(self):
        """:return: Odoo's own dialog for a new activity with this client"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan an Activity"),
            "res_model": "mail.activity",
            "view_mode": "form",
            "views": [(self.env.ref("mail.mail_activity_view_form_popup").id, "form")],
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
            },
        }

    def _compute_meeting(self):
        """Core counts among all meetings that the user may see; see ``GrantedDocuments``."""
        partners = naming_documents(self, "calendar.event", self._meeting_document_models())
        return super(ResPartner, partners)._compute_meeting()

    def _meeting_document_models(self):
        """:return: list of the models of the documents that meetings with these and their people are about"""
        if not self.ids:
            return []  # a card that is being typed in
        self.env["calendar.event"].flush_model(["partner_ids", "res_model"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE family AS (
                    SELECT UNNEST(%(partners)s) AS id
                     UNION
                    SELECT child.id FROM res_partner child JOIN family ON family.id = child.parent_id
                )
                SELECT DISTINCT event.res_model
                  FROM family
                  JOIN calendar_event_res_partner_rel invited ON invited.res_partner_id = family.id
                  JOIN calendar_event event ON event.id = invited.calendar_event_id
                 WHERE event.res_model IS NOT NULL
                """,
                partners=list(self.ids),
            )
        )
        return [model for (model,) in rows]
