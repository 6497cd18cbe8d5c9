import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

/** Milliseconds after which a tab that has not renewed its claim counts as gone */
const CLAIM_LASTS = 30000;

/**
 * Of all tabs that are open one shows the reminders: one that can be seen. A tab that gets hidden or closed
 * gives the claim up, a tab that breaks down loses it by itself. All of it is in the browser: no request.
 */
export class Presenter {
    constructor() {
        this.tab = `${Date.now()}.${Math.random()}`;
        this.claimKey = `sales_crm.reminders.tab.${user.userId}`;
        this.shownKey = `sales_crm.reminders.shown.${user.userId}`;
    }

    read(key) {
        try {
            return JSON.parse(browser.localStorage.getItem(key)) || {};
        } catch {
            return {};
        }
    }

    /** @returns {boolean} whether this tab is the one that shows */
    claim() {
        if (document.visibilityState === "hidden") {
            this.release();
            return false;
        }
        const {tab, until} = this.read(this.claimKey);
        if (tab && tab !== this.tab && until > Date.now()) {
            return false;
        }
        const claim = {tab: this.tab, until: Date.now() + CLAIM_LASTS};
        browser.localStorage.setItem(this.claimKey, JSON.stringify(claim));
        return true;
    }

    release() {
        if (this.read(this.claimKey).tab === this.tab) {
            browser.localStorage.removeItem(this.claimKey);
        }
    }

    /** @returns {boolean} whether this browser has shown it already, so that a reload does not repeat it */
    wasShown(key) {
        return Boolean(this.read(this.shownKey)[key]);
    }

    markShown(key) {
        const dayAgo = Date.now() - 2 * 86400000;
        const shown = Object.entries(this.read(this.shownKey)).filter(([, at]) => at > dayAgo);
        const value = {...Object.fromEntries(shown), [key]: Date.now()};
        browser.localStorage.setItem(this.shownKey, JSON.stringify(value));
    }
}
