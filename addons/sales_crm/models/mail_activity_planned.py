from odoo import api, fields, models
from odoo.tools import SQL


class MailActivity(models.Model):
    """Thousands of activities at once, on clients' cards, without a notification each."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    cadence_id = fields.Many2one(
        "sales.cadence",
        "Regular Work",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The activity is an occurrence of this regular work.",
    )

    _cadence_idx = models.Index("(cadence_id, client_id) WHERE active IS TRUE AND cadence_id IS NOT NULL")
    _cadence_any_idx = models.Index("(cadence_id) WHERE cadence_id IS NOT NULL")

    @api.model
    def _planned_columns(self):
        """What a planned activity is made of; a module with a column that the server fills adds it here.

        :return: dict column -> SQL over ``plan`` (id, client_id, user_id, day, activity_type_id, summary,
            note, priority, cadence_id), ``client`` and ``person``, the partner of the user
        """
        now, uid = fields.Datetime.now(), self.env.uid
        columns = {
            "id": SQL("plan.id"),
            "res_model": SQL("%s", "res.partner"),
            "res_model_id": SQL("%s", self.env["ir.model"]._get_id("res.partner")),
            "res_id": SQL("client.id"),
            "res_name": SQL("client.complete_name"),
            "client_id": SQL("client.id"),
            "user_id": SQL("plan.user_id"),
            "user_tz": SQL("person.tz"),
            "date_deadline": SQL("plan.day"),
            "date_planned": SQL("plan.day"),
            "activity_type_id": SQL("plan.activity_type_id"),
            "summary": SQL("plan.summary"),
            "note": SQL("plan.note"),
            "priority": SQL("plan.priority"),
            "cadence_id": SQL("plan.cadence_id"),
            "carry_count": SQL("0"),
            "automated": SQL("TRUE"),
            "active": SQL("TRUE"),
            "create_uid": SQL("%s", uid),
            "create_date": SQL("%s::timestamp", now),
            "write_uid": SQL("%s", uid),
            "write_date": SQL("%s::timestamp", now),
        }
        return {**self._planned_defaults(columns), **columns}

    @api.model
    def _planned_defaults(self, columns):
        """:return: dict column -> SQL of the defaults of what ``columns`` leaves out"""
        names = [
            name
            for name, field in self._fields.items()
            if field.store
            and field.column_type
            and not field.company_dependent
            and not field.compute
            and not field.related
            and name != "id"
            and name not in columns
        ]
        # sudo: the defaults are those of the server's own work
        defaults = self.sudo().default_get(names)
        return {
            name: SQL("%s", self._fields[name].convert_to_column_insert(value, self.sudo()))
            for name, value in defaults.items()
            if value
        }

    @api.model
    def _insert_planned_sql(self, source):
        """The ids come with the rows: finding the new rows again costs a join that nobody can estimate.

        :param source: SQL of a FROM item named ``plan``, one row for each activity
        :return: SQL of an INSERT that returns ``client_id`` and ``date_deadline``; the caller also
            brings the clients' next steps up to date, see :meth:`_planned_next_steps_sql`
        """
        columns = self._planned_columns()
        return SQL(
            """
            INSERT INTO mail_activity (%(names)s)
            SELECT %(values)s
              FROM %(source)s
              JOIN res_partner client ON client.id = plan.client_id
              JOIN res_users manager ON manager.id = plan.user_id
              JOIN res_partner person ON person.id = manager.partner_id
            RETURNING client_id, date_deadline
            """,
            names=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(columns.values()),
            source=source,
        )

    @api.model
    def _planned_next_steps_sql(self, created):
        """:param created: SQL of a FROM item with ``client_id`` and ``date_deadline`` of new activities
        :return: SQL of the UPDATE of the clients' next steps
        """
        return SQL(
            """
            UPDATE res_partner client SET next_step_date = first_new.day
              FROM (SELECT client_id, MIN(date_deadline) AS day FROM %s GROUP BY client_id) first_new
             WHERE client.id = first_new.client_id
               AND (client.next_step_date IS NULL OR client.next_step_date > first_new.day)
            """,
            created,
        )
