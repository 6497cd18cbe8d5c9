from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.channel import ICONS, tel_link

EVENTS = 3
ROWS = 3  # contacts, activities and deals: so many of each

# What a click away from a contact's name shows by an icon alone; phones are written out
BY_ICON = frozenset(ICONS) - {"phone", "other"}


class ResPartner(models.Model):
    """What is asked before each call: whom to call, what is planned, what was last, what is being sold."""

    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"

    sales_may_write = fields.Boolean(
        compute="_compute_sales_may_write",
        export_string_translation=False,
    )

    @api.depends_context("uid")
    def _compute_sales_may_write(self):
        allowed = self.filtered("id")._filtered_access("write")
        for partner in self:
            partner.sales_may_write = not partner.id or partner in allowed

    def get_glance(self):
        """All is read with the rights of the user, in a number of queries that doesn't depend on the client.

        :return: dict ``contacts``, ``steps``, ``events`` and ``deals``: list of dict, the first few of each;
            ``more``: dict of how many contacts, steps and deals there are beside them
        :raise AccessError: the user may not see the client
        """
        self.ensure_one()
        self.check_access("read")
        client = self.client_id or self
        contacts = client._glance_contacts()
        steps = self.env["mail.activity"].search([("client_id", "=", client.id)], order="date_deadline, id")
        deals = self._glance_deals(client)
        return {
            "contacts": [contact._prepare_glance_contact() for contact in contacts[:ROWS]],
            "steps": [self._prepare_glance_step(step) for step in steps[:ROWS]],
            "events": [self._prepare_glance_event(event) for event in self._glance_events(client)],
            "deals": [self._prepare_glance_deal(deal) for deal in deals[:ROWS]],
            "more": {
                name: max(len(records) - ROWS, 0)
                for name, records in {"contacts": contacts, "steps": steps, "deals": deals}.items()
            },
        }

    # ------------------------------------------------------
    # Records
    # ------------------------------------------------------

    def _glance_contacts(self):
        """:return: the people of this client, first those whom one can call; of a person himself too"""
        people = self.child_ids.filtered(lambda partner: partner.type == "contact" and not partner.is_company)
        if not self.is_company:
            people = self | people
        return people.sorted(lambda person: not person._glance_phone())

    @api.model
    def _glance_deals(self, client):
        if not self.env["crm.lead"].has_access("read"):
            return self.env["crm.lead"]
        domain = (
            Domain("partner_id.client_id", "=", client.id)
            & Domain("type", "=", "opportunity")
            & Domain("won_status", "=", "pending")
        )
        return self.env["crm.lead"].search(domain, order="priority DESC, date_deadline, id")

    @api.model
    def _glance_events(self, client):
        """:return: the last events of the history, what was merely carried over aside"""
        History = self.env["sales.client.history"].with_context(one_client=True)
        if not History.has_access("read"):
            return History
        domain = Domain("client_id", "=", client.id) & Domain("kind", "!=", "carry")
        names = ["date", "kind", "summary", "amount", "currency_id", "company_id", "user_id"]
        return History.search_fetch(domain, names, limit=EVENTS)

    # ------------------------------------------------------
    # Rows
    # ------------------------------------------------------

    def _glance_phone(self):
        """:return: the number to call this person by, empty without one"""
        channels = self.contact_channel_ids.filtered(lambda channel: channel.kind == "phone")
        return self.phone or channels.sorted(lambda channel: not channel.preferred)[:1].value or ""

    def _prepare_glance_contact(self):
        phone = self._glance_phone()
        channels = [channel._summary() for channel in self.contact_channel_ids if channel.kind in BY_ICON]
        mails = {channel["value"] for channel in channels}
        about = (self.function, *self.purchase_role_ids.mapped("name"))
        if self.email and self.email not in mails:
            icon = {"id": 0, "icon": ICONS["mail"], "value": self.email, "link": f"mailto:{self.email}"}
            channels.insert(0, icon)
        return {
            "id": self.id,
            "name": self.name or "",
            "about": ", ".join(text for text in about if text),
            "phone": phone,
            "link": tel_link(phone) if phone else "",
            "refused": self.call_refused or "",
            "channels": [channel for channel in channels if channel["link"]],
        }

    @api.model
    def _prepare_glance_step(self, step):
        return {
            "id": step.id,
            "date": fields.Date.to_string(step.date_deadline),
            "type": step.activity_type_id.name or "",
            "icon": step.icon or "fa-tasks",
            "summary": step.summary or "",
            # sudo: the name of a colleague is no secret
            "user": "" if step.user_id == self.env.user else step.sudo().user_id.name or "",
            "urgent": step.priority == "1",
        }

    @api.model
    def _prepare_glance_event(self, event):
        kinds = dict(event._fields["kind"]._description_selection(self.env))
        return {
            "id": event.id,
            "date": fields.Datetime.to_string(event.date),
            "kind": kinds.get(event.kind, ""),
            "summary": event.summary or "",
            "amount": event.amount if event.company_id else 0,
            "currency_id": event.currency_id.id,
            # sudo: as above
            "user": event.sudo().user_id.name or "",
        }

    @api.model
    def _prepare_glance_deal(self, deal):
        return {
            "id": deal.id,
            "name": deal.name,
            "stage": deal.stage_id.name or "",
            "amount": deal.expected_revenue,
            "currency_id": deal.company_currency.id,
            "date": fields.Date.to_string(deal.date_deadline) if deal.date_deadline else False,
        }

    # ------------------------------------------------------
    # Buttons
    # ------------------------------------------------------

    def action_new_order(self):
        """:return: the form of a new order of this client"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Order"),
            "res_model": "sale.order",
            "views": [(False, "form")],
            "context": {"default_partner_id": self.id},
        }

    def action_view_payments(self):
        """:return: what the client ordered, was invoiced and paid, from his history"""
        self.ensure_one()
        action = self.action_view_client_history()
        return {**action, "context": {**action["context"], "search_default_money": 1}}
