from textwrap import shorten

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, html2plaintext

from ...tools.channel import tel_link

EVENTS = 10  # last ones in a brief
ROWS = 5  # deals, promises and open activities: so many of each
PEOPLE = 8
DEBT_GROUPS = (
    "sales_crm.group_manager",
    "sales_crm.group_credit_controller",
    "account.group_account_readonly",
    "account.group_account_invoice",
)


class SalesClientBrief(models.AbstractModel):
    """One page about a client, for whoever has to call him now and has never spoken with him.

    Everything is read with the rights of the user who prints, in a number of queries that doesn't depend on
    how many clients there are.
    """

    _name = "report.sales_crm.report_client_brief"
    _description = "Brief about a Client"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:param list docids: ids of clients or of their contacts
        :return: dict: ``docs`` the clients, ``briefs`` a list of dict, see :meth:`_prepare_brief`
        :raise AccessError: one of them the user may not see
        """
        partners = self.env["res.partner"].browse(docids).exists()
        partners.check_access("read")
        clients = self.env["res.partner"].union(*(partner.client_id or partner for partner in partners))
        clients.check_access("read")
        parts = self._collect(clients)
        return {
            "doc_ids": clients.ids,
            "doc_model": "res.partner",
            "docs": clients,
            "briefs": [self._prepare_brief(client, parts) for client in clients],
            "is_page": (data or {}).get("report_type") == "html",
            "has_pdf": self.env["ir.actions.report"].get_wkhtmltopdf_state() == "ok",
            "today": format_date(self.env, self.env.company._sales_today()),
            "format_date": lambda value: format_date(self.env, value),
            "format_day": lambda moment: format_date(
                self.env, fields.Datetime.context_timestamp(self, moment).date()
            ),
            "tel_link": tel_link,
            "short": self._short,
        }

    # ------------------------------------------------------
    # Of all clients at once
    # ------------------------------------------------------

    @api.model
    def _collect(self, clients):
        """:return: dict name -> dict client -> records; all that are under one name are fetched together"""
        people = clients | clients.child_ids
        return {
            "people": people.grouped(lambda partner: partner if partner in clients else partner.parent_id),
            "events": self._events(clients),
            "steps": self._by_client(
                "mail.activity", Domain("client_id", "in", clients.ids), "client_id", "date_deadline, id"
            ),
            "promises": self._by_client(
                "sales.promise",
                Domain("client_id", "in", clients.ids) & Domain("state", "=", "open"),
                "client_id",
                "date_due, id",
            ),
            "deals": self._by_client(
                "crm.lead",
                Domain("partner_id.client_id", "in", clients.ids)
                & Domain("type", "=", "opportunity")
                & Domain("won_status", "=", "pending"),
                "partner_id.client_id",
                "date_deadline, id",
            ),
        }

    @api.model
    def _by_client(self, model, domain, path, order):
        """:return: dict client -> the records that the user may see, empty if he may see none of the model"""
        Model = self.env[model]
        if not Model.has_access("read"):
            return {}
        return Model.search(domain, order=order).grouped(lambda record: record.mapped(path))

    @api.model
    def _events(self, clients):
        """:return: dict client -> the last events of his history, what was merely carried over aside"""
        History = self.env["sales.client.history"]
        if not clients or not History.has_access("read"):
            return {}
        query = History._search(Domain("client_id", "in", clients.ids) & Domain("kind", "!=", "carry"))
        columns = [SQL.identifier(query.table, name) for name in ("id", "client_id", "date", "recorded")]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM (
                    SELECT id, ROW_NUMBER() OVER (
                               PARTITION BY client_id ORDER BY date DESC, recorded DESC, id DESC) AS place
                      FROM %s AS event
                ) AS placed WHERE place <= %s
                """,
                query.subselect(*columns),
                EVENTS,
            )
        )
        return History.search([("id", "in", [id_ for (id_,) in rows])]).grouped("client_id")

    # ------------------------------------------------------
    # Of one client
    # ------------------------------------------------------

    @api.model
    def _prepare_brief(self, client, parts):
        """:return: dict of what stands on the client's page"""
        return {
            "client": client,
            "facts": self._prepare_facts(client),
            **self._prepare_contacts(client, parts["people"][client]),
            "events": parts["events"].get(client, ()),
            "steps": self._first(parts["steps"].get(client)),
            "promises": self._first(parts["promises"].get(client)),
            "deals": self._first(parts["deals"].get(client)),
            "debt": self._prepare_debt(client),
            "kept": client.promise_summary,
            "note": self._short(html2plaintext(client.comment or ""), 300),
        }

    @api.model
    def _first(self, records):
        """:return: as many of the records as have room, still fetched together with those of other clients"""
        return records[:ROWS].with_prefetch(records._prefetch_ids) if records else ()

    @api.model
    def _short(self, text, width=130):
        """:return: the beginning of the text, up to the end of a word: all has to go on one page"""
        return shorten(text or "", width, placeholder="…")

    @api.model
    def _prepare_contacts(self, client, people):
        """:return: dict ``contacts``, whom to call first, and how many ``more`` there are than have room"""
        people = [partner for partner in people if self._is_person(partner, client)]
        return {
            "contacts": [self._prepare_contact(partner) for partner in people[:PEOPLE]],
            "more": len(people[PEOPLE:]),
        }

    @api.model
    def _is_person(self, partner, client):
        """:return: whether there is something to reach the partner by, or to call him"""
        if partner == client:
            return bool(partner.phone or partner.email or partner.contact_channel_ids)
        return partner.type == "contact"

    @api.model
    def _prepare_facts(self, client):
        """:return: list of (label, text), without those that say nothing"""
        levels = dict(client._fields["funnel_level"]._description_selection(self.env))
        facts = [
            # sudo: the name of a colleague is no secret
            (self.env._("Manager"), client.user_id.sudo().name),
            (self.env._("Class"), client.client_class),
            (self.env._("Level"), levels.get(client.funnel_level)),
            (self.env._("Tax number"), client.vat),
            (self.env._("Address"), self._address(client)),
            (self.env._("Website"), client.website),
            (self.env._("Tags"), ", ".join(client.category_id.mapped("name"))),
            (
                self.env._("Last contact"),
                client.last_contact_date and format_date(self.env, client.last_contact_date),
            ),
        ]
        return [(label, text) for label, text in facts if text]

    @api.model
    def _address(self, client):
        names = [client.zip, client.state_id.name, client.city, client.street, client.street2]
        return ", ".join(name for name in names if name)

    @api.model
    def _prepare_contact(self, contact):
        channels = [channel._summary() for channel in contact.contact_channel_ids]
        return {
            "contact": contact,
            "is_client": contact == contact.client_id,
            "roles": ", ".join(contact.purchase_role_ids.mapped("name")),
            "channels": channels,
        }

    @api.model
    def _prepare_debt(self, client):
        """:return: dict of what the client owes, None for those who may not see it"""
        if not any(self.env.user.has_group(group) for group in DEBT_GROUPS):
            return None
        states = dict(client._fields["credit_state"]._description_selection(self.env))
        return {
            "currency": self.env.company.currency_id,
            "receivable": client.receivable_amount,
            "overdue": client.overdue_amount,
            "days": client.overdue_days,
            "limited": client.credit_limited,
            "available": client.credit_available,
            "state": states.get(client.credit_state, ""),
            "stopped": client.credit_state not in ("ok", False),
            "contract": client.contract_id
            if client.contract_id.has_access("read")
            else client.contract_id.browse(),
        }


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_html(self, report_ref, docids, data=None):
        """A brief is opened by its address, where Odoo would take the language of the website."""
        report = self
        if self._get_report(report_ref).report_name == "sales_crm.report_client_brief":
            report = self.with_context(lang=self.env.user.lang)
        return super(IrActionsReport, report)._render_qweb_html(report_ref, docids, data=data)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _brief_url(self, ids):
        """:return: address of the page with the briefs about these clients"""
        return f"/report/html/sales_crm.report_client_brief/{','.join(map(str, ids))}"

    def action_print_brief(self):
        """:return: the page about these clients, to read and to print"""
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self._brief_url(self.ids), "target": "new"}
