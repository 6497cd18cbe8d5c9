import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sales_crm_receivables", {
    url: "/odoo/receivables",
    steps: () => [
        {
            content: "The manager sees what his clients owe, and nobody else's",
            trigger:
                ".o_list_view .o_group_header:contains('Alpha (3)'):contains('1,720.00'):contains('720.00')",
        },
        {trigger: ".o_list_view:not(:contains('Hidden debtor'))"},
        {trigger: ".o_group_header:contains('Alpha')", run: "click"},
        {
            content: "A row per instalment, with how long it is overdue",
            trigger: ".o_data_row:contains('700.00') td[name=days_overdue]:contains('30')",
        },
        {trigger: ".o_switch_view.o_pivot", run: "click"},
        {trigger: ".o_pivot table:contains('1,720.00'):not(:contains('Hidden debtor'))"},
        {trigger: ".o_switch_view.o_graph", run: "click"},
        {trigger: ".o_graph_renderer canvas"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_debt_collect", {
    url: "/odoo/debt-indicators",
    steps: () => [
        {
            content: "A red figure has its list beside it",
            trigger:
                ".o_data_row:contains('manager_a'):has(td[name=overdue_ratio] .text-danger) button[name=action_collect_overdue]",
            run: "click",
        },
        {
            content: "The shortest list: one invoice",
            trigger: ".modal .o_data_row:contains('700.00')",
        },
        {trigger: ".modal:not(:has(.o_data_row:eq(1)))"},
        {
            content: "One click puts it into the plan",
            trigger: ".modal button[name=action_plan]",
            run: "click",
        },
        {trigger: "body:not(:has(.modal)) .o_notification:contains('Planned: 1')"},
    ],
});
