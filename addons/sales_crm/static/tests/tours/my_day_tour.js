import {registry} from "@web/core/registry";

const {DateTime} = luxon;

/** The row of the activity with this summary. */
const row = (summary) => `.o_sales_row:has(.o_sales_summary:contains("${summary}"))`;

/** Choose a time of the day, as its field has it. */
const choose =
    (time) =>
    ({anchor}) => {
        anchor.value = time;
        anchor.dispatchEvent(new InputEvent("input", {bubbles: true}));
    };

registry.category("web_tour.tours").add("sales_crm_my_day", {
    url: "/odoo/my-day",
    steps: () => [
        {
            content: "Three of today are open, the urgent one first",
            trigger: `.o_sales_section_urgent ${row("Urgent call")}`,
        },
        {trigger: ".o_sales_figures:contains('0 of 3')"},
        {
            content: "Done, with outcome, feedback and next step",
            trigger: `${row("Urgent call")} button.o_sales_check`,
            run: "click",
        },
        {content: "Its type asks for an outcome", trigger: ".o_sales_outcome_hint"},
        {trigger: ".o_sales_finish_panel .o_sales_done:disabled"},
        {
            trigger: ".o_sales_finish_panel .o_sales_outcome:contains('Agreed')",
            run: "click",
        },
        {trigger: ".o_sales_outcome.active:contains('Agreed')"},
        {trigger: ".o_sales_feedback", run: "edit Takes 12 pallets"},
        {
            trigger: `.o_sales_finish_panel [data-choice="${DateTime.local().plus({days: 1}).toISODate()}"]`,
            run: "click",
        },
        {trigger: ".o_sales_finish_panel:not(:has(.o_sales_outcome_hint))"},
        {trigger: ".o_sales_next_time", run: choose("14:30")},
        {trigger: ".o_sales_next_summary", run: "edit Send the contract"},
        {trigger: ".o_sales_finish_panel .o_sales_done", run: "click"},
        {trigger: ".o_sales_figures:contains('1 of 3')"},
        {trigger: `.o_sales_day:not(:has(${row("Urgent call")}))`},
        {
            content: "Moved to another day with one click, and still in the total",
            trigger: `${row("Send the price list")} .o_sales_move`,
            run: "click",
        },
        {trigger: ".o_sales_move_panel .o_sales_move_time", run: choose("09:15")},
        {
            trigger: ".o_sales_move_panel .o_sales_chip:contains('In 2 days')",
            run: "click",
        },
        {trigger: ".o_sales_moved:contains('1')"},
        {trigger: ".o_sales_figures:contains('1 of 3')"},
        {
            content: "Cancelled, but not without a reason",
            trigger: `${row("Visit the shop")} .o_sales_cancel`,
            run: "click",
        },
        {trigger: ".modal [name=reason] input", run: "edit The shop is closed"},
        {trigger: ".modal [name=action_apply]", run: "click"},
        {trigger: ".o_sales_cancelled:contains('1')"},
        {trigger: ".o_sales_figures:contains('1 of 3')"},
        {
            content: "Nothing is left: the screen says what to do",
            trigger: ".o_sales_empty .o_sales_no_next_step",
        },
        {trigger: ".o_sales_toggle_done", run: "click"},
        {trigger: `.o_sales_row_done ${".o_sales_result:contains('Takes 12 pallets')"}`},
        {trigger: ".o_sales_row_done .o_sales_client_link:contains('Tour client')", run: "click"},
        {
            content: "The client's card, with the next step",
            trigger: ".o_form_view [name=next_step_date]:contains('Tomorrow')",
        },
    ],
});

registry.category("web_tour.tours").add("sales_crm_my_day_tomorrow", {
    url: "/odoo/my-day",
    steps: () => [
        {
            content: "Two tasks of one client are one block, with what he owes and when he is visited",
            trigger: ".o_sales_row:first-child .o_sales_words:contains('visit')",
        },
        {trigger: ".o_sales_row_beside .o_sales_summary:contains('Second')"},
        {content: "One is cancelled", trigger: `${row("Second")} .o_sales_cancel`, run: "click"},
        {trigger: ".modal [name=reason] input", run: "edit Not needed"},
        {trigger: ".modal [name=action_apply]", run: "click"},
        {trigger: ".o_sales_toggle_gone", run: "click"},
        {trigger: ".o_sales_gone:contains('Not needed')"},
        {content: "The other one is done", trigger: `${row("First")} button.o_sales_check`, run: "click"},
        {
            content: "What opens is seen as a whole",
            trigger: ".o_sales_finish_panel .o_sales_done",
            run({anchor}) {
                if (anchor.getBoundingClientRect().bottom > window.innerHeight) {
                    throw new Error("the button is below the fold");
                }
            },
        },
        {trigger: ".o_sales_finish_panel .o_sales_done", run: "click"},
        {content: "The day is over", trigger: ".o_sales_tomorrow_open", run: "click"},
        {
            content: "One of them is left out",
            trigger: ".o_sales_tomorrow_row:contains('Tour client B') input[type=checkbox]",
            run: "click",
        },
        {
            trigger: ".o_sales_tomorrow_all [type=text]",
            run: "edit Ask for an order && press Tab",
        },
        {trigger: ".o_sales_tomorrow_plan:contains('2')", run: "click"},
        {trigger: ".o_sales_tomorrow:contains('1')"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_my_day_plan", {
    url: "/odoo",
    steps: () => [
        {trigger: ".o_sales_empty"},
        {trigger: ".o_sales_plan", run: "click"},
        {trigger: ".modal [name=plan_client_id] input", run: "edit Tour client"},
        {trigger: ".ui-autocomplete a:contains('Tour client')", run: "click"},
        {trigger: ".modal [name=summary] input, .modal [name=summary] textarea", run: "edit Ask"},
        {trigger: ".modal #mail_activity_schedule, .modal footer .btn-primary", run: "click"},
        {trigger: row("Ask")},
        {content: "The filter hides it, and is remembered", trigger: "[data-kind=urgent]", run: "click"},
        {trigger: ".o_sales_show_all"},
        {
            trigger: ".o_menu_sections [data-menu-xmlid='sales_crm.menu_clients']",
            run: "click",
        },
        {trigger: ".o_list_view"},
        {
            trigger: ".o_menu_sections [data-menu-xmlid='sales_crm.menu_my_day']",
            run: "click",
        },
        {trigger: ".o_sales_show_all", run: "click"},
        {trigger: row("Ask")},
    ],
});
