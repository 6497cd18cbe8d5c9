import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {formatTime} from "../my_day/day_format";
import {Presenter} from "./presenter";

/** Milliseconds in which changes of the plan are gathered; browsers don't ask all at the same moment */
const GATHER = 1000;
const SPREAD = 3000;
/** Milliseconds between two looks at the clock while something waits to be shown; no request is made */
const TICK = 10000;
/** Milliseconds for which an ordinary reminder stays */
const STAYS = 60000;

/**
 * Reminds of activities with an exact time before it, of urgent ones until they are answered, and shows the
 * plan of the day once in the morning.
 *
 * The server is asked once when the page is loaded, and again when the bus says that the plan has changed.
 * What is shown when is decided here, by timers.
 */
export class Reminders {
    constructor({action, bus_service, notification, orm, ui}) {
        Object.assign(this, {action, notification, orm, ui});
        this.presenter = new Presenter();
        this.plan = {reminders: [], digest: false, timezone: "UTC"};
        /** key -> function that closes the notification */
        this.shown = new Map();
        bus_service.subscribe("sales_crm.reminders", () => this.onPlanChanged());
        bus_service.start();
        browser.addEventListener("pagehide", () => this.presenter.release());
        browser.addEventListener("storage", ({key}) => key === this.presenter.claimKey && this.show());
        document.addEventListener("visibilitychange", () => this.onVisibilityChange());
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

    // ---------------------------------------------------------------------------------------------
    // What is on the screen
    // ---------------------------------------------------------------------------------------------

    isDue({at}) {
        return deserializeDateTime(at) <= luxon.DateTime.now();
    }

    /** Show what is due, take away what is not any more, and set the timer for what comes next. */
    show() {
        const {reminders, digest} = this.plan;
        const waiting = reminders.filter(
            (reminder) => reminder.urgent || !this.presenter.wasShown(reminder.key + reminder.at)
        );
        const due = waiting.filter((reminder) => this.isDue(reminder));
        const isPresenter = (due.length || digest || this.shown.size) && this.presenter.claim();
        const current = isPresenter ? this.choose(due) : [];
        // Those that go by themselves may stay where they were seen
        const ordinary = reminders.filter(({urgent}) => !urgent);
        const stay = new Set([...current, ...ordinary].map(({key}) => key));
        if (isPresenter && digest) {
            stay.add(digest.key);
        }
        for (const [key, close] of this.shown) {
            if (!stay.has(key)) {
                close();
            }
        }
        current.filter(({key}) => !this.shown.has(key)).forEach((reminder) => this.showReminder(reminder));
        const hasRoom = !this.ui.isSmall || !current.length;
        if (isPresenter && hasRoom && digest && !this.shown.has(digest.key)) {
            this.showDigest(digest);
        }
        this.setTimer(waiting, Boolean(due.length || digest));
    }

    /**
     * All ordinary ones, they go by themselves. Of the urgent ones one at a time, or they would cover the
     * screen all day: first what has an exact time; the next one comes when it is answered.
     */
    choose(due) {
        const urgent = due.filter((reminder) => reminder.urgent);
        const next = urgent.find(({moment}) => moment) || urgent[0];
        const chosen = due.filter((reminder) => !reminder.urgent);
        return next ? [{...next, waiting: urgent.length - 1}, ...chosen] : chosen;
    }

    setTimer(waiting, isShowing) {
        const next = waiting.find((reminder) => !this.isDue(reminder));
        const until = next ? deserializeDateTime(next.at).diffNow().toMillis() : Infinity;
        const delay = Math.min(until, isShowing ? TICK : Infinity, 2 ** 31 - 1);
        browser.clearTimeout(this.timer);
        if (Number.isFinite(delay) && (next || isShowing)) {
            this.timer = browser.setTimeout(() => this.show(), Math.max(delay, 0));
        }
    }

    add(key, message, options) {
        const {className, onDismiss, ...others} = options;
        let isDismissed = true;
        const close = this.notification.add(message, {
            ...others,
            className: `o_sales_reminder ${className || ""}`,
            onClose: () => {
                this.shown.delete(key);
                if (isDismissed) {
                    onDismiss?.();
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
        if (!reminder.urgent) {
            this.presenter.markShown(reminder.key + reminder.at);
        }
        this.add(reminder.key, message, {
            title,
            type: reminder.urgent ? "danger" : "warning",
            className: reminder.urgent ? "o_sales_reminder_urgent" : "",
            sticky: reminder.urgent,
            autocloseDelay: STAYS,
            buttons: [
                {name: _t("Done"), primary: true, onClick: () => this.finish(reminder)},
                {name: _t("Later"), onClick: () => this.answer(reminder.key, true)},
                {name: _t("Open"), onClick: () => this.open(reminder)},
            ],
        });
    }

    showDigest(digest) {
        const parts = [
            _t("To do: %s", digest.total),
            digest.urgent && _t("urgent: %s", digest.urgent),
            digest.carried && _t("carried over: %s", digest.carried),
            digest.visits && _t("visits: %s", digest.visits),
            ...digest.covers.map(({name, total}) => _t("for %(name)s: %(total)s", {name, total})),
        ];
        this.add(digest.key, parts.filter(Boolean).join(", "), {
            title: _t("Your plan for today"),
            type: "info",
            className: "o_sales_digest",
            sticky: true,
            onDismiss: () => this.answer(digest.key),
            buttons: [
                {
                    name: _t("My Day"),
                    primary: true,
                    onClick: async () => {
                        await this.answer(digest.key);
                        this.action.doAction("sales_crm.sales_my_day_action", {clearBreadcrumbs: true});
                    },
                },
                {name: _t("Got it"), onClick: () => this.answer(digest.key)},
            ],
        });
    }

    // ---------------------------------------------------------------------------------------------
    // Answers
    // ---------------------------------------------------------------------------------------------

    async answer(key, later = false) {
        this.forget(key);
        await this.orm.silent.call("sales.reminder", "answer", [key], {later});
    }

    /** Not again in this tab, whatever the server still thinks until it has heard of the answer. */
    forget(key) {
        const {reminders, digest} = this.plan;
        this.plan.reminders = reminders.filter((reminder) => reminder.key !== key);
        this.plan.digest = digest?.key === key ? false : digest;
        this.show();
    }

    /** Outcome and next step; who closes the dialog without an answer is reminded again. */
    finish({activity_id, key}) {
        this.forget(key);
        return this.action.doAction("sales_crm.sales_activity_finish_action", {
            additionalContext: {default_activity_id: activity_id},
            onClose: () => this.onPlanChanged(),
        });
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
