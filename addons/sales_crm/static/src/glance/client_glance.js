import {Component, useState} from "@odoo/owl";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {formatCurrency} from "@web/core/currency";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {capitalize} from "@web/core/utils/strings";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** Days before and after today that are called by name instead of by date. */
const NEAR = 7;

/**
 * Before a call: whom to ring, what is planned, what was last, what is being sold. It is asked beside the
 * card, so that the card itself doesn't wait for it, and asked again when the card is loaded anew.
 */
export class ClientGlance extends Component {
    static template = "sales_crm.ClientGlance";
    static props = {...standardWidgetProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({glance: null});
        this.keepLast = new KeepLast();
        useRecordObserver((record) => this.onRecordChanged(record));
    }

    /** What is being typed changes nothing here; what was loaded or saved may. */
    onRecordChanged(record) {
        const {data, resId, dirty} = record;
        if (!resId || dirty || data === this.seen) {
            return;
        }
        this.seen = data;
        this.load(resId);
    }

    async load(resId) {
        if (this.loadedId !== resId) {
            this.state.glance = null;
        }
        this.loadedId = resId;
        this.state.glance = await this.keepLast.add(
            this.orm.silent.call("res.partner", "get_glance", [[resId]])
        );
    }

    get mayWrite() {
        return this.props.record.data.sales_may_write;
    }

    // ------------------------------------------------------
    // What stands in the lines
    // ------------------------------------------------------

    formatDay(day) {
        const isThisYear = day.year === luxon.DateTime.now().year;
        return day.toLocaleString({day: "numeric", month: "short", ...(isThisYear ? {} : {year: "2-digit"})});
    }

    daysFromNow(date) {
        return deserializeDate(date).diff(luxon.DateTime.now().startOf("day"), "days").days;
    }

    formatStepDate({date}) {
        const day = deserializeDate(date);
        const isNear = Math.abs(this.daysFromNow(date)) <= NEAR;
        return isNear ? capitalize(day.toRelativeCalendar({unit: "days"})) : this.formatDay(day);
    }

    stepClass({date}) {
        const days = this.daysFromNow(date);
        if (days < 0) {
            return "text-danger";
        }
        return days ? "text-muted" : "text-warning-emphasis";
    }

    formatEventDate({date}) {
        return this.formatDay(deserializeDateTime(date));
    }

    formatAmount({amount, currency_id}) {
        return formatCurrency(amount, currency_id, {digits: [16, 0]});
    }

    formatMore(count) {
        return _t("and %s more", count);
    }

    joined(...texts) {
        return texts.filter(Boolean).join(" · ");
    }

    // ------------------------------------------------------
    // Where a click leads
    // ------------------------------------------------------

    /** The card is loaded anew when the dialog is closed: its dates hang on activities. */
    doAction(action, options = {}) {
        return this.action.doAction(action, {onClose: () => this.props.record.load(), ...options});
    }

    openForm(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    openStep({id}) {
        return this.doAction({
            type: "ir.actions.act_window",
            name: _t("Activity"),
            res_model: "mail.activity",
            res_id: id,
            views: [[false, "form"]],
            target: "new",
        });
    }

    finishStep({id}) {
        return this.doAction("sales_crm.sales_activity_finish_action", {
            additionalContext: {default_activity_id: id},
        });
    }

    async callButton(name) {
        const action = await this.orm.call("res.partner", name, [[this.props.record.resId]]);
        return this.doAction(action);
    }
}

registry.category("view_widgets").add("sales_client_glance", {
    component: ClientGlance,
    fieldDependencies: [{name: "sales_may_write", type: "boolean"}],
});
