import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/** Clients who are about to be forgotten: how many, and a click away. */
export class ClientTiles extends Component {
    static template = "sales_crm.ClientTiles";
    static props = {clients: Object};

    setup() {
        this.action = useService("action");
    }

    get tiles() {
        const {no_next_step, silent, silent_days, visit_due, visit_overdue} = this.props.clients;
        const tiles = [
            {
                filter: "no_next_step",
                icon: "fa-exclamation-circle",
                label: _t("No next step"),
                count: no_next_step,
            },
            {
                filter: "silent",
                icon: "fa-bell-slash-o",
                label: _t("Not contacted for %s days", silent_days),
                count: silent,
            },
        ];
        if (visit_due) {
            const title = visit_overdue ? _t("Overdue: %s", visit_overdue) : "";
            const label = _t("To be visited");
            tiles.push({filter: "visit_due", icon: "fa-map-marker", label, title, count: visit_due});
        }
        return tiles;
    }

    /** @returns {Promise} the list of these clients, of the manager whose day it is */
    async open({filter}) {
        const action = await this.action.loadAction("sales_crm.res_partner_action_clients");
        const context = {[`search_default_${filter}`]: 1};
        if (this.props.clients.user_id) {
            context.search_default_user_id = this.props.clients.user_id;
        }
        return this.action.doAction({...action, context});
    }
}
