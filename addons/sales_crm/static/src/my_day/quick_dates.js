import {Component} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatWeekday} from "./day_format";

const LABELS = {
    tomorrow: _t("Tomorrow"),
    in_2_days: _t("In 2 days"),
    in_3_workdays: _t("In 3 working days"),
    next_monday: _t("Next Monday"),
    next_week: _t("In a week"),
};

/** Dates that are chosen with one click, and any other with a calendar. */
export class QuickDates extends Component {
    static template = "sales_crm.QuickDates";
    static components = {DateTimeInput};
    static props = {
        /** Names of the choices, in the order of the buttons */
        names: {type: Array, element: String},
        /** Name -> date and whether it is a working day, as the server counted them */
        dates: Object,
        today: String,
        value: [String, {value: false}],
        onSelect: Function,
        allowNone: {type: Boolean, optional: true},
    };

    /** A date is offered once, under its first name. */
    get choices() {
        const choices = [];
        for (const name of this.props.names) {
            const {date, working} = this.props.dates[name];
            if (!choices.some((choice) => choice.date === date)) {
                choices.push({date, working, label: LABELS[name], day: formatWeekday(date)});
            }
        }
        return choices;
    }

    get otherDate() {
        const {value} = this.props;
        const isOther = value && !this.choices.some((choice) => choice.date === value);
        return isOther ? deserializeDate(value) : false;
    }

    get minDate() {
        return deserializeDate(this.props.today);
    }

    onChangeOther(date) {
        if (date) {
            this.props.onSelect(serializeDate(date));
        }
    }
}
