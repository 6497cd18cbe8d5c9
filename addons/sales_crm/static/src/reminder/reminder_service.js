import {markup} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {formatTime} from "../my_day/day_format";
import {TabMemory} from "./tab_memory";

/** Milliseconds in which changes of the plan are gathered; browsers don't ask all at the same moment */
const GATHER = 1000;
const SPREAD = 3000;
/** Milliseconds between two looks at the clock while something is shown; no request is made */
const TICK = 10000;

const isAhead = (moment) => deserializeDateTime(moment) > luxon.DateTime.now();

/**
 * Reminds of activities with an exact time before it, of urgent ones until they are answered, and shows the
 * plan of the day in the morning: in every tab that can be seen, each once, until it is answered in one of them.
 *
 * The server is asked once when the page is loaded, and again when the bus says that the plan has changed. What
 * was answered elsewhere the bus says itself. What is shown when is decided here, by timers.
 */
export class Reminders {
    constructor({action, bus_service, notification, orm, ui}) {
        Object.assign(this, {action, notification, orm, ui});
        this.memory = new TabMemory();
        this.plan = {reminders: [], digest: false, timezone: "UTC"};
        /** key -> function that closes the notification */
        this.shown = new Map();
        /** The outcome of an activity is written down in a dialog of this tab: nothing disturbs it */
        this.isBusy = false;
        /** key -> what was answered here: put off, it comes again when the bus has said when */
        this.answered = new Map();
        bus_service.subscribe("sales_crm.reminders", (message) => this.onMessage(message));
        bus_service.start();
        document.addEventListener("visibilitychange", () => this.onVisibilityChange());
        browser.navigator.serviceWorker?.addEventListener("message", (ev) => this.onPush(ev));
        this.load();
    }

    // ---------------------------------------------------------------------------------------------
    // The plan
    // ---------------------------------------------------------------------------------------------

    async load() {
        try {
            this.plan = await this.orm.silent.call("sales.reminder", "get_reminders", []);
        } catch (error) {
            if (error instanceof ConnectionLostError || error instanceof RPCError) {
                return; // nobody asked for it: the next change of the plan tries again
            }
            throw error;
        }
        this.loadedOn = luxon.DateTime.now().toISODate();
        this.show();
    }

    onMessage({answered, at}) {
        if (answered) {
            this.apply(answered, at);
        } else {
            this.onPlanChanged();
        }
    }

    onPlanChanged() {
        browser.clearTimeout(this.reloading);
        this.reloading = browser.setTimeout(() => this.load(), GATHER + Math.random() * SPREAD);
    }

    onVisibilityChange() {
        // A computer that was asleep overnight
        if (document.visibilityState === "visible" && this.loadedOn !== luxon.DateTime.now().toISODate()) {
            this.onPlanChanged();
        }
        this.show();
    }

    /**
     * Core's service worker asks every tab before it shows what was pushed. Who looks at this tab sees the
     * reminder here.
     */
    onPush({data}) {
        const {type, payload} = data || {};
        const isReminder = payload?.model === "." || payload?.model?.startsWith("./");
        if (type === "notification-display-request" && isReminder && document.hasFocus()) {
            browser.navigator.serviceWorker.controller?.postMessage({
                type: "notification-display-response",
                payload: {correlationId: payload.correlationId},
            });
        }
    }

    // ---------------------------------------------------------------------------------------------
    // What is on the screen
    // ---------------------------------------------------------------------------------------------

    isDue({at}) {
        return deserializeDateTime(at) <= luxon.DateTime.now();
    }

    /** Ordinary ones go by themselves; what was put off counts from the moment at which it comes again. */
    goesAt(reminder) {
        const {at, moment} = reminder;
        return this.memory.goesAt(reminder, deserializeDateTime(moment || at).toMillis());
    }

    /** Show what is due, take away what is not any more, and set the timer for what comes next. */
    show() {
        const mayShow = document.visibilityState !== "hidden" && !this.isBusy;
        const {digest, reminders} = this.plan;
        const due = reminders.filter((reminder) => this.isDue(reminder));
        const current = mayShow ? this.choose(due) : [];
        const hasRoom = !this.ui.isSmall || !current.length;
        const stay = new Set(current.map(({key}) => key));
        if (mayShow && hasRoom && digest) {
            stay.add(digest.key);
        }
        for (const [key, close] of [...this.shown]) {
            if (!stay.has(key)) {
                close();
            }
        }
        current.filter(({key}) => !this.shown.has(key)).forEach((reminder) => this.showReminder(reminder));
        if (digest && stay.has(digest.key) && !this.shown.has(digest.key)) {
            this.showDigest(digest);
        }
        this.setTimer(reminders);
    }

    /**
     * All ordinary ones whose time is not over. Of the urgent ones one at a time, or they would cover the
     * screen all day: first the next exact time, then the latest; the next one comes when it is answered.
     */
    choose(due) {
        const urgent = due.filter((reminder) => reminder.urgent);
        const exact = urgent.filter(({moment}) => moment);
        const next = exact.find(({moment}) => isAhead(moment)) || exact.at(-1) || urgent[0];
        const chosen = due.filter((reminder) => !reminder.urgent && this.goesAt(reminder) > Date.now());
        return next ? [{...next, waiting: urgent.length - 1}, ...chosen] : chosen;
    }

    setTimer(reminders) {
        const next = reminders
            .filter((reminder) => !this.isDue(reminder))
            .map(({at}) => deserializeDateTime(at));
        const until = Math.min(...next.map((moment) => moment.diffNow().toMillis()));
        const delay = Math.min(until, this.shown.size ? TICK : Infinity);
        browser.clearTimeout(this.timer);
        if (Number.isFinite(delay)) {
            this.timer = browser.setTimeout(() => this.show(), Math.max(delay, 0));
        }
    }

    add(key, message, options) {
        const {title, className, onDismiss, ...others} = options;
        let isDismissed = true;
        const close = this.notification.add(markup`<b>${title}</b>\n${message}`, {
            ...others,
            sticky: true,
            className: `o_sales_reminder ${className || ""}`,
            onClose: () => {
                this.shown.delete(key);
                if (isDismissed) {
                    onDismiss();
                }
            },
        });
        this.shown.set(key, () => {
            isDismissed = false;
            close();
        });
    }

    getText({client, moment, title, waiting}) {
        const time = moment ? formatTime(moment, this.plan.timezone) : "";
        return {
            title: [time, client].filter(Boolean).join(" · "),
            message: waiting ? _t("%(title)s (urgent after it: %(waiting)s)", {title, waiting}) : title,
        };
    }

    showReminder(reminder) {
        const {title, message} = this.getText(reminder);
        const {key, urgent} = reminder;
        this.add(key, message, {
            title,
            type: urgent ? "danger" : "warning",
            className: urgent ? "o_sales_reminder_urgent" : "",
            // The cross is no answer to an urgent one: it comes again in a quarter of an hour
            onDismiss: () => this.answer(key, urgent && "quarter"),
            buttons: [
                {name: _t("Done"), primary: true, onClick: () => this.finish(reminder)},
                {name: _t("Open"), onClick: () => this.open(reminder)},
                {name: _t("+15 min"), onClick: () => this.answer(key, "quarter")},
                {name: _t("+1 h"), onClick: () => this.answer(key, "hour")},
                {name: _t("Tomorrow"), onClick: () => this.answer(key, "tomorrow")},
            ],
        });
    }

    showDigest({key, lines}) {
        this.add(key, lines.join("\n"), {
            title: _t("Your plan for today"),
            type: "info",
            className: "o_sales_digest",
            onDismiss: () => this.answer(key),
            buttons: [
                {
                    name: _t("My Day"),
                    primary: true,
                    onClick: async () => {
                        await this.answer(key);
                        this.action.doAction("sales_crm.sales_my_day_action", {clearBreadcrumbs: true});
                    },
                },
                {name: _t("Got it"), onClick: () => this.answer(key)},
            ],
        });
    }

    // ---------------------------------------------------------------------------------------------
    // Answers
    // ---------------------------------------------------------------------------------------------

    /**
     * @param {String} key
     * @param {String|false} later quarter, hour or tomorrow; false: not again
     */
    async answer(key, later = false) {
        this.apply(key, false);
        await this.orm.silent.call("sales.reminder", "answer", [key], {later});
    }

    /** Answered here or elsewhere: not again, or not before ``at``, which the bus tells. */
    apply(key, at) {
        const {reminders, digest} = this.plan;
        const answered = reminders.find((reminder) => reminder.key === key) || this.answered.get(key);
        const others = reminders.filter((reminder) => reminder.key !== key);
        this.answered.set(key, answered);
        this.plan.reminders = at && answered ? [...others, {...answered, at}] : others;
        this.plan.digest = digest?.key === key ? false : digest;
        this.show();
    }

    /** Outcome and next step; who closes the dialog without an answer is reminded again. */
    async finish({activity_id}) {
        const setBusy = (isBusy) => {
            this.isBusy = isBusy;
            this.show();
        };
        setBusy(true);
        try {
            await this.action.doAction("sales_crm.sales_activity_finish_action", {
                additionalContext: {default_activity_id: activity_id},
                onClose: async () => {
                    await this.load();
                    setBusy(false);
                },
            });
        } catch (error) {
            setBusy(false);
            throw error;
        }
    }

    async open({activity_id, key}) {
        await this.answer(key);
        const action = await this.orm.call("mail.activity", "action_open_document", [[activity_id]]);
        return this.action.doAction({...action, views: [[action.view_id || false, "form"]]});
    }
}

export const reminderService = {
    dependencies: ["action", "bus_service", "notification", "orm", "ui"],

    start(env, services) {
        return session.sales_reminders ? new Reminders(services) : null;
    },
};

registry.category("services").add("sales_crm.reminders", reminderService);
