import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

const reminder = ".o_sales_reminder_urgent:contains('Ring the director')";

registry.category("web_tour.tours").add("sales_crm_reminder", {
    url: "/odoo/my-day",
    steps: () => [
        {content: "The reminder is there, once", trigger: `.o_notification${reminder}`},
        {
            trigger: "body",
            run() {
                if (document.querySelectorAll(".o_sales_reminder_urgent").length !== 1) {
                    throw new Error("The reminder is shown more than once");
                }
            },
        },
        {
            content: "It is there after a reload: it was not answered",
            trigger: "body",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        {trigger: `.o_notification${reminder} button:contains('+15 min')`, run: "click"},
        {trigger: "body:not(:has(.o_sales_reminder_urgent))"},
        {
            trigger: "body",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        {trigger: ".o_sales_my_day .o_sales_figures"},
        {content: "Answered: not again", trigger: "body:not(:has(.o_sales_reminder_urgent))"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_visit", {
    url: "/odoo/my-day",
    steps: () => [
        {content: "The way", trigger: ".o_sales_chip[data-kind=route]", run: "click"},
        {trigger: ".o_sales_section_title:contains('Klin')"},
        {trigger: ".o_sales_address:contains('Lenina 5')"},
        {content: "I am here", trigger: ".o_sales_check_in", run: "click"},
        {trigger: ".o_sales_checked_in"},
        {trigger: ".o_sales_row:not([aria-busy=true]) .o_sales_photo"},
        {
            content: "The key m moves, without a click",
            trigger: ".o_sales_row .o_sales_check",
            run({anchor}) {
                anchor.focus();
                anchor.dispatchEvent(new KeyboardEvent("keydown", {key: "m", bubbles: true}));
            },
        },
        {trigger: ".o_sales_move_panel"},
        {
            trigger: ".o_sales_move_panel button",
            run({anchor}) {
                anchor.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
            },
        },
        {trigger: ".o_sales_row:not(:has(.o_sales_move_panel)) .o_sales_check", run: "click"},
        {trigger: ".o_sales_finish_panel .o_sales_outcome:contains('Agreed')", run: "click"},
        {trigger: ".o_sales_finish_panel .o_sales_done", run: "click"},
        {content: "The way is done: the screen says what to do", trigger: ".o_sales_visits_due"},
    ],
});
