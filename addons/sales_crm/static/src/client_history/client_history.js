import {Component} from "@odoo/owl";
import {View} from "@web/views/view";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/**
 * The history on the client's card: the list with its own paging, filters and search. It is loaded when
 * the tab is opened, so the card itself does not wait for it.
 */
export class ClientHistory extends Component {
    static template = "sales_crm.ClientHistory";
    static components = {View};
    static props = {...standardWidgetProps};

    get clientId() {
        return this.props.record.data.client_id?.id;
    }

    get viewProps() {
        return {
            type: "list",
            resModel: "sales.client.history",
            domain: [["client_id", "=", this.clientId]],
            context: {one_client: true},
            display: {searchPanel: false},
            noBreadcrumbs: true,
            showButtons: false,
            allowSelectors: false,
            limit: 20,
            searchViewId: false,
            loadIrFilters: false,
        };
    }
}

registry.category("view_widgets").add("sales_client_history", {
    component: ClientHistory,
    fieldDependencies: [{name: "client_id", type: "many2one", relation: "res.partner"}],
});
