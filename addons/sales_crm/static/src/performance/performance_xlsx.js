import {Component} from "@odoo/owl";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";

const MODEL = "sales.performance.report";

/** Downloads what the filter of the screen finds, as a workbook with charts. */
export class PerformanceXlsx extends Component {
    static template = "sales_crm.PerformanceXlsx";
    static components = {DropdownItem};
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async download() {
        const domain = this.env.searchModel.domain;
        this.action.doAction(await this.orm.call(MODEL, "get_xlsx_action", [domain]));
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
