import {is24HourFormat} from "@web/core/l10n/time";
import {deserializeDate, deserializeDateTime, serializeDateTime} from "@web/core/l10n/dates";

/**
 * @param {string} date as the server writes it
 * @returns {string} e.g. "24 Nov"
 */
export function formatShortDate(date) {
    return deserializeDate(date).toLocaleString({day: "numeric", month: "short"});
}

/**
 * @param {string} date as the server writes it
 * @returns {string} e.g. "Tue, 24 Nov"
 */
export function formatWeekday(date) {
    return deserializeDate(date).toLocaleString({
        weekday: "short",
        day: "numeric",
        month: "short",
    });
}

/**
 * @param {string} date as the server writes it
 * @returns {string} e.g. "Tuesday, 24 November"
 */
export function formatLongDate(date) {
    return deserializeDate(date).toLocaleString({
        weekday: "long",
        day: "numeric",
        month: "long",
    });
}

/**
 * @param {string} datetime as the server writes it, in UTC
 * @param {string} timezone of the manager
 * @returns {string} the hour where the manager is, e.g. "14:30"
 */
export function formatTime(datetime, timezone) {
    const local = deserializeDateTime(datetime, {tz: timezone});
    return local.toFormat(is24HourFormat() ? "HH:mm" : "h:mm a");
}

/**
 * @param {string} datetime as the server writes it, in UTC
 * @returns {boolean} whether the moment is over
 */
export function isPast(datetime) {
    return deserializeDateTime(datetime) < luxon.DateTime.now();
}

/**
 * @param {string} datetime as the server writes it, in UTC, or nothing
 * @param {string} timezone of the manager
 * @returns {string} the hour where the manager is as a field of time has it, e.g. "14:30"; "" without one
 */
export function toTimeInput(datetime, timezone) {
    return datetime ? deserializeDateTime(datetime, {tz: timezone}).toFormat("HH:mm") : "";
}

/**
 * @param {string} date as the server writes it
 * @param {string} time of a field of time
 * @param {string} timezone of the manager
 * @returns {string|false} that moment as the server writes it, in UTC; false without a time
 */
export function toMoment(date, time, timezone) {
    return time ? serializeDateTime(luxon.DateTime.fromISO(`${date}T${time}`, {zone: timezone})) : false;
}
