import {registry} from "@web/core/registry";

/** The line of this manager. */
const line = (name) => `.o_sales_line:has(.o_sales_who:contains("${name}"))`;
/** The task with this summary. */
const task = (summary) => `.o_sales_task:has(.o_sales_about:contains("${summary}"))`;

/** Choose a time of the day, as its field has it. */
const choose =
    (time) =>
    ({anchor}) => {
        anchor.value = time;
        anchor.dispatchEvent(new InputEvent("input", {bubbles: true}));
    };

registry.category("web_tour.tours").add("sales_crm_team_day", {
    url: "/odoo/team-day",
    steps: () => [
        {
            content: "Four were planned, one is done",
            trigger: `${line("tour_manager")} .o_sales_segment.o_sales_done:contains('1')`,
        },
        {trigger: `${line("tour_manager")} .o_sales_share:contains('20 %')`},
        {
            content: "The tasks behind a part of the bar",
            trigger: `${line("tour_manager")} .o_sales_segment.o_sales_open:contains('4')`,
            run: "click",
        },
        {trigger: `.o_sales_tasks ${task("Call about prices")}`},
        {content: "Given to a colleague", trigger: `${task("Call about prices")} input`, run: "click"},
        {trigger: ".o_sales_selected:contains('1')"},
        {trigger: ".o_sales_reassign", run: "click"},
        {trigger: ".o-dropdown-item:contains('tour_colleague')", run: "click"},
        {
            content: "He may not see the client: he stands in for the manager",
            trigger: ".modal .o_field_widget[name=hidden_way]",
        },
        {trigger: ".modal button[name=action_apply]:contains('Give')", run: "click"},
        {trigger: `.o_sales_tasks:not(:has(${task("Call about prices")}))`},
        {trigger: `${line("tour_colleague")} .o_sales_segment.o_sales_open:contains('1')`},
        {trigger: `${line("tour_manager")} .o_sales_segment.o_sales_reassigned:contains('1')`},
        {content: "Moved", trigger: `${task("Visit the shop")} input`, run: "click"},
        {trigger: ".o_sales_bulk_move", run: "click"},
        {trigger: ".o_sales_bulk_time", run: choose("10:45")},
        {trigger: ".o_sales_panel .o_sales_chip[data-choice]:contains('Tomorrow')", run: "click"},
        {trigger: `${line("tour_manager")} .o_sales_segment.o_sales_moved:contains('1')`},
        {
            content: "The rest is cancelled, with a reason",
            trigger: ".o_sales_select_all input",
            run: "click",
        },
        {trigger: ".o_sales_selected:contains('2')"},
        {trigger: ".o_sales_bulk_cancel", run: "click"},
        {trigger: ".o_sales_apply_cancel:disabled"},
        {trigger: ".o_sales_reason", run: "edit The shop is closed"},
        {trigger: ".o_sales_apply_cancel:enabled", run: "click"},
        {trigger: `${line("tour_manager")} .o_sales_segment.o_sales_cancelled:contains('2')`},
        {trigger: `${line("tour_manager")} .o_sales_figure_planned:contains('5')`},
        {
            content: "The score is as it was",
            trigger: `${line("tour_manager")} .o_sales_share:contains('20 %')`,
        },
        {trigger: ".o_sales_close", run: "click"},
        {trigger: ".o_sales_team:not(:has(.o_sales_tasks))"},
        {content: "Another day", trigger: ".o_sales_next", run: "click"},
        {trigger: `${line("tour_manager")} .o_sales_segment.o_sales_open:contains('1')`},
    ],
});

registry.category("web_tour.tours").add("sales_crm_team_day_first", {
    url: "/odoo",
    steps: () => [
        {
            content: "A head begins with his team, in the menu of the CRM",
            trigger: ".o_sales_team_day .o_sales_lines",
        },
        {trigger: ".o_main_navbar [data-menu-xmlid='sales_crm.menu_team_day']"},
    ],
});
