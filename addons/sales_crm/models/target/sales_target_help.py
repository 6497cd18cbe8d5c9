from odoo import api, models


class SalesTarget(models.Model):
    """What the figures mean, for their columns and tooltips."""

    _inherit = "sales.target"

    @api.model
    def _figure_helps(self):
        """:return: dict name of a figure of :meth:`_progress` -> how it is counted"""
        env = self.env
        return {
            "target": env._(
                "The target of the period's months; of a part of a month, by its working days. Where the "
                "company or the team has none of its own, the sum of the managers'."
            ),
            "fact": env._("Sold by who was the manager at that time, as in Sales Performance."),
            "forecast": env._(
                "For the end of the period: the fact and the larger of two. Either the remaining working "
                "days at the speed of those that have gone, or the open deals with an expected closing in "
                "the period, each by how many deals of its stage were won in the last 12 months."
            ),
            "growth": env._(
                "Against last year up to the same number of working days; today has gone, if it is a "
                "working day."
            ),
            "missing": env._(
                "What the fact lacks to the same period of last year with the growth that is set in the "
                "settings."
            ),
            "missing_deals": env._("What is missing, in average orders of the last 12 months, rounded up."),
            "new_clients": env._(
                "Clients whose first order or invoice with the company lies in the period, by that sale's "
                "manager."
            ),
            "visits": env._("Visits done in the period."),
        }
