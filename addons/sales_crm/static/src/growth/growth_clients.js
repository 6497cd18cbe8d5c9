import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

/** The clients behind a bar, a page after the other. */
export class GrowthClients extends Component {
    static template = "sales_crm.GrowthClients";
    static props = {
        list: Object, // As get_clients returns it
        title: String,
        isEffect: Boolean,
        partLabels: Object,
        order: String,
        amount: Function,
        signed: Function,
        percent: Function,
        onSort: Function,
        onMore: Function,
        onOpenCard: Function,
        onOpenDocuments: Function,
        onClose: {type: [Function, Boolean]},
    };

    get columns() {
        return [
            {name: "name", label: _t("Client")},
            {name: "last", label: _t("A year before"), isAmount: true, isWide: true},
            {name: "this", label: _t("Period"), isAmount: true, isWide: true},
            {name: "difference", label: _t("Difference"), isAmount: true, isWide: this.props.isEffect},
            {name: "percent", label: "%", isAmount: true, isWide: this.props.isEffect},
            ...(this.props.isEffect ? [{name: "amount", label: _t("Share in the bar"), isAmount: true}] : []),
        ];
    }

    get more() {
        const {clients, count} = this.props.list;
        return _t("More: %(shown)s of %(count)s are shown", {shown: clients.length, count});
    }

    arrow({name}) {
        const {order} = this.props;
        return order === name ? "fa-caret-up" : order === `-${name}` ? "fa-caret-down" : "";
    }
}
