from odoo import api, models
from odoo.tools import SQL

MESSAGE_TYPES = SQL("('comment', 'email', 'email_outgoing')")


class SalesClientHistory(models.Model):
    """What was done with clients and written about them."""

    _inherit = "sales.client.history"

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
                LEFT JOIN mail_activity activity ON activity.id = log.activity_id
                LEFT JOIN mail_activity_type type ON type.id = log.activity_type_id
                WHERE log.client_id IS NOT NULL AND log.counted
                """
            ),
            source=SQL("log.id"),
            date=SQL("log.create_date"),
            kind=SQL("'carry'"),
            client=SQL("log.client_id"),
            user=SQL("log.user_id"),
            summary=SQL(
                "concat_ws(' · ', %s, NULLIF(log.summary, ''), %s || ' → ' || %s)",
                self._translated(SQL("type.name")),
                self._day_text(SQL("log.date_from")),
                self._day_text(SQL("log.date_to")),
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
        tables = SQL(
            """
            mail_message message
            JOIN %(table)s document ON document.id = message.res_id
            JOIN res_partner partner ON partner.id = document.%(partner)s
            """,
            table=SQL.identifier(table),
            partner=SQL.identifier(partner_column),
        )
        return self._message_row(arm, model, tables, SQL("partner.client_id"), SQL("partner.id"))

    @api.model
    def _arm_messages_of_cut_deals(self, arm):
        """What was written in a deal stays its last client's when the deal's customer is cleared; its moves
        know who it was.
        """
        tables = SQL(
            """
            sales_stage_move move
            JOIN crm_lead document ON document.id = move.lead_id
            LEFT JOIN res_partner partner ON partner.id = document.partner_id
            JOIN mail_message message ON message.res_id = document.id AND partner.client_id IS NULL
             AND NOT EXISTS (SELECT FROM sales_stage_move later
                              WHERE later.lead_id = move.lead_id AND later.id > move.id)
            """
        )
        return self._message_row(arm, "crm.lead", tables, SQL("move.client_id"), SQL("NULL::int"))

    @api.model
    def _message_row(self, arm, model, tables, client, contact):
        """:param SQL tables: with ``message`` and ``document``
        :param SQL client, contact: whose history it is, and with whom of his people
        """
        return self._row(
            arm,
            SQL(
                """
                %(tables)s
                LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                LEFT JOIN res_partner author
                       ON author.id = message.author_id AND author.client_id = %(client)s
                WHERE message.model = %(model)s AND message.message_type IN %(types)s
                  AND %(client)s IS NOT NULL
                """,
                tables=tables,
                client=client,
                model=model,
                types=MESSAGE_TYPES,
            ),
            source=SQL("message.id"),
            date=SQL("message.date"),
            kind=SQL(
                """CASE WHEN message.message_type IN ('email', 'email_outgoing') THEN 'email'
                        WHEN subtype.internal THEN 'note' ELSE 'message' END"""
            ),
            client=client,
            contact=SQL("COALESCE(author.id, %s)", contact),
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
                  AND event.start <= (now() AT TIME ZONE 'UTC') AND event.history_client_id IS NULL
                  AND NOT EXISTS (
                        SELECT FROM calendar_attendee invited
                          JOIN res_partner other ON other.id = invited.partner_id
                         WHERE invited.event_id = event.id AND other.client_id = partner.client_id)
                """
            ),
            source=SQL("event.id"),
            contact=SQL("partner.id"),
        )

    @api.model
    def _arm_meetings_of_cut_deals(self, arm):
        """Meetings about a deal that has another customer now, or none: they stay his whose it was then."""
        return self._meeting_row(
            arm,
            SQL(
                """
                calendar_event event
                JOIN res_partner partner ON partner.id = event.history_client_id
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
