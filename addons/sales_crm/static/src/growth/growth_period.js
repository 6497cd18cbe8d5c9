import {deserializeDate, serializeDate} from "@web/core/l10n/dates";

/**
 * @param {String} kind of period: month, quarter or year
 * @param {String} anchor a day in it, as the server writes it
 * @param {String} today as the server writes it
 * @returns {Object} ``first`` and ``last`` day; of a period that isn't over, today is the last
 */
export function periodOf(kind, anchor, today) {
    const day = deserializeDate(anchor);
    const first = serializeDate(day.startOf(kind));
    const last = serializeDate(day.endOf(kind));
    return {first, last: first <= today && today < last ? today : last};
}

/**
 * @param {Object} period ``kind``, ``first`` and ``last``
 * @param {Number} number of periods to go on, less than 0 to go back
 * @param {String} today as the server writes it
 * @returns {Object} ``first`` and ``last`` of that period; one of own days keeps its length
 */
export function stepOf({kind, first, last}, number, today) {
    const day = deserializeDate(first);
    if (kind !== "own") {
        return periodOf(kind, serializeDate(day.plus({[`${kind}s`]: number})), today);
    }
    const days = (deserializeDate(last).diff(day, "days").days + 1) * number;
    return {
        first: serializeDate(day.plus({days})),
        last: serializeDate(deserializeDate(last).plus({days})),
    };
}
