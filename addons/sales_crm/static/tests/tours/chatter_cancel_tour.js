import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sales_crm_chatter_cancel", {
    steps: () => [
        {
            trigger: ".o-mail-Activity:contains('Send the price list') button:contains('Cancel')",
            run: "click",
        },
        {content: "Not without a reason", trigger: ".modal [name=reason] input"},
        {trigger: ".modal .btn-secondary[special=cancel], .modal .o_form_button_cancel", run: "click"},
        {content: "Thought better of it: it stays", trigger: ".o-mail-Activity"},
        {trigger: "body:not(:has(.modal))"},
        {
            trigger: ".o-mail-Activity:contains('Send the price list') button:contains('Cancel')",
            run: "click",
        },
        {trigger: ".modal [name=reason] input", run: "edit They have it already"},
        {trigger: ".modal [name=action_apply]", run: "click"},
        {trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity))"},
    ],
});
