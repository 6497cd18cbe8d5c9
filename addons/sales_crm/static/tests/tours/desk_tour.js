import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sales_crm_desk_head", {
    steps: () => [
        {content: "the plan of today", trigger: ".o_sales_tile_today"},
        {content: "charts are drawn", trigger: ".o_sales_desk_chart canvas"},
        {content: "a year", trigger: ".o_sales_period_year", run: "click"},
        {content: "is shown", trigger: ".o_sales_period_year.active"},
        {content: "the year before", trigger: ".o_sales_previous", run: "click"},
        {content: "is over", trigger: ".o_sales_today:enabled", run: "click"},
        {content: "this year again", trigger: ".o_sales_today:disabled"},
        {content: "who has no next step", trigger: ".o_sales_attention_no_next_step", run: "click"},
        {
            content: "is listed",
            trigger:
                ".o_data_row:contains(Client without a next step), .o_kanban_record:contains(Client without a next step)",
        },
        {content: "back", trigger: ".o_back_button, .breadcrumb-item a", run: "click"},
        {content: "to the same period", trigger: ".o_sales_period_year.active"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_desk_manager", {
    steps: () => [
        {content: "no table of managers", trigger: ".o_sales_desk:not(:has(.o_sales_desk_managers))"},
        {
            content: "whom to call next",
            trigger: ".o_sales_tile_next:contains(Client without a next step)",
            run: "click",
        },
        {content: "his card", trigger: ".o_form_view"},
    ],
});
