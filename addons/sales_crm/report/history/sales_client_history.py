from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# An id is the number of its source in the high bits and the id of the source's row below
ARM_BITS = 40


class SalesClientHistory(models.Model):
    """All that happened with a client, by whomever and in whatever document, one row per event.

    Nothing is stored: it is one query over the tables where the facts are. Each source is one method that
    returns a SELECT made by :meth:`_row`; :meth:`_arms` puts them together. A module adds its own by
    extending ``_arms`` and the selection of ``kind``, with a number that no other has.
    """

    _name = "sales.client.history"
    _description = "Client History"
    _auto = False
    _order = "date DESC, recorded DESC, id DESC"
    _rec_name = "summary"

    _sales_guard_path = "client_id"
    _depends = {
        "account.move": [
            *("state", "partner_id", "commercial_partner_id", "invoice_date", "amount_total_signed"),
            *("invoice_user_id", "company_id", "create_date", "datetime_posted"),
        ],
        "account.move.line": ["balance", "parent_state", "account_id", "partner_id"],
        "account.payment": ["state", "partner_id", "date", "amount_company_currency_signed", "move_id"],
        "calendar.attendee": ["event_id", "partner_id"],
        "calendar.event": [
            *("active", "history_client_id", "name", "opportunity_id", "privacy", "start", "user_id"),
        ],
        "crm.lead": ["partner_id", "company_id"],
        "mail.activity": ["active", "activity_state_final", "client_id", "datetime_done", "done_user_id"],
        "mail.message": ["model", "res_id", "message_type", "date", "author_id"],
        "mail.tracking.value": ["mail_message_id"],
        "res.partner": ["client_id", "commercial_partner_id", "company_id", "user_id"],
        "sale.order": ["partner_id", "state", "date_order", "amount_total", "user_id", "currency_rate"],
        "sales.carry.log": ["client_id"],
        "sales.contract": ["client_id"],
        "sales.credit.release": ["client_id", "state", "date_decided"],
        "sales.handover.item": ["state"],
        "sales.handover.line": ["client_id", "state"],
    }

    date = fields.Datetime(
        readonly=True,
        help="Invoices and payments stand on their own day, there in the order in which they were posted.",
    )
    kind = fields.Selection(
        [
            ("done", "Activity done"),
            ("visit", "Visit"),
            ("cancelled", "Activity cancelled"),
            ("carry", "Carried over"),
            ("meeting", "Meeting"),
            ("message", "Message"),
            ("email", "Mail"),
            ("note", "Note"),
            ("quotation", "Quotation made"),
            ("order", "Order confirmed"),
            ("invoice", "Invoice"),
            ("refund", "Credit note"),
            ("payment", "Payment"),
            ("manager", "Change of manager"),
            ("contract", "Contract"),
            ("release", "Credit release"),
        ],
        readonly=True,
    )
    client_id = fields.Many2one("res.partner", readonly=True)
    contact_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", "Who Did It", readonly=True)
    manager_id = fields.Many2one(
        "res.users",
        "Manager Then",
        compute="_compute_manager_id",
        compute_sudo=True,
        help="Who was the manager of the client at that time.",
    )
    summary = fields.Char(readonly=True)
    # No sum: what was ordered, invoiced, promised and paid is the same money
    amount = fields.Monetary(readonly=True, aggregator=None, help="In the currency of the company.")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)

    @api.model
    def _sales_guard_domain(self, mode):
        return self.env["sales.access.rule"]._granted_by_client("client_id", mode)

    # ------------------------------------------------------
    # The query
    # ------------------------------------------------------

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._arms().values())

    @api.model
    def _arms(self):
        """:return: dict number -> SQL made by :meth:`_row`. The number is part of the rows' ids: it stays"""
        return {
            1: self._arm_activities(1),
            2: self._arm_carries(2),
            3: self._arm_messages(3, "res.partner", "res_partner", "id"),
            4: self._arm_messages(4, "crm.lead", "crm_lead", "partner_id"),
            5: self._arm_messages(5, "sale.order", "sale_order", "partner_id"),
            6: self._arm_messages_of_entries(6),
            7: self._arm_messages(7, "sales.contract", "sales_contract", "client_id"),
            8: self._arm_messages(8, "sales.credit.release", "sales_credit_release", "client_id"),
            9: self._arm_messages(9, "account.payment", "account_payment", "partner_id"),
            10: self._arm_meetings(10),
            11: self._arm_meetings_of_deals(11),
            12: self._arm_quotations(12),
            13: self._arm_orders(13),
            14: self._arm_invoices(14),
            15: self._arm_payments(15),
            16: self._arm_bank_receipts(16),
            17: self._arm_manager_changes(17),
            18: self._arm_handovers(18),
            19: self._arm_handovers_undone(19),
            20: self._arm_contracts(20),
            21: self._arm_releases(21),
            22: self._arm_messages_of_cut_deals(22),
            23: self._arm_meetings_of_cut_deals(23),
            24: self._arm_payments_without_entry(24),
        }

    @api.model
    def _row(self, arm, tables, *, source, date, kind, client, summary, res_model, res_id, **optional):
        """One source. The types are the same for all, so that PostgreSQL asks each for what it needs only.

        :param int arm: its number
        :param SQL tables: what follows FROM
        :param SQL source: id of the row, unique in this source
        :param optional: SQL of ``contact`` (the client himself is none), ``user``, ``company``, ``amount``,
            ``recorded`` (the date, if not given) and ``day_only`` (false, if not given)
        :return: SQL
        """
        null = SQL("NULL")
        return SQL(
            """
            SELECT (%(arm)s::bigint << %(bits)s) + %(source)s AS id,
                   %(arm)s::int AS arm,
                   %(source)s::int AS source_id,
                   %(date)s::timestamp AS date,
                   %(recorded)s::timestamp AS recorded,
                   %(day_only)s::boolean AS day_only,
                   %(kind)s::varchar AS kind,
                   %(client)s::int AS client_id,
                   NULLIF(%(contact)s::int, %(client)s::int) AS contact_id,
                   %(user)s::int AS user_id,
                   %(company)s::int AS company_id,
                   %(amount)s::numeric AS amount,
                   (%(summary)s)::varchar AS summary,
                   %(res_model)s::varchar AS res_model,
                   %(res_id)s::int AS res_id
              FROM %(tables)s
            """,
            arm=arm,
            bits=ARM_BITS,
            source=source,
            date=date,
            recorded=optional.get("recorded", date),
            day_only=optional.get("day_only", SQL("FALSE")),
            kind=kind,
            client=client,
            contact=optional.get("contact", null),
            user=optional.get("user", null),
            company=optional.get("company", null),
            amount=optional.get("amount", null),
            summary=summary,
            res_model=res_model,
            res_id=res_id,
            tables=tables,
        )

    @api.model
    def _translated(self, column):
        """:return: SQL of a translated column in the user's language"""
        return SQL("COALESCE(%(column)s->>%(lang)s, %(column)s->>'en_US')", column=column, lang=self.env.lang)

    @api.model
    def _text(self, column):
        """:return: SQL of the beginning of an html column as plain text"""
        text = SQL(r"regexp_replace(left(%s, 2000), '<[^>]*>', ' ', 'g')", column)
        for entity, char in (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&amp;", "&")):
            text = SQL("replace(%s, %s, %s)", text, entity, char)
        return SQL(r"left(btrim(regexp_replace(%s, '\s+', ' ', 'g')), 200)", text)

    # ------------------------------------------------------
    # Rows by their ids
    # ------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Rows by id are looked up in their own tables; the id itself has no index."""
        return super()._search(Domain(domain).map_conditions(self._by_source), *args, **kwargs)

    @api.model
    def _by_source(self, condition):
        if condition.field_expr != "id" or condition.operator not in ("=", "in"):
            return condition
        value = [condition.value] if condition.operator == "=" else condition.value
        ids = [id_ for id_ in value if isinstance(id_, int) and id_]
        return condition & Domain.custom(
            to_sql=lambda model, alias, query: self._sources_sql(alias, ids), predicate=lambda record: True
        )

    @api.model
    def _sources_sql(self, alias, ids):
        sources = {}
        for id_ in ids:
            sources.setdefault(id_ >> ARM_BITS, []).append(id_ & ((1 << ARM_BITS) - 1))
        conditions = [
            SQL(
                "(%s = %s AND %s = ANY(%s))",
                SQL.identifier(alias, "arm"),
                arm,
                SQL.identifier(alias, "source_id"),
                of_arm,
            )
            for arm, of_arm in sources.items()
        ]
        return SQL("(%s)", SQL(" OR ").join(conditions)) if conditions else SQL("FALSE")

    def exists(self):
        # sudo: whether there is such a row, not what is in it
        return self & self.sudo().search([("id", "in", self.ids)]).sudo(self.env.su)

    # ------------------------------------------------------
    # The manager then
    # ------------------------------------------------------

    @api.depends("date", "client_id")
    def _compute_manager_id(self):
        """From the changes of each client's manager, in one query."""
        changes = self._manager_changes(self.client_id)
        for event in self:
            manager = event.client_id.user_id.id
            for date, old, new in reversed(changes.get(event.client_id.id, [])):
                if date <= event.date:
                    manager = new
                    break
                manager = old
            event.manager_id = manager

    @api.model
    def _manager_changes(self, clients):
        """:return: dict client id -> list of (moment, old user id, new user id), the first one first"""
        if not clients:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.res_id, message.date, tracked.old_value_integer, tracked.new_value_integer
                  FROM mail_message message
                  JOIN mail_tracking_value tracked ON tracked.mail_message_id = message.id
                 WHERE message.model = 'res.partner' AND message.res_id = ANY(%(clients)s)
                   AND tracked.field_id = %(field)s
                 UNION ALL
                SELECT line.client_id, handover.date_start, handover.from_user_id, line.receiver_id
                  FROM sales_handover_line line JOIN sales_handover handover ON handover.id = line.handover_id
                 WHERE line.client_id = ANY(%(clients)s) AND line.own IS TRUE
                   AND line.state IN ('done', 'undone', 'kept')
                 UNION ALL
                SELECT line.client_id, COALESCE(handover.date_undone, line.write_date), line.receiver_id,
                       handover.from_user_id
                  FROM sales_handover_line line JOIN sales_handover handover ON handover.id = line.handover_id
                 WHERE line.client_id = ANY(%(clients)s) AND line.own IS TRUE AND line.state = 'undone'
                 ORDER BY 2
                """,
                clients=clients.ids,
                field=self.env["ir.model.fields"]._get("res.partner", "user_id").id,
            )
        )
        changes = {}
        for client, date, old, new in rows:
            changes.setdefault(client, []).append((date, old or False, new or False))
        return changes

    def action_open(self):
        """:return: the form of the document; it is read with the rights of whoever opens it"""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model or "res.partner",
            "res_id": self.res_id or self.client_id.id,
            "views": [(False, "form")],
        }
