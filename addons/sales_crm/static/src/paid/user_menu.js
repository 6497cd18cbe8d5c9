import {registry} from "@web/core/registry";
import "@web/webclient/user_menu/user_menu_items";

// Accounts and support that Odoo sells are of no use to who works here.
const items = registry.category("user_menuitems");
for (const name of ["odoo_account", "support"]) {
    items.remove(name);
}
