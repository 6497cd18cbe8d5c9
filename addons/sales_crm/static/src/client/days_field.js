import {RemainingDaysField, remainingDaysField} from "@web/views/fields/remaining_days/remaining_days_field";
import {_t} from "@web/core/l10n/translation";
import {capitalize} from "@web/core/utils/strings";
import {registry} from "@web/core/registry";

/**
 * Core names the largest unit that changes: on 31 December tomorrow is "Next year", on the 30th of a month "Next
 * month". Who has to call tomorrow reads "Tomorrow": here days are counted in days.
 */
export class DaysField extends RemainingDaysField {
    get diffString() {
        if (this.diffDays === null || Math.abs(this.diffDays) > 99) {
            return super.diffString;
        }
        const {record, name} = this.props;
        return capitalize(record.data[name].toRelativeCalendar({unit: "days"}));
    }
}

registry.category("fields").add("sales_days", {
    ...remainingDaysField,
    component: DaysField,
    displayName: _t("Days from Today"),
});
