import {DateTimeField, dateTimeField} from "@web/views/fields/datetime/datetime_field";
import {formatDate, formatDateTime} from "@web/core/l10n/dates";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";

/**
 * When something happened, in the user's format; of what only the day is known there is no hour to tell.
 */
export class EventDateField extends DateTimeField {
    getFormattedValue(valueIndex) {
        const value = this.values[valueIndex];
        if (this.props.record.data.day_only) {
            return formatDate(value, {numeric: true});
        }
        const withoutSeconds = localization.dateTimeFormat.replace(/\Wss/, "");
        return formatDateTime(value, {format: withoutSeconds});
    }
}

registry.category("fields").add("sales_event_date", {
    ...dateTimeField,
    component: EventDateField,
    listViewWidth: () => 150,
    fieldDependencies: [{name: "day_only", type: "boolean"}],
});
