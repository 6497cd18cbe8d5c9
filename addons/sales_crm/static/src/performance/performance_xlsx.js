import {Component} from "@odoo/owl";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";

const MODEL = "sales.performance.report";

/** Downloads what the filter of the screen finds, as a workbook with charts. */
export class PerformanceXlsx extends Component {
    static template = "sales_crm.PerformanceXlsx";
    static components = {DropdownItem};
    static props = {};

    async download() {
        // Not useService: the menu closes at the click, and calls of a component that is gone never end
        const {orm, action} = this.env.services;
        const domain = this.env.searchModel.domain;
        action.doAction(await orm.call(MODEL, "get_xlsx_action", [domain]));
    }
}

registry.category("cogMenu").add(
    "sales-performance-xlsx",
    {
        Component: PerformanceXlsx,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: async (env) =>
            env.searchModel.resModel === MODEL &&
            ["pivot", "graph", "list", "kanban"].includes(env.config.viewType) &&
            (await user.hasGroup("base.group_allow_export")),
    },
    {sequence: 5}
);
