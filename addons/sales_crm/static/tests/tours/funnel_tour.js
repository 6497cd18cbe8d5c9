import {registry} from "@web/core/registry";

const part = (level, count) => ({
    content: `${count} deals on ${level}`,
    trigger: `.o_sales_funnel_part[data-level=${level}][aria-label$=": ${count}"]`,
});
const choose = (first, label) => ({
    trigger: `.o_sales_funnel_filters select:has(option:contains("${first}"))`,
    run: `selectByLabel ${label}`,
});
const day = (label, value) => ({
    trigger: `.o_sales_funnel_filters label:contains("${label}") input`,
    run({anchor}) {
        anchor.value = value;
        anchor.dispatchEvent(new Event("change", {bubbles: true}));
    },
});

registry.category("web_tour.tours").add("sales_crm_funnel", {
    url: "/odoo/funnel",
    steps: () => [
        choose("All managers", "manager_a"),
        part("cold", 3),
        part("offer", 2),
        part("deal", 1),
        choose("Active and passive", "Passive"),
        part("cold", 1),
        part("offer", 0),
        choose("Active and passive", "Active and passive"),
        part("cold", 3),
        day("Last day", "2001-12-31"),
        part("cold", 0),
        day("First day", "2001-01-01"),
        {
            content: "Nothing was lost at that time",
            trigger: ".o_sales_funnel:not(:has(.o_sales_lost))",
        },
        day("Last day", "2099-12-31"),
        part("cold", 3),
        {
            content: "As events, only what ended on each level in the period",
            trigger: ".o_sales_funnel_filters button:contains('Events')",
            run: "click",
        },
        {trigger: ".o_sales_funnel_filters button.active:contains('Events')"},
        {
            content: "No cohort, no days from the first level to the others",
            trigger: ".o_sales_funnel_filters:not(:has(.o_sales_days))",
        },
        part("deal", 1),
        {trigger: ".o_sales_funnel_filters button:contains('Cohort')", run: "click"},
        {trigger: ".o_sales_funnel_filters .o_sales_days"},
        {
            content: "By the product of the deals",
            trigger: "select[aria-label='Conversion by']",
            run: "selectByLabel Product or Tag",
        },
        {trigger: ".o_sales_funnel_groups tr:contains('Tour tyres') td:eq(1):contains('2')"},
        {
            content: "From the bar to its deals",
            trigger: ".o_sales_funnel_part[data-level=offer]",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:contains('Deal won')"},
        {trigger: ".o_list_view .o_data_row:contains('Deal lost')"},
        {trigger: ".o_list_view:not(:has(.o_data_row:contains('Deal passive')))"},
        {trigger: ".o_breadcrumb a:contains('Funnel'), .o_back_button", run: "click"},
        {
            content: "The screen is as it was left",
            trigger: ".o_sales_funnel_part[data-level=cold][aria-label$=': 3']",
        },
        {
            content: "From a lost reason to its deals",
            trigger: ".o_sales_lost:contains('Tour price')",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:contains('Deal lost')"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_stage_refused", {
    url: "/odoo/crm",
    steps: () => [
        {
            content: "Move the card to a stage that asks for more",
            trigger: ".o_kanban_group:contains('Our cold') .o_kanban_record:contains('Wheels')",
            run: "drag_and_drop (.o_kanban_group:contains('Our offer'))",
        },
        {
            content: "One sentence says what is missing",
            trigger: ".modal .modal-body:contains('Expected Closing'):contains('Our offer')",
        },
        {trigger: ".modal .modal-footer button", run: "click"},
        {
            content: "The card is back",
            trigger: ".o_kanban_group:contains('Our cold') .o_kanban_record:contains('Wheels')",
        },
        {trigger: ".o_kanban_group:contains('Our offer'):not(:has(.o_kanban_record))"},
    ],
});
