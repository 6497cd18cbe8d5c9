import ast

from odoo import models

PREFIX = "search_default_"

# Default filters for one's own records, and what a head begins with instead
OWN_FILTERS = {
    "crm.lead": {"assigned_to_me": None},
    "res.partner": {"my_clients": None},
    "sale.order": {"my_quotation": None},
    "sales.client.history": {"mine": None},
    "sales.promise": {"my_open": "open"},
}
# Screens that are named for being one's own
OWN_SCREENS = ("crm.crm_lead_action_my_activities",)


class IrActionsActWindow(models.Model):
    """A manager's lists begin with what is his own; a head's begin with everybody's."""

    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        action = super()._get_action_dict()
        own = OWN_FILTERS.get(action.get("res_model"))
        if own and self.env.user.has_group("sales_crm.group_head") and not self._sales_is_own_screen():
            action["context"] = self._sales_without_own_filters(action.get("context"), own)
        return action

    def _sales_is_own_screen(self):
        screens = (self.env.ref(name, raise_if_not_found=False) for name in OWN_SCREENS)
        return self.id in [screen.id for screen in screens if screen]

    def _sales_without_own_filters(self, context, own):
        """
        :param str context: of an action, as the client evaluates it
        :param dict own: name of a filter -> the one that takes its place, or None
        :return: the context in which none of these filters is set; as it was where it is no plain dict
        """
        try:
            told = ast.parse((context or "").strip() or "{}", mode="eval").body
        except SyntaxError:
            return context
        if not isinstance(told, ast.Dict):
            return context
        kept = []
        for key, value in zip(told.keys, told.values, strict=True):
            name = key.value if isinstance(key, ast.Constant) else None
            filter_name = name.removeprefix(PREFIX) if isinstance(name, str) else None
            if filter_name == name or filter_name not in own:
                kept.append((key, value))
            elif own[filter_name]:
                kept.append((ast.Constant(PREFIX + own[filter_name]), value))
        if len(kept) == len(told.keys) and all(key in told.keys for key, _value in kept):
            return context
        keys, values = zip(*kept, strict=True) if kept else ((), ())
        return ast.unparse(ast.Dict(list(keys), list(values)))
