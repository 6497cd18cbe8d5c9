import {registry} from "@web/core/registry";

const {DateTime} = luxon;

/** Choose a user by his name in a field with tags, once the suggestions are those for the name. */
const choose = (field, name) => [
    {trigger: `.o_field_widget[name=${field}] input`, run: `edit ${name}`},
    {
        trigger: `.o-autocomplete--dropdown-menu:not(:contains("tour_head")) .dropdown-item:contains("${name}")`,
        run: "click",
    },
    {trigger: `.o_field_widget[name=${field}] .o_tag:contains("${name}")`},
];

registry.category("web_tour.tours").add("sales_crm_cover_set", {
    url: "/odoo/covers",
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        ...choose("manager_ids", "Absent Anna"),
        ...choose("user_ids", "tour_manager"),
        {trigger: ".o_field_widget[name=date_from] input", run: "edit 01/01/2031"},
        {trigger: ".o_field_widget[name=date_to] input", run: "edit 01/07/2031"},
        {trigger: ".o_field_widget[name=reason] input", run: "edit Vacation"},
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {
            content: "Nobody has recorded the leave: one click does",
            trigger: ".alert [name=action_record_leave]",
            run: "click",
        },
        {trigger: ".o_form_sheet:not(:has(.alert:visible))"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_cover_work", {
    url: "/odoo/my-day",
    steps: () => [
        {trigger: ".o_sales_section_cover .o_sales_section_title:contains('Absent Anna')"},
        {
            content: "The plan of who is away isn't in the own figures",
            trigger: ".o_sales_header:not(:has(.o_sales_progress))",
        },
        {trigger: ".o_sales_show_cover:contains('Absent Anna')", run: "click"},
        {
            trigger:
                ".o_sales_section_cover .o_sales_row:contains('Call about the price') button.o_sales_check",
            run: "click",
        },
        {
            trigger: `.o_sales_finish_panel [data-choice="${DateTime.local().plus({days: 1}).toISODate()}"]`,
            run: "click",
        },
        {trigger: ".o_sales_finish_panel .o_sales_done", run: "click"},
        {trigger: ".o_sales_section_cover:not(:has(.o_sales_row))"},
        {
            content: "Credited to who did it",
            trigger: ".o_sales_figures:contains('1 of 1')",
        },
        {trigger: ".o_sales_toggle_done", run: "click"},
        {
            trigger: ".o_sales_row_done .o_sales_instead:contains('Absent Anna')",
        },
        {trigger: ".o_sales_covered_clients", run: "click"},
        {trigger: ".o_list_view .o_data_row:contains('Tour client')"},
    ],
});
