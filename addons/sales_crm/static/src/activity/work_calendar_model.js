import {browser} from "@web/core/browser/browser";
import {deserializeDate, deserializeDateTime, serializeDate, serializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {RPCError} from "@web/core/network/rpc";
import {CalendarModel} from "@web/views/calendar/calendar_model";

/**
 * Activities are all-day events, unless they have an exact time: those stand at their hour.
 */
export class WorkCalendarModel extends CalendarModel {
    /**
     * A phone has room for one day, unless its user chose otherwise.
     *
     * @override
     */
    getLocalStorageScale() {
        const chosen = browser.localStorage.getItem(this.storageKey);
        return !chosen && this.env.isSmall ? "day" : super.getLocalStorageScale();
    }

    /** @override */
    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        const {client_id, summary, activity_type_id, datetime_planned, active} = rawRecord;
        const what = summary || activity_type_id?.[1] || "";
        Object.assign(record, {
            end: record.start.endOf("day"),
            title: client_id ? _t("%(client)s: %(what)s", {client: client_id[1], what}) : what,
            isStriked: !active,
            isUrgent: rawRecord.priority === "1",
            icon: rawRecord.icon || "fa-tasks",
        });
        return this.isTimed(rawRecord) ? this.putAtHour(record, datetime_planned) : record;
    }

    /** An exact time counts on its day only: moved without it, the activity is for the whole day. */
    isTimed({datetime_planned, date_deadline}) {
        return (
            datetime_planned &&
            deserializeDateTime(datetime_planned).hasSame(deserializeDate(date_deadline), "day")
        );
    }

    putAtHour(record, datetime) {
        const start = deserializeDateTime(datetime);
        return {
            ...record,
            start,
            end: start.plus({hours: 1}),
            duration: 1,
            isAllDay: false,
            isTimeHidden: false,
        };
    }

    /**
     * The server moves the activity, or says why not.
     *
     * @override
     */
    async updateRecord(record) {
        const exactTime = record.isAllDay ? false : serializeDateTime(record.start);
        await this.move(record.id, serializeDate(record.start), exactTime);
    }

    /**
     * @param {number} id
     * @param {string} date
     * @param {string|false} [exactTime] left out: the hour stays what it was
     */
    async move(id, date, exactTime) {
        const args = exactTime === undefined ? [[id], date] : [[id], date, exactTime];
        try {
            await this.orm.call("mail.activity", "action_move", args);
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            this.notification.add(error.data?.message || error.message, {type: "danger"});
        }
        await this.load();
    }

    /** @override */
    makeContextDefaults(rawRecord) {
        return {
            ...this.meta.context,
            default_date_deadline: rawRecord.date_deadline,
            default_datetime_planned: rawRecord.datetime_planned,
        };
    }

    /** @override */
    buildRawRecord(record) {
        return {
            date_deadline: serializeDate(record.start),
            datetime_planned: record.isAllDay ? false : serializeDateTime(record.start),
        };
    }
}
