import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sales_crm_credit_ask", {
    steps: () => [
        {content: "Why, before anyone presses", trigger: "[name=credit_reason]:contains('exceeded by')"},
        {trigger: "button[name=action_confirm]", run: "click"},
        {content: "And when pressed", trigger: ".modal:contains('exceeded by')"},
        {trigger: ".modal .btn-primary", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: "button[name=action_ask_release]", run: "click"},
        {trigger: ".modal [name=reason] textarea", run: "edit He pays on Friday"},
        {trigger: ".modal button[name=action_ask]", run: "click"},
        {trigger: "body:not(:has(.modal)) [name=credit_reason] .badge:contains('Release asked for')"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_credit_approve", {
    steps: () => [
        {trigger: ".o_data_row td[name=document_name]", run: "click"},
        {trigger: "button[name=action_approve]", run: "click"},
        {trigger: ".o_arrow_button_current:contains('Approved')"},
    ],
});

registry.category("web_tour.tours").add("sales_crm_credit_confirm", {
    steps: () => [
        {trigger: ".alert-success:contains('lets this order through')"},
        {trigger: "button[name=action_confirm]", run: "click"},
        {trigger: ".o_arrow_button_current:contains('Sales Order')"},
    ],
});
