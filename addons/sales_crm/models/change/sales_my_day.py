from odoo import api, fields, models


class SalesMyDay(models.AbstractModel):
    """After a click only what has changed is sent, not the day."""

    _inherit = "sales.my.day"

    @api.model
    def get_changes(self, user_id, date, known):
        """What a screen that shows a day has to change in it.

        :param int user_id: the manager, as for :meth:`get_day`
        :param date: the day
        :param list known: ids of activities whose rows the screen has and nobody has worked on
        :return: dict ``figures``; ``open`` and ``done``: ids of all activities, in their order; ``rows``: the
            rows of those that are not known; ``gone``: as :meth:`get_day` has it
        :raise AccessError: as for :meth:`get_day`
        """
        manager = self._get_manager(user_id)
        date = fields.Date.to_date(date)
        opened = self._open_activities(manager, date)
        planned = self._planned_activities(manager, date)
        done = self._done_activities(manager, date, planned)
        unknown = set(opened.ids + done.ids) - set(known)
        rows = self._get_open_rows(opened.filtered(lambda a: a.id in unknown), manager, date)
        return {
            "figures": self._get_figures(manager, date, opened, planned, done),
            "open": self._get_order_of(opened, manager),
            "done": done.ids,
            "gone": self._get_gone_rows(manager, date, opened, planned, done),
            "rows": rows + self._get_done_rows(done.filtered(lambda a: a.id in unknown), manager),
        }

    @api.model
    def _moved_activities(self, manager, date, opened, planned, done):
        """:return: also what stood in no frozen plan, but was put off or given away by hand that day"""
        start, end = manager._sales_day_bounds(date)
        # sudo: the trace is the heads'; which of his own work left the day is all that is told
        changes = (
            self.env["sales.activity.change"]
            .sudo()
            .search(
                [
                    ("user_id", "=", manager.id),
                    ("moment", ">=", start),
                    ("moment", "<", end),
                    ("kind", "in", ["assigned", "moved"]),
                    ("date_from", "<=", date),
                ]
            )
        )
        left = changes.activity_id.filtered("active").sudo(False) - opened
        return super()._moved_activities(manager, date, opened, planned, done) | left

    @api.model
    def _get_order_of(self, activities, manager):
        """:return: list of ids in the order of :meth:`_get_order`, without preparing the rows"""
        rows = []
        for activity in activities:
            moment = activity._get_exact_time(manager)
            # sudo: an activity tells whom it is about
            client = activity.sudo().client_id
            rows.append(
                {
                    "id": activity.id,
                    "urgent": activity.priority == "1",
                    # sudo: as in _prepare_row
                    "promise_broken": bool(activity.sudo().chased_promise_ids),
                    "datetime_planned": fields.Datetime.to_string(moment) if moment else False,
                    "date_deadline": fields.Date.to_string(activity.date_deadline),
                    "client": client and {"id": client.id, "name": client.name or ""},
                }
            )
        return [row["id"] for row in self._put_together(sorted(rows, key=self._get_order))]
