from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# An id is the number of its source in the high bits and the id of the source's row below
ARM_BITS = 40
MESSAGE_TYPES = SQL("('comment', 'email', 'email_outgoing')")


class SalesClientHistory(models.Model):
    """All that happened with a client, by whomever and in whatever document, one row per event.

    Nothing is stored: it is one query over the tables where the facts are. Each source is one method that
    returns a SELECT made by :meth:`_row`; :meth:`_arms` puts them together. A module adds its own by
    extending ``_arms`` and the selection of ``kind``, with a number that no other has.
    """

    _name = "sales.client.history"
    _description = "Client History"
    _auto = False
    _order = "date DESC, id DESC"
    _rec_name = "summary"

    _sales_guard_path = "client_id"
    _depends = {
        "account.move": ["state", "partner_id", "invoice_date", "amount_total_signed", "invoice_user_id"],
        "account.move.line": ["balance", "parent_state", "account_id"],
        "account.payment": ["state", "partner_id", "date", "amount_company_currency_signed"],
        "calendar.attendee": ["event_id", "partner_id"],
        "calendar.event": ["active", "name", "opportunity_id", "privacy", "start", "user_id"],
        "crm.lead": ["partner_id", "company_id"],
        "mail.activity": ["active", "activity_state_final", "client_id", "datetime_done", "done_user_id"],
        "mail.message": ["model", "res_id", "message_type", "date", "author_id"],
        "mail.tracking.value": ["mail_message_id"],
        "res.partner": ["client_id", "company_id", "user_id"],
        "sale.order": ["partner_id", "state", "date_order", "amount_total", "user_id", "currency_rate"],
        "sales.carry.log": ["client_id"],
        "sales.contract": ["client_id"],
        "sales.credit.release": ["client_id", "state", "date_decided"],
        "sales.handover.item": ["state"],
        "sales.handover.line": ["client_id", "state"],
    }

    date = fields.Datetime(readonly=True, help="Events of which only the day is known stand at noon, UTC.")
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
    user_id = fields.Many2one("res.users", "Who", readonly=True)
    manager_id = fields.Many2one(
        "res.users",
        "Manager Then",
        compute="_compute_manager_id",
        compute_sudo=True,
        help="Who was the manager of the client at that time.",
    )
    summary = fields.Char(readonly=True)
    amount = fields.Monetary(readonly=True, help="In the currency of the company.")
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
            6: self._arm_messages(6, "account.move", "account_move", "partner_id"),
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
        }

    @api.model
    def _row(self, arm, tables, *, source, date, kind, client, summary, res_model, res_id, **optional):
        """One source. The types are the same for all, so that PostgreSQL asks each for what it needs only.

        :param int arm: its number
        :param SQL tables: what follows FROM
        :param SQL source: id of the row, unique in this source
        :param optional: SQL of ``contact`` (the client himself is none), ``user``, ``company``, ``amount``
        :return: SQL
        """
        null = SQL("NULL")
        return SQL(
            """
            SELECT (%(arm)s::bigint << %(bits)s) + %(source)s AS id,
                   %(arm)s::int AS arm,
                   %(source)s::int AS source_id,
                   %(date)s::timestamp AS date,
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

    @api.model
    def _noon(self, column):
        return SQL("(%s + interval '12 hours')", column)

    # ------------------------------------------------------
    # Work
    # ------------------------------------------------------

    @api.model
    def _arm_activities(self, arm):
        return self._row(
            arm,
            SQL(
                """
                mail_activity activity
                LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
                LEFT JOIN sales_activity_outcome outcome ON outcome.id = activity.outcome_id
                WHERE activity.active IS NOT TRUE AND activity.client_id IS NOT NULL
                """
            ),
            source=SQL("activity.id"),
            date=SQL("activity.datetime_done"),
            kind=SQL(
                """CASE WHEN activity.activity_state_final = 'cancelled' THEN 'cancelled'
                        WHEN type.is_visit THEN 'visit' ELSE 'done' END"""
            ),
            client=SQL("activity.client_id"),
            contact=SQL("CASE WHEN activity.res_model = 'res.partner' THEN activity.res_id END"),
            user=SQL("activity.done_user_id"),
            summary=SQL(
                "concat_ws(' · ', %s, NULLIF(activity.summary, ''), %s, NULLIF(activity.feedback, ''), "
                "NULLIF(activity.cancel_reason, ''))",
                self._translated(SQL("type.name")),
                self._translated(SQL("outcome.name")),
            ),
            res_model=SQL("activity.res_model"),
            res_id=SQL("activity.res_id"),
        )

    @api.model
    def _arm_carries(self, arm):
        return self._row(
            arm,
            SQL(
                """
                sales_carry_log log
                JOIN mail_activity activity ON activity.id = log.activity_id
                LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
                WHERE log.client_id IS NOT NULL
                """
            ),
            source=SQL("log.id"),
            date=SQL("log.create_date"),
            kind=SQL("'carry'"),
            client=SQL("log.client_id"),
            user=SQL("log.user_id"),
            summary=SQL(
                "concat_ws(' · ', %s, NULLIF(activity.summary, ''), log.date_from || ' → ' || log.date_to)",
                self._translated(SQL("type.name")),
            ),
            res_model=SQL("activity.res_model"),
            res_id=SQL("activity.res_id"),
        )

    # ------------------------------------------------------
    # Messages
    # ------------------------------------------------------

    @api.model
    def _arm_messages(self, arm, model, table, partner_column):
        """What people wrote in the chatter of the documents of one model, mails too; no notifications."""
        return self._row(
            arm,
            SQL(
                """
                mail_message message
                JOIN %(table)s document ON document.id = message.res_id
                JOIN res_partner partner ON partner.id = document.%(partner)s
                LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                LEFT JOIN res_partner author
                       ON author.id = message.author_id AND author.client_id = partner.client_id
                WHERE message.model = %(model)s AND message.message_type IN %(types)s
                  AND partner.client_id IS NOT NULL
                """,
                table=SQL.identifier(table),
                partner=SQL.identifier(partner_column),
                model=model,
                types=MESSAGE_TYPES,
            ),
            source=SQL("message.id"),
            date=SQL("message.date"),
            kind=SQL(
                """CASE WHEN message.message_type IN ('email', 'email_outgoing') THEN 'email'
                        WHEN subtype.internal THEN 'note' ELSE 'message' END"""
            ),
            client=SQL("partner.client_id"),
            contact=SQL("COALESCE(author.id, partner.id)"),
            user=SQL("(SELECT MIN(u.id) FROM res_users u WHERE u.partner_id = message.author_id)"),
            company=SQL("document.company_id"),
            summary=SQL(
                "concat_ws(': ', NULLIF(message.subject, ''), NULLIF(%s, ''))",
                self._text(SQL("message.body")),
            ),
            res_model=SQL("message.model"),
            res_id=SQL("message.res_id"),
        )

    # ------------------------------------------------------
    # Meetings
    # ------------------------------------------------------

    @api.model
    def _meeting_row(self, arm, tables, source, contact):
        """Meetings that have begun; of a private one only that there was one."""
        return self._row(
            arm,
            tables,
            source=source,
            date=SQL("event.start"),
            kind=SQL("'meeting'"),
            client=SQL("partner.client_id"),
            contact=contact,
            user=SQL("event.user_id"),
            summary=SQL(
                """CASE WHEN COALESCE(event.privacy, (SELECT settings.calendar_default_privacy
                                                        FROM res_users_settings settings
                                                       WHERE settings.user_id = event.user_id LIMIT 1))
                             = 'private'
                        THEN NULL ELSE event.name END"""
            ),
            res_model=SQL("'calendar.event'"),
            res_id=SQL("event.id"),
        )

    @api.model
    def _arm_meetings(self, arm):
        """One row for each client, however many of his people were invited."""
        return self._meeting_row(
            arm,
            SQL(
                """
                calendar_attendee attendee
                JOIN res_partner partner ON partner.id = attendee.partner_id
                JOIN calendar_event event ON event.id = attendee.event_id
                WHERE partner.client_id IS NOT NULL AND event.active IS TRUE
                  AND event.start <= (now() AT TIME ZONE 'UTC')
                  AND NOT EXISTS (
                        SELECT FROM calendar_attendee twin
                          JOIN res_partner other ON other.id = twin.partner_id
                         WHERE twin.event_id = attendee.event_id AND twin.id < attendee.id
                           AND other.client_id = partner.client_id)
                """
            ),
            source=SQL("attendee.id"),
            contact=SQL("partner.id"),
        )

    @api.model
    def _arm_meetings_of_deals(self, arm):
        """Meetings about a deal to which nobody of the client was invited."""
        return self._meeting_row(
            arm,
            SQL(
                """
                calendar_event event
                JOIN crm_lead lead ON lead.id = event.opportunity_id
                JOIN res_partner partner ON partner.id = lead.partner_id
                WHERE partner.client_id IS NOT NULL AND event.active IS TRUE
                  AND event.start <= (now() AT TIME ZONE 'UTC')
                  AND NOT EXISTS (
                        SELECT FROM calendar_attendee invited
                          JOIN res_partner other ON other.id = invited.partner_id
                         WHERE invited.event_id = event.id AND other.client_id = partner.client_id)
                """
            ),
            source=SQL("event.id"),
            contact=SQL("partner.id"),
        )

    # ------------------------------------------------------
    # Orders and money
    # ------------------------------------------------------

    @api.model
    def _order_row(self, arm, condition, **values):
        return self._row(
            arm,
            SQL(
                """
                sale_order document
                JOIN res_partner partner ON partner.id = document.partner_id
                WHERE partner.client_id IS NOT NULL AND %s
                """,
                condition,
            ),
            source=SQL("document.id"),
            client=SQL("partner.client_id"),
            contact=SQL("partner.id"),
            company=SQL("document.company_id"),
            # As in core's sale.report: the rate is of the order's currency to the company's
            amount=SQL("document.amount_total / COALESCE(NULLIF(document.currency_rate, 0), 1)::numeric"),
            summary=SQL("document.name"),
            res_model=SQL("'sale.order'"),
            res_id=SQL("document.id"),
            **values,
        )

    @api.model
    def _arm_quotations(self, arm):
        """Whoever made it; the salesperson where the system did (an import, the web shop)."""
        return self._order_row(
            arm,
            SQL("TRUE"),
            date=SQL("document.create_date"),
            kind=SQL("'quotation'"),
            user=SQL("COALESCE(NULLIF(document.create_uid, %s), document.user_id)", SUPERUSER_ID),
        )

    @api.model
    def _arm_orders(self, arm):
        return self._order_row(
            arm,
            SQL("document.state = 'sale'"),
            date=SQL("document.date_order"),
            kind=SQL("'order'"),
            user=SQL("document.user_id"),
        )

    @api.model
    def _arm_invoices(self, arm):
        return self._row(
            arm,
            SQL(
                """
                account_move document
                JOIN res_partner partner ON partner.id = document.partner_id
                WHERE partner.client_id IS NOT NULL AND document.state = 'posted'
                  AND document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """
            ),
            source=SQL("document.id"),
            date=self._noon(SQL("document.invoice_date")),
            kind=SQL("CASE WHEN document.move_type = 'out_refund' THEN 'refund' ELSE 'invoice' END"),
            client=SQL("partner.client_id"),
            contact=SQL("partner.id"),
            user=SQL("document.invoice_user_id"),
            company=SQL("document.company_id"),
            amount=SQL("document.amount_total_signed"),
            summary=SQL("concat_ws(' · ', document.name, NULLIF(document.ref, ''))"),
            res_model=SQL("'account.move'"),
            res_id=SQL("document.id"),
        )

    @api.model
    def _arm_payments(self, arm):
        return self._row(
            arm,
            SQL(
                """
                account_payment document
                JOIN res_partner partner ON partner.id = document.partner_id
                WHERE partner.client_id IS NOT NULL AND document.state IN ('in_process', 'paid')
                  AND document.partner_type = 'customer'
                """
            ),
            source=SQL("document.id"),
            date=self._noon(SQL("document.date")),
            kind=SQL("'payment'"),
            client=SQL("partner.client_id"),
            contact=SQL("partner.id"),
            user=SQL("NULLIF(document.create_uid, %s)", SUPERUSER_ID),
            company=SQL("document.company_id"),
            amount=SQL("document.amount_company_currency_signed"),
            summary=SQL("concat_ws(' · ', document.name, NULLIF(document.memo, ''))"),
            res_model=SQL("'account.payment'"),
            res_id=SQL("document.id"),
        )

    @api.model
    def _arm_bank_receipts(self, arm):
        """Money on a bank statement that no payment stands for."""
        return self._row(
            arm,
            SQL(
                """
                account_move document
                JOIN res_partner partner ON partner.id = document.partner_id
                JOIN account_move_line line ON line.move_id = document.id
                JOIN account_account account ON account.id = line.account_id
                WHERE partner.client_id IS NOT NULL AND document.state = 'posted'
                  AND document.statement_line_id IS NOT NULL
                  AND account.account_type = 'asset_receivable'
                  AND NOT EXISTS (
                        SELECT FROM account_payment_account_bank_statement_line_rel paid
                         WHERE paid.account_bank_statement_line_id = document.statement_line_id)
                """
            ),
            source=SQL("line.id"),
            date=self._noon(SQL("document.date")),
            kind=SQL("'payment'"),
            client=SQL("partner.client_id"),
            contact=SQL("partner.id"),
            company=SQL("document.company_id"),
            amount=SQL("-line.balance"),
            summary=SQL("concat_ws(' · ', document.name, NULLIF(line.name, ''))"),
            res_model=SQL("'account.move'"),
            res_id=SQL("document.id"),
        )

    # ------------------------------------------------------
    # Terms and hands
    # ------------------------------------------------------

    @api.model
    def _tracked(self, arm, model, table, field_name, client, **values):
        """Changes of one field as the chatter tracks them."""
        return self._row(
            arm,
            SQL(
                """
                mail_message message
                JOIN mail_tracking_value tracked ON tracked.mail_message_id = message.id
                JOIN %(table)s document ON document.id = message.res_id
                WHERE message.model = %(model)s AND tracked.field_id = %(field)s AND %(client)s IS NOT NULL
                """,
                table=SQL.identifier(table),
                model=model,
                field=self.env["ir.model.fields"]._get(model, field_name).id,
                client=client,
            ),
            source=SQL("tracked.id"),
            date=SQL("message.date"),
            client=client,
            user=SQL("(SELECT MIN(u.id) FROM res_users u WHERE u.partner_id = message.author_id)"),
            company=SQL("document.company_id"),
            res_model=SQL("message.model"),
            res_id=SQL("message.res_id"),
            **values,
        )

    @api.model
    def _arm_manager_changes(self, arm):
        # A contact's manager follows the client's: only the client's own change is one
        return self._tracked(
            arm,
            "res.partner",
            "res_partner",
            "user_id",
            SQL("CASE WHEN document.client_id = document.id THEN document.client_id END"),
            kind=SQL("'manager'"),
            summary=SQL(
                "concat(COALESCE(tracked.old_value_char, '—'), ' → ', COALESCE(tracked.new_value_char, '—'))"
            ),
        )

    @api.model
    def _handover_row(self, arm, states, date, old, new):
        """Hand-overs are silent: they track nothing, and keep their own record."""
        name = "(SELECT p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = {})"
        return self._row(
            arm,
            SQL(
                """
                sales_handover_line line
                JOIN sales_handover handover ON handover.id = line.handover_id
                WHERE line.client_id IS NOT NULL AND line.state IN %s AND EXISTS (
                        SELECT FROM sales_handover_item item
                         WHERE item.handover_id = line.handover_id AND item.res_model = 'res.partner'
                           AND item.res_id = line.client_id AND item.state IN ('moved', 'returned', 'kept'))
                """,
                states,
            ),
            source=SQL("line.id"),
            date=date,
            kind=SQL("'manager'"),
            client=SQL("line.client_id"),
            user=SQL("handover.run_user_id"),
            company=SQL("handover.company_id"),
            summary=SQL("concat(%s, ' → ', %s)", SQL(name.format(old)), SQL(name.format(new))),
            res_model=SQL("'res.partner'"),
            res_id=SQL("line.client_id"),
        )

    @api.model
    def _arm_handovers(self, arm):
        return self._handover_row(
            arm,
            ("done", "undone", "kept"),
            SQL("handover.date_start"),
            "handover.from_user_id",
            "line.receiver_id",
        )

    @api.model
    def _arm_handovers_undone(self, arm):
        return self._handover_row(
            arm,
            ("undone",),
            SQL("COALESCE(handover.date_undone, line.write_date)"),
            "line.receiver_id",
            "handover.from_user_id",
        )

    @api.model
    def _arm_contracts(self, arm):
        """Contracts in force, ended, taken up again: each change of their state."""
        return self._tracked(
            arm,
            "sales.contract",
            "sales_contract",
            "state",
            SQL("document.client_id"),
            kind=SQL("'contract'"),
            summary=SQL("concat_ws(': ', document.name, tracked.new_value_char)"),
        )

    @api.model
    def _arm_releases(self, arm):
        return self._row(
            arm,
            SQL("sales_credit_release release WHERE release.date_decided IS NOT NULL"),
            source=SQL("release.id"),
            date=SQL("release.date_decided"),
            kind=SQL("'release'"),
            client=SQL("release.client_id"),
            user=SQL("release.approver_id"),
            company=SQL("release.company_id"),
            amount=SQL("release.amount"),
            summary=SQL(
                "concat_ws(' · ', release.document_name, %s, NULLIF(release.decision_note, ''))",
                self._release_state_sql(),
            ),
            res_model=SQL("'sales.credit.release'"),
            res_id=SQL("release.id"),
        )

    @api.model
    def _release_state_sql(self):
        states = self.env["sales.credit.release"]._fields["state"]._description_selection(self.env)
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", value, label) for value, label in states)
        return SQL("CASE release.state %s END", cases)

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
