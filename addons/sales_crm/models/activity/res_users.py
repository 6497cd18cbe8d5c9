from odoo import api, models
from odoo.fields import Domain


class ResUsers(models.Model):
    """The clock in the bar counts what My Day and the lists count: activities."""

    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        """Core counts the documents, while the browser then adds and takes away activities: closing seven on
        five documents left -2.
        """
        groups = super()._get_activity_groups()
        shown = [group for group in groups if group.get("type") == "activity"]
        others = [id_ for group in shown for id_ in group.get("activity_ids", ())]
        counts = self._sales_activity_counts(others)
        for group in shown:
            states = {state: counts[state].get(group["model"], 0) for state in counts}
            group.update({f"{state}_count": count for state, count in states.items()})
            group["total_count"] = states["overdue"] + states["today"]
        return groups

    @api.model
    def _sales_activity_counts(self, others):
        """:param list others: ids of activities whose documents the user may not see
        :return: dict of dicts: state -> model of the document -> how many activities are the user's
        """
        Activity = self.env["mail.activity"]
        today = self.env.user._sales_today()
        mine = Domain("user_id", "=", self.env.uid)
        states = {
            "overdue": Domain("date_deadline", "<", today),
            "today": Domain("date_deadline", "=", today),
            "planned": Domain("date_deadline", ">", today),
        }
        counts = {}
        for state, due in states.items():
            apart = mine & due & Domain("id", "not in", others) & Domain("res_model", "!=", False)
            counts[state] = dict(Activity._read_group(apart, ["res_model"], ["__count"]))
            counts[state]["mail.activity"] = Activity.search_count(mine & due & Domain("id", "in", others))
        return counts
