import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

/** Two users of one browser don't share what is remembered. */
const getKey = () => `sales_crm.my_day.${user.userId}`;

/**
 * @returns {Object} whose day was looked at last, with which filter, and whether what is done was shown
 */
export function recall() {
    const remembered = {userId: false, filter: {kind: "all", typeId: false}, showDone: false};
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
export function remember({userId, filter, showDone}) {
    browser.localStorage.setItem(getKey(), JSON.stringify({userId, filter, showDone}));
}
