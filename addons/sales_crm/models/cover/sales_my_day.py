from odoo import api, fields, models


class SalesMyDay(models.AbstractModel):
    """The plans of those whom the manager covers for, apart from his own plan and figures."""

    _inherit = "sales.my.day"

    @api.model
    def get_day(self, user_id=False, date=False):
        """:return: dict, also with ``covers``: a list of dict, one for each manager away: ``user`` (id and
        name), ``date_to`` (the last day) and ``rows``, open activities like those of ``rows``
        """
        day = super().get_day(user_id, date)
        manager = self._get_manager(user_id)
        return {**day, "covers": self._get_covers(manager, fields.Date.to_date(day["date"]))}

    @api.model
    def _get_covers(self, manager, date):
        """:return: see :meth:`get_day`; what the current user may not see is not in it"""
        until = self._get_covered_until(manager)
        if not until:
            return []
        absent = self.env["res.users"].union(*until)
        activities = self.env["mail.activity"].search(
            [("user_id", "in", absent.ids), ("date_deadline", "<=", date)]
        )
        rows = self._get_open_rows(activities, manager, date)
        return [
            {
                "user": {"id": user.id, "name": user.name},
                "date_to": fields.Date.to_string(until[user]),
                "rows": [row for row in rows if row["user_id"] == user.id],
            }
            for user in absent.sorted(lambda user: (user.name or "").lower())
        ]

    @api.model
    def _get_covered_until(self, manager):
        """:return: dict user -> last day on which ``manager`` stands in for him; users are sudo-ed"""
        until = {}
        for cover in self.env["sales.access.rule"]._covers_of(manager):
            for user in cover.manager_ids - manager:
                until[user] = max(cover.date_to, until.get(user, cover.date_to))
        return until

    @api.model
    def _prepare_row(self, activity, manager):
        """:return: dict, also with whose plan it is part of, and for whom ``manager`` has done it"""
        # sudo: a colleague's name
        assignee = activity.user_id.sudo()
        instead = activity.done_user_id == manager != assignee
        return {
            **super()._prepare_row(activity, manager),
            "user_id": assignee.id,
            "instead_of": (assignee.name or "") if instead else "",
        }
