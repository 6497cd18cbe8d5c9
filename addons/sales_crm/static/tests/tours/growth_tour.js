import {registry} from "@web/core/registry";

const change = (trigger, value) => ({
    trigger,
    run({anchor}) {
        anchor.value = value;
        anchor.dispatchEvent(new Event("change", {bubbles: true}));
    },
});
const listed = (name) => ({trigger: `.o_sales_growth_clients tbody tr:contains("${name}")`});

registry.category("web_tour.tours").add("sales_crm_growth", {
    url: "/odoo/growth",
    steps: () => [
        {trigger: ".o_sales_growth_options [data-kind=own]", run: "click"},
        {
            trigger: ".o_sales_days input:first",
            run({anchor}) {
                anchor.value = luxon.DateTime.now().minus({days: 29}).toISODate();
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {trigger: ".o_sales_growth .o_sales_this:contains('210')"},
        {trigger: ".o_sales_growth .o_sales_difference:contains('+'):contains('60')"},
        {trigger: ".o_sales_waterfall canvas"},
        listed("Alpha"),
        listed("Beta"),
        {
            content: "Who is behind the bar",
            trigger: ".o_sales_waterfall_bars [data-bar=new]:contains('70')",
            run: "click",
        },
        {trigger: ".o_sales_growth_clients h4:contains('New')"},
        {trigger: ".o_sales_growth_clients tbody:not(:has(tr:contains('Alpha')))"},
        listed("Newcomer"),
        {trigger: ".o_sales_waterfall_bars [data-bar=price]:contains('+40')", run: "click"},
        listed("Alpha"),
        {trigger: ".o_sales_growth_clients tbody tr:contains('Alpha') td:last:contains('40')"},
        {content: "Back to all", trigger: ".o_sales_growth_clients .o_sales_all", run: "click"},
        listed("Newcomer"),
        {trigger: "[data-sort=name]", run: "click"},
        {trigger: ".o_sales_growth_clients tbody tr:first:contains('Alpha')"},
        {trigger: "[data-sort=name]", run: "click"},
        {trigger: ".o_sales_growth_clients tbody tr:first:contains('Newcomer')"},
        {
            content: "By manager",
            trigger: ".o_sales_group_by",
            run: "selectByLabel By manager",
        },
        {trigger: ".o_sales_growth_groups tfoot:contains('+60')"},
        {trigger: ".o_sales_group:contains('manager_b')", run: "click"},
        {trigger: ".o_sales_growth_sums:contains('manager_b') .o_sales_difference:contains('20')"},
        {trigger: ".o_sales_growth_clients h4:contains('All clients — manager_b')"},
        {trigger: ".o_sales_growth_clients tbody:not(:has(tr:contains('Alpha')))"},
        {
            content: "From a client to his documents, and back to what was looked at",
            trigger: ".o_sales_growth_clients tr:contains('Newcomer') .o_sales_documents",
            run: "click",
        },
        {trigger: ".o_list_view .o_group_name:contains('(1)')"},
        {trigger: ".o_breadcrumb a:contains('Where Growth Comes From'), .o_back_button", run: "click"},
        {
            content: "To his card, and back",
            trigger: ".o_sales_growth_clients tr:contains('Newcomer') .o_sales_card",
            run: "click",
        },
        {trigger: ".o_form_view :contains('Newcomer')"},
        {trigger: ".o_breadcrumb a:contains('Where Growth Comes From'), .o_back_button", run: "click"},
        {trigger: ".o_sales_growth_clients h4:contains('All clients — manager_b')"},
        {
            content: "A period that ends before it begins is refused",
            trigger: ".o_sales_days input:last",
            run({anchor}) {
                anchor.value = "2001-01-01";
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {trigger: ".o_notification:contains('before it begins')"},
        {trigger: ".o_sales_growth .o_sales_difference:contains('20')"},
        change(".o_sales_days input:first", "2001-01-01"),
        change(".o_sales_days input:last", "2001-12-31"),
        {trigger: ".o_sales_growth_empty:contains('12/31/2001')"},
        {trigger: ".o_sales_next:enabled"},
        {trigger: ".o_sales_growth_options [data-kind=year]", run: "click"},
        {trigger: ".o_sales_growth_options [data-kind=year].active"},
        {trigger: ".o_sales_growth_empty:contains('2001')"},
    ],
});
