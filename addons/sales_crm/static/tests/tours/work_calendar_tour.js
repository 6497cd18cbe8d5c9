import {registry} from "@web/core/registry";

const {DateTime} = luxon;

/** The client's activity in the cell of a day of the month, counted from today. */
const eventIn = (days) => {
    const date = DateTime.local().plus({days}).toISODate();
    return `.fc-daygrid-day[data-date="${date}"] .o_event:contains("Tour client")`;
};

registry.category("web_tour.tours").add("sales_crm_work_calendar", {
    url: "/odoo/work-calendar",
    steps: () => [
        {
            content: "It stands at its hour",
            trigger: ".fc-timegrid-col .o_event:contains('Tour client')",
        },
        {trigger: ".o_calendar_header .scale_button_selection", run: "click"},
        {trigger: ".o_scale_button_month", run: "click"},
        {trigger: eventIn(0), run: "click"},
        {trigger: ".o_cw_popover .o_sales_calendar_client"},
        {content: "Moved from the popover", trigger: ".o_sales_calendar_tomorrow", run: "click"},
        {trigger: eventIn(1), run: "click"},
        {content: "Done from the popover", trigger: ".o_sales_calendar_done", run: "click"},
        {
            trigger: ".modal [name=outcome_id] .o_selection_badge:contains('Agreed')",
            run: "click",
        },
        {trigger: ".modal [name=has_next_step] input", run: "click"},
        {trigger: ".modal [name=action_apply]", run: "click"},
        {trigger: ".o_calendar_view:not(:has(.o_event:contains('Tour client')))"},
    ],
});
