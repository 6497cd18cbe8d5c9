import {DateTimeField, dateTimeField} from "@web/views/fields/datetime/datetime_field";
import {formatDate} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";

/**
 * When something happened, in the user's format; of what only the day is known there is no hour to tell.
 */
export class EventDateField extends DateTimeField {
    getFormattedValue(valueIndex) {
        const value = this.values[valueIndex];
        if (value && this.props.record.data.day_only) {
            return formatDate(value, {numeric: true});
        }
        return super.getFormattedValue(valueIndex, true);
    }
}

registry.category("fields").add("sales_event_date", {
    ...dateTimeField,
    component: EventDateField,
    listViewWidth: () => 130,
    fieldDependencies: [{name: "day_only", type: "boolean"}],
});
