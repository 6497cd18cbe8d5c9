import {Component, useSubEnv} from "@odoo/owl";
import {View, getDefaultConfig} from "@web/views/view";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/**
 * The history on the client's card: the list, on a phone the cards, with its own paging, filters and search. It
 * is loaded when the tab is opened, so the card itself does not wait for it.
 */
export class ClientHistory extends Component {
    static template = "sales_crm.ClientHistory";
    static components = {View};
    static props = {...standardWidgetProps};

    setup() {
        // A list of its own: the views of the card's action are none of its business
        useSubEnv({config: getDefaultConfig()});
        this.ui = useService("ui");
    }

    get clientId() {
        return this.props.record.data.client_id?.id;
    }

    get viewProps() {
        const type = this.ui.isSmall ? "kanban" : "list";
        return {
            type,
            resModel: "sales.client.history",
            domain: [["client_id", "=", this.clientId]],
            context: {one_client: true},
            display: {searchPanel: false},
            noBreadcrumbs: true,
            showButtons: false,
            allowSelectors: false,
            limit: 20,
            views: [
                [false, type],
                [false, "search"],
            ],
        };
    }
}

registry.category("view_widgets").add("sales_client_history", {
    component: ClientHistory,
    fieldDependencies: [{name: "client_id", type: "many2one", relation: "res.partner"}],
});
