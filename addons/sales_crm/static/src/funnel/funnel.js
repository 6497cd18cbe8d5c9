import {Component, onWillStart, useState} from "@odoo/owl";
import {formatCurrency} from "@web/core/currency";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/** Names of the options that are ids of records */
const ID_OPTIONS = ["user_id", "team_id", "source_id"];

/** The way from the cold base to a deal: how many deals reached each level, and how they got there. */
export class Funnel extends Component {
    static template = "sales_crm.Funnel";
    static components = {Layout};
    static props = {...standardActionServiceProps};
    static path = "funnel";
    static displayName = _t("Funnel");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({data: null, options: this.props.state?.funnel || {}});
        this.filters = [
            {name: "user_id", label: _t("All managers")},
            {name: "team_id", label: _t("All teams")},
            {name: "source_id", label: _t("All sources")},
            {name: "approach", label: _t("Active and passive")},
            {name: "client_class", label: _t("All classes")},
        ];
        useSetupAction({getLocalState: () => ({funnel: {...this.state.options}})});
        onWillStart(() => this.load());
    }

    async load() {
        const call = this.orm.call("sales.funnel", "get_funnel", [this.state.options]);
        this.state.data = await this.keepLast.add(call);
        this.state.options = {...this.state.data.options};
    }

    setOption(name, value) {
        const isNumber = ID_OPTIONS.includes(name) || name === "days";
        this.state.options[name] = isNumber ? Math.max(0, parseInt(value) || 0) : value;
        return this.load();
    }

    get isCohort() {
        return this.state.options.mode === "cohort";
    }

    /** Two neighbouring widths of the funnel's part, in percent: it narrows to the next level. */
    shape(index) {
        const bars = this.state.data.bars;
        const largest = Math.max(...bars.map((bar) => bar.count), 1);
        const width = (bar) => Math.max((100 * (bar?.count || 0)) / largest, 1);
        const top = (100 - width(bars[index])) / 2;
        const bottom = (100 - width(bars[index + 1] || bars[index])) / 2;
        return `clip-path: polygon(${top}% 0, ${100 - top}% 0, ${100 - bottom}% 100%, ${bottom}% 100%)`;
    }

    deal(line) {
        return line.bars.find((bar) => bar.level === "deal") || line.bars[line.bars.length - 1];
    }

    lostWidth(lines, line) {
        return (100 * line.count) / Math.max(...lines.map((other) => other.count), 1);
    }

    get lostParts() {
        const {reasons, stages} = this.state.data.lost;
        return [
            {field: "lost_reason_id", title: _t("Lost by reason"), lines: reasons},
            {field: "stage_from_id", title: _t("Lost by stage"), lines: stages},
        ];
    }

    // ---------------------------------------------------------------------------------------------
    // Numbers as they are written here
    // ---------------------------------------------------------------------------------------------

    count(number) {
        return formatInteger(number);
    }

    amount(number) {
        return formatCurrency(number, this.state.data.currency_id, {digits: [16, 0]});
    }

    percent(share) {
        return `${formatFloat(100 * share, {digits: [16, 1]})} %`;
    }

    days(number) {
        return number === null ? "—" : formatFloat(number, {digits: [16, 1]});
    }

    // ---------------------------------------------------------------------------------------------
    // Further
    // ---------------------------------------------------------------------------------------------

    async openDeals(level, line) {
        const group = line ? this.state.options.group : null;
        const value = line ? line.value : null;
        this.action.doAction(
            await this.orm.call("sales.funnel", "get_deals_action", [this.state.options, level, group, value])
        );
    }

    async openLost(field, value) {
        this.action.doAction(
            await this.orm.call("sales.funnel", "get_lost_action", [this.state.options, field, value])
        );
    }

    async download() {
        this.action.doAction(await this.orm.call("sales.funnel", "get_xlsx_action", [this.state.options]));
    }

    openPivot() {
        this.action.doAction("sales_crm.sales_funnel_report_action");
    }

    openMapping() {
        this.action.doAction("sales_crm.sales_stage_mapping_action", {onClose: () => this.load()});
    }
}

registry.category("actions").add("sales_crm.funnel", Funnel);
