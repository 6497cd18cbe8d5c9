import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sales_crm_chatter_done", {
    steps: () => [
        {
            content: "The card shows the open work and whom to call, above the tabs",
            trigger: ".o_sales_glance_steps:contains('Send the price list')",
        },
        {trigger: ".o_sales_glance_contacts a[href^='tel:']"},
        {
            trigger: ".o-mail-Activity:contains('Send the price list') button:contains('Mark Done')",
            run: "click",
        },
        {trigger: ".o-mail-ActivityMarkAsDone textarea", run: "edit They liked it"},
        {trigger: ".o-mail-ActivityMarkAsDone button[aria-label='Done']", run: "click"},
        {
            content: "The last one: what comes next is asked in the same dialog as on My Day",
            trigger: ".modal .alert-warning:contains('Nothing else is planned')",
        },
        {trigger: ".modal [name=feedback] textarea:value('They liked it')"},
        {trigger: ".modal [name=has_next_step] input", run: "click"},
        {trigger: ".modal [name=no_further_contact] input", run: "edit The shop has closed"},
        {trigger: ".modal [name=action_apply]", run: "click"},
        {trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity))"},
    ],
});
