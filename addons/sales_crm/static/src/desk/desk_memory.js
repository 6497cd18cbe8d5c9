import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

/** Two users of one browser don't share what is remembered. */
const getKey = () => `sales_crm.desk.${user.userId}`;

/**
 * @returns {Object} the period and the team that were looked at last; the date is today's each time
 */
export function recall() {
    try {
        const {period, team_id} = JSON.parse(browser.localStorage.getItem(getKey())) || {};
        return {period: period || "month", team_id: team_id || false, date: false};
    } catch {
        browser.localStorage.removeItem(getKey());
        return {period: "month", team_id: false, date: false};
    }
}

/**
 * @param {Object} options as {@link recall} returns them
 */
export function remember({period, team_id}) {
    browser.localStorage.setItem(getKey(), JSON.stringify({period, team_id}));
}
