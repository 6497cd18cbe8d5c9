import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

/** Two users of one browser don't share what is remembered. */
const getKey = () => `sales_crm.growth.${user.userId}`;

/**
 * @returns {Object} which kind of period was looked at last, grouped and measured how; own dates with their days
 */
export function recall() {
    const remembered = {kind: "year", groupBy: "none", measure: "invoiced", first: false, last: false};
    try {
        Object.assign(remembered, JSON.parse(browser.localStorage.getItem(getKey())));
    } catch {
        browser.localStorage.removeItem(getKey());
    }
    return remembered;
}

/**
 * @param {Object} values as {@link recall} returns them
 */
export function remember({kind, groupBy, measure, first, last}) {
    const days = kind === "own" ? {first, last} : {};
    browser.localStorage.setItem(getKey(), JSON.stringify({kind, groupBy, measure, ...days}));
}

/**
 * Forget what the server refuses, e.g. a way to group that is no more.
 */
export function forget() {
    browser.localStorage.removeItem(getKey());
}
