import {registry} from "@web/core/registry";

const row = (name) => `.o_sales_target_table tr:has(th:contains("${name}"))`;
const cell = (name, month) => `${row(name)} td:nth-of-type(${month}) input`;

registry.category("web_tour.tours").add("sales_target_grid", {
    steps: () => [
        {
            content: "the manager's target of this January",
            trigger: cell("Target manager", 1),
            run: "edit 1500 && press Enter",
        },
        {
            content: "Enter saves it and goes down",
            trigger: `${row("Target manager")} td:last-of-type:contains("1,500")`,
        },
        {
            content: "what the managers come to together",
            trigger: ".o_sales_target_together td:first-of-type:contains('1,500')",
        },
        {
            content: "no number is refused",
            trigger: cell("Target manager", 2),
            run: "edit many && press Tab",
        },
        {trigger: ".o_notification:contains('no number')"},
        {
            content: "visits are a page of their own",
            trigger: ".o_sales_figure_visits",
            run: "click",
        },
        {
            trigger: ".o_sales_figure_visits.active",
        },
        {
            trigger: cell("Target manager", 1),
            run: "edit 12 && press Tab",
        },
        {trigger: `${row("Target manager")} td:last-of-type:contains("12")`},
        {trigger: ".o_sales_next", run: "click"},
        {
            content: "next year, from this one",
            trigger: ".o_sales_figure_amount",
            run: "click",
        },
        {trigger: ".o_sales_figure_amount.active"},
        {trigger: ".o_sales_target_copy", run: "click"},
        {trigger: ".modal button[name='action_preview']", run: "click"},
        {trigger: ".modal .o_field_one2many tr:contains('Target manager')"},
        {trigger: ".modal button[name='action_save']", run: "click"},
        {
            content: "the grid is back, with the year",
            trigger: "body:not(:has(.modal)) .o_sales_target_table",
        },
    ],
});

registry.category("web_tour.tours").add("sales_target_grid_manager", {
    steps: () => [
        {
            trigger: `${row("Target manager")} td:first-of-type:contains("1,500")`,
        },
        {trigger: ".o_sales_target_table:not(:has(input))"},
        {trigger: ".o_sales_targets:not(:contains('Target colleague'))"},
    ],
});
