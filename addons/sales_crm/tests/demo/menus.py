"""Which of our menus open empty, for whom."""

from lxml import etree

from odoo.fields import Date, Domain
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

OURS = "sales_crm"
ALL = "every login"

# Menus that may open empty, for whom, and why
EMPTY = {
    "menu_morning_fault": ({ALL}, "nothing has failed"),
    "menu_plan_line": ({ALL}, "nothing is planned for a day off; on others see test_plan_of_today"),
    "menu_import": ({"rules", "admin"}, "whoever has uploaded a file sees it"),
    "menu_credit_releases": ({f"manager{n}" for n in range(1, 6)}, "not everybody has asked for one"),
    "menu_controller_credit_releases": ({f"manager{n}" for n in range(1, 6)}, "as above"),
    "menu_account_credit_releases": ({f"manager{n}" for n in range(1, 6)}, "as above"),
    "menu_account_receivables_match": ({f"manager{n}" for n in range(1, 6)}, "not everybody's clients"),
    "menu_controller_receivables_match": ({f"manager{n}" for n in range(1, 6)}, "as above"),
    "menu_production_calendar": ({ALL}, "of other countries than ours the company enters its own days"),
    "menu_stuck_deals": ({f"manager{n}" for n in range(1, 6)}, "not everybody has one"),
}


class MenusMixin:
    """For the example company: each login opens each menu."""

    allow_inherited_tests_method = True

    def test_every_menu_shows_something(self):
        empty = []
        for login, user in {**self.staff, "admin": self.env.ref("base.user_admin")}.items():
            env = self.env(user=user.id, su=False, context={"lang": user.lang, "tz": user.tz})
            for name, menu in self._menus(env).items():
                allowed, _why = EMPTY.get(name, ((), ""))
                if {login, ALL} & set(allowed):
                    continue
                if not self._count_shown(env, menu.action):
                    empty.append((login, name))
        self.assertFalse(empty)

    def _menus(self, env):
        """:return: dict name -> menu of ours that opens a list, of those that the user sees"""
        visible = env["ir.ui.menu"]._visible_menu_ids()
        data = self.env["ir.model.data"].search([("module", "=", OURS), ("model", "=", "ir.ui.menu")])
        menus = {row.name: self.env["ir.ui.menu"].browse(row.res_id) for row in data if row.res_id in visible}
        return {
            name: menu
            for name, menu in menus.items()
            if menu.action
            and menu.action._name == "ir.actions.act_window"
            and not self.env[menu.action.res_model]._transient
        }

    def _count_shown(self, env, action):
        """:return: how many records the list opens with, by the action's domain and default filters"""
        shown = env["ir.actions.act_window"].sudo().browse(action.id)._get_action_dict()
        context = self._evaluate(env, shown["context"] or "{}")
        model = env[action.res_model].with_context(**context)
        view = model.get_view(action.search_view_id.id or False, "search")
        search = etree.fromstring(view["arch"])
        domain = Domain(self._evaluate(env, action.domain or "[]"))
        for of_group in self._default_filters(env, search, context):
            domain &= Domain.OR(of_group)
        return model.search_count(domain, limit=1)

    def _default_filters(self, env, search, context):
        """:return: list of lists of domains: those of a list, between two separators, are alternatives"""
        groups = [[]]
        for node in search.iter("filter", "separator"):
            if node.tag == "separator":
                groups.append([])
            elif node.get("domain") and context.get(f"search_default_{node.get('name')}"):
                groups[-1].append(Domain(self._evaluate(env, node.get("domain"))))
        return [of_group for of_group in groups if of_group]

    def _evaluate(self, env, text):
        names = {
            "uid": env.uid,
            "time": time,
            "datetime": datetime,
            "relativedelta": dateutil.relativedelta.relativedelta,
            "context_today": lambda: Date.context_today(env.user),
            "current_date": str(Date.today()),
            "allowed_company_ids": env.companies.ids,
            "context": dict(env.context),
        }
        return safe_eval(text, names)
