from odoo import api, fields, models
from odoo.tools import SQL


class SalesClientHistory(models.Model):
    """When a manager was at the client's."""

    _inherit = "sales.client.history"

    _depends = {"sales.visit": ["client_id", "datetime_in", "distance", "place", "user_id"]}

    kind = fields.Selection(selection_add=[("check_in", "Check-in")])

    @api.model
    def _arms(self):
        return {**super()._arms(), 50: self._arm_check_ins(50)}

    @api.model
    def _arm_check_ins(self, arm):
        return self._row(
            arm,
            SQL("sales_visit visit"),
            source=SQL("visit.id"),
            date=SQL("visit.datetime_in"),
            kind=SQL("'check_in'"),
            client=SQL("visit.client_id"),
            user=SQL("visit.user_id"),
            summary=SQL(
                """concat_ws(' · ', %(place)s, CASE WHEN visit.place IN ('near', 'far')
                                                    THEN replace(%(far)s, '{metres}', %(metres)s) END)""",
                place=self._label("sales.visit", "place", SQL("visit.place")),
                metres=SQL("round(visit.distance)::text"),
                # A text of one letter Odoo doesn't translate
                far=self.env._("{metres} m"),
            ),
            res_model=SQL("'sales.visit'"),
            res_id=SQL("visit.id"),
        )
