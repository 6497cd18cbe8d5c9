import {registry} from "@web/core/registry";

/** Choose a user by name in a many2one field. */
const choose = (field, name) => [
    {trigger: `.o_field_widget[name=${field}] input`, run: `edit ${name}`},
    {
        trigger: `.o-autocomplete--dropdown-menu:not(:contains("tour_head")) .dropdown-item:contains("${name}")`,
        run: "click",
    },
];

/** Choose a user by name in a field with tags. */
const add = (field, name) => [
    ...choose(field, name),
    {trigger: `.o_field_widget[name=${field}] .o_tag:contains("${name}")`},
];

registry.category("web_tour.tours").add("sales_crm_handover", {
    url: "/odoo/crm",
    steps: () => [
        {trigger: "[data-menu-xmlid='crm.crm_menu_sales']", run: "click"},
        {trigger: "[data-menu-xmlid='sales_crm.menu_handover']", run: "click"},
        {trigger: ".o_breadcrumb:contains('Hand-Over')"},
        {trigger: ".o_list_button_add", run: "click"},
        ...choose("from_user_id", "Leaving Lena"),
        {trigger: ".o_field_widget[name=reason] input", run: "edit Leaves on Friday"},
        {trigger: "button[name=action_collect]:contains('Show What Hangs on Him')", run: "click"},
        {
            content: "Counted before anything is chosen",
            trigger: ".o_sales_handover_content:contains('Clients')",
        },
        {trigger: ".o_field_widget[name=distribution] label:contains('Evenly')", run: "click"},
        ...add("receiver_ids", "First Fedor"),
        ...add("receiver_ids", "Second Sonya"),
        {trigger: "button[name=action_distribute].btn-primary", run: "click"},
        {trigger: "button[name=action_preview]", run: "click"},
        {
            content: "The dry run: who would get what",
            trigger: "div[name=preview]:contains('Nothing has changed hands yet')",
        },
        {trigger: ".o_sales_handover_matrix tbody tr:contains('First Fedor')"},
        {trigger: ".o_sales_handover_matrix tbody tr:contains('Second Sonya')"},
        {trigger: "button[name=action_run]", run: "click"},
        {trigger: ".modal .btn-primary:contains('Hand Over')", run: "click"},
        {
            content: "The reconciliation: nothing is left",
            trigger: ".alert-success:contains('Everything is handed over')",
        },
        {trigger: ".o_notebook .nav-link:contains('Before and After')", run: "click"},
        {trigger: ".o_field_widget[name=count_ids] .o_data_row:contains('Clients')"},
        {trigger: "button[name=action_undo]"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_access_check", {
    url: "/odoo/crm",
    steps: () => [
        {trigger: "[data-menu-xmlid='crm.crm_menu_config']", run: "click"},
        {trigger: "[data-menu-xmlid='sales_crm.menu_access_check']", run: "click"},
        {
            content: "Whom the rules don't hold back is said first",
            trigger: ".modal .alert-warning:contains('Unrestricted Ulla')",
        },
        ...choose("user_id", "Leaving Lena"),
        {trigger: ".modal .o_field_widget[name=client_count]:contains('3')"},
        {trigger: ".modal .o_data_row:contains('His own clients'):contains('2')"},
        {trigger: ".modal .o_data_row:contains('Helps out'):contains('1')"},
        {trigger: ".modal button[name=action_open_clients]", run: "click"},
        {trigger: ".o_breadcrumb:contains('Clients that Leaving Lena sees')"},
        {trigger: ".o_action_manager:contains('Lena client 1'):contains('Shared client')"},
        {trigger: ".o_action_manager:not(:contains('Hidden client'))"},
    ],
});
