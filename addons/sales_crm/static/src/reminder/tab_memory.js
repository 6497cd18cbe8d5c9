import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

/** Milliseconds for which an ordinary reminder stays at least */
const STAYS = 60000;
const DAY = 86400000;

/**
 * What this tab has shown, and since when: kept for the tab alone, so that every tab shows a reminder once
 * and a reload goes on with it instead of beginning again. No request is made.
 */
export class TabMemory {
    constructor() {
        this.key = `sales_crm.reminders.shown.${user.userId}`;
    }

    read() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(this.key)) || {};
        } catch {
            return {};
        }
    }

    /** @returns {Number} when this tab showed it first; now, if it has not yet */
    shownSince(name) {
        const now = Date.now();
        const shown = this.read();
        if (!shown[name]) {
            const recent = Object.entries(shown).filter(([, at]) => at > now - 2 * DAY);
            const value = {...Object.fromEntries(recent), [name]: now};
            browser.sessionStorage.setItem(this.key, JSON.stringify(value));
            return now;
        }
        return shown[name];
    }

    /**
     * An ordinary reminder goes by itself when the agreed time has come, but not before it could be read.
     *
     * @param {Object} reminder as the server has told it
     * @param {Number} moment milliseconds of the agreed time
     * @returns {Number} milliseconds at which it goes
     */
    goesAt(reminder, moment) {
        return Math.max(this.shownSince(reminder.key + reminder.at), moment) + STAYS;
    }
}
