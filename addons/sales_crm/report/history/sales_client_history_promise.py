from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL


class SalesClientHistory(models.Model):
    """What was promised and what came of it, and how far deals have come."""

    _inherit = "sales.client.history"

    _depends = {
        "sales.promise": [
            "amount", "client_id", "company_id", "contact_id", "create_date", "currency_id", "date_closed",
            "date_due", "date_made", "description", "direction", "kind", "state", "write_date",
        ],
        "sales.stage.move": ["client_id", "date", "outcome", "stage_from_id", "stage_to_id", "user_id"],
    }  # fmt: skip

    kind = fields.Selection(
        selection_add=[
            ("promise", "Promise made"),
            ("promise_kept", "Promise kept"),
            ("promise_partial", "Promise kept in part"),
            ("promise_broken", "Promise broken"),
            ("stage", "Deal moved"),
        ]
    )

    @api.model
    def _arms(self):
        return {
            **super()._arms(),
            30: self._arm_promises_made(30),
            31: self._arm_promises_closed(31),
            32: self._arm_messages(32, "sales.promise", "sales_promise", "client_id"),
            33: self._arm_stage_moves(33),
        }

    # ------------------------------------------------------
    # Promises
    # ------------------------------------------------------

    @api.model
    def _promise_row(self, arm, condition, amount, **values):
        return self._row(
            arm,
            SQL(
                """
                sales_promise promise
                JOIN res_company company ON company.id = promise.company_id
                JOIN res_currency currency ON currency.id = promise.currency_id
                WHERE %s
                """,
                condition,
            ),
            source=SQL("promise.id"),
            client=SQL("promise.client_id"),
            contact=SQL("promise.contact_id"),
            company=SQL("promise.company_id"),
            # The column is in the company's currency; of others the summary tells the amount
            amount=SQL("CASE WHEN promise.currency_id = company.currency_id THEN %s END", amount),
            summary=SQL(
                """concat_ws(' · ', %(direction)s, %(kind)s,
                             CASE WHEN promise.currency_id != company.currency_id AND promise.amount != 0
                                  THEN concat(promise.amount, ' ', currency.name) END,
                             %(due)s, NULLIF(promise.description, ''))""",
                due=self._day_text(SQL("promise.date_due")),
                direction=self._label("sales.promise", "direction", SQL("promise.direction")),
                kind=self._label("sales.promise", "kind", SQL("promise.kind")),
            ),
            res_model=SQL("'sales.promise'"),
            res_id=SQL("promise.id"),
            **values,
        )

    @api.model
    def _arm_promises_made(self, arm):
        return self._promise_row(
            arm,
            SQL("TRUE"),
            SQL("NULLIF(promise.amount, 0)"),
            **self._moment(SQL("promise.date_made"), SQL("promise.create_date"), SQL("promise.company_id")),
            kind=SQL("'promise'"),
            user=SQL("COALESCE(NULLIF(promise.create_uid, %s), promise.user_id)", SUPERUSER_ID),
        )

    @api.model
    def _arm_promises_closed(self, arm):
        return self._promise_row(
            arm,
            SQL("promise.state IN ('kept', 'partial', 'broken') AND promise.date_closed IS NOT NULL"),
            SQL("CASE WHEN promise.state IN ('kept', 'partial') THEN NULLIF(promise.paid_amount, 0) END"),
            **self._moment(SQL("promise.date_closed"), SQL("promise.write_date"), SQL("promise.company_id")),
            kind=SQL("'promise_' || promise.state"),
            user=SQL("promise.user_id"),
        )

    @api.model
    def _label(self, model, name, column):
        """:return: SQL of the label, in the user's language, of a selection field's value"""
        labels = self.env[model]._fields[name]._description_selection(self.env)
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", value, label) for value, label in labels)
        return SQL("CASE %s %s END", column, cases)

    # ------------------------------------------------------
    # Deals
    # ------------------------------------------------------

    @api.model
    def _arm_stage_moves(self, arm):
        return self._row(
            arm,
            SQL(
                """
                sales_stage_move move
                LEFT JOIN crm_stage stage_from ON stage_from.id = move.stage_from_id
                LEFT JOIN crm_stage stage_to ON stage_to.id = move.stage_to_id
                WHERE move.client_id IS NOT NULL
                """
            ),
            source=SQL("move.id"),
            date=SQL("move.date"),
            kind=SQL("'stage'"),
            client=SQL("move.client_id"),
            user=SQL("move.user_id"),
            company=SQL("move.company_id"),
            amount=SQL("NULLIF(move.amount, 0)"),
            summary=SQL(
                """concat_ws(' · ', move.lead_name, %(outcome)s,
                             NULLIF(concat_ws(' → ', COALESCE(%(old)s, move.stage_from_name),
                                              COALESCE(%(new)s, move.stage_to_name)), ''))""",
                outcome=self._label("sales.stage.move", "outcome", SQL("move.outcome")),
                old=self._translated(SQL("stage_from.name")),
                new=self._translated(SQL("stage_to.name")),
            ),
            res_model=SQL("CASE WHEN move.lead_id IS NOT NULL THEN 'crm.lead' END"),
            res_id=SQL("move.lead_id"),
        )
