from odoo import api, fields, models
from odoo.fields import Domain


class SalesMyDay(models.AbstractModel):
    """What has left the day without being done: where it went, or why it was cancelled."""

    _inherit = "sales.my.day"

    @api.model
    def _get_gone_rows(self, manager, date, opened, planned, done):
        """:return: list of rows of what was moved or cancelled on ``date``, each with ``gone``: dict of
        ``state`` (moved or cancelled), ``date`` (due now), ``reason``. What the user may not see any more
        is not in it
        """
        cancelled = self._cancelled_activities(manager, date, planned)
        moved = self._moved_activities(manager, date, opened, planned, done) - cancelled
        gone = (cancelled | moved)._filtered_access("read")
        rows = self._prepare_rows(gone, manager)
        for row, activity in zip(rows, gone, strict=True):
            is_cancelled = activity.activity_state_final == "cancelled"
            row["section"] = "gone"
            row["gone"] = {
                "state": "cancelled" if is_cancelled else "moved",
                "date": fields.Date.to_string(activity.date_deadline),
                "reason": activity.cancel_reason or "" if is_cancelled else "",
            }
        return rows

    @api.model
    def _cancelled_activities(self, manager, date, planned):
        """:return: what was cancelled on ``date`` of the manager's, by him, or of his plan"""
        his = Domain("user_id", "=", manager.id) | Domain("done_user_id", "=", manager.id)
        return self._closed_activities(manager, date, "cancelled", his | Domain("id", "in", planned.ids))

    @api.model
    def _moved_activities(self, manager, date, opened, planned, done):
        """:return: what stood in the frozen plan and was neither done nor left"""
        return planned - opened - done
