import {Component, onWillStart, useExternalListener, useRef, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {ClientTiles} from "./client_tiles";
import {formatLongDate, formatShortDate, formatWeekday, toMoment, toTimeInput} from "./day_format";
import {recall, remember} from "./day_memory";
import {useDayKeyboard} from "./day_keyboard";
import {useDayVisits} from "./day_visits";
import {MyDayRow} from "./my_day_row";
import {TomorrowPlan} from "./tomorrow_plan";

/** Seconds after which a day that is looked at again is asked for anew */
const STALE_AFTER = 60;

const SECTIONS = [
    {name: "urgent", title: _t("Urgent")},
    {name: "carried", title: _t("Carried over")},
    {name: "today", title: _t("Today")},
];

/** A manager's day: what is to be done, in its order, and how far he is. */
export class MyDay extends Component {
    static template = "sales_crm.MyDay";
    static components = {ClientTiles, Dropdown, DropdownItem, Layout, MyDayRow, TomorrowPlan};
    static props = {...standardActionServiceProps};
    static path = "my-day";
    static displayName = _t("My Day");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.dialog = useService("dialog");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        const remembered = recall();
        this.state = useState({
            day: null,
            userId: remembered.userId,
            filter: remembered.filter,
            showDone: remembered.showDone,
            showGone: false,
            panel: {id: false, name: ""},
            drafts: {},
            busy: {},
            route: {stops: [], map: ""},
            ...this.props.state?.myDay,
        });
        useSetupAction({
            rootRef: this.root,
            getLocalState: () => ({myDay: this.exportState()}),
        });
        useExternalListener(document, "visibilitychange", () => this.onVisibilityChange());
        this.visits = useDayVisits(this);
        this.keyboard = useDayKeyboard(this);
        onWillStart(() => this.load());
    }

    // ---------------------------------------------------------------------------------------------
    // The day
    // ---------------------------------------------------------------------------------------------

    async load() {
        const userId = this.state.userId || false;
        const call = () => this.orm.call("sales.my.day", "get_day", [], {user_id: userId});
        try {
            this.state.day = await this.keepLast.add(call());
        } catch (error) {
            if (!(error instanceof RPCError) || !userId) {
                throw error;
            }
            // The manager who was looked at last is not one any more
            this.state.userId = false;
            return this.load();
        }
        this.loadedAt = Date.now();
        await this.visits.load();
    }

    /**
     * Ask for what has changed only: the rows that are named, and those that are new.
     *
     * @param {number[]} changed ids of activities that were worked on
     */
    async update(changed) {
        const {day} = this.state;
        if (day.covers.some(({rows}) => rows.some(({id}) => changed.includes(id)))) {
            return this.load();
        }
        const known = [...day.rows, ...day.done].map(({id}) => id).filter((id) => !changed.includes(id));
        const changes = await this.keepLast.add(
            this.orm.call("sales.my.day", "get_changes", [], {user_id: day.user.id, date: day.date, known})
        );
        const rows = new Map([...day.rows, ...day.done, ...changes.rows].map((row) => [row.id, row]));
        const pick = (ids) => ids.map((id) => rows.get(id)).filter(Boolean);
        const {figures, gone} = changes;
        Object.assign(day, {figures, gone, rows: pick(changes.open), done: pick(changes.done)});
        // The last one is done: the screen says what is still without a plan
        await (day.rows.length ? this.visits.load() : this.load());
    }

    onVisibilityChange() {
        const isStale = Date.now() - this.loadedAt > STALE_AFTER * 1000;
        if (document.visibilityState === "visible" && isStale) {
            return this.attempt(() => this.load());
        }
    }

    get isRoute() {
        return this.state.filter.kind === "route";
    }

    get isOwnDay() {
        return this.state.day.user.id === user.userId;
    }

    get title() {
        return formatLongDate(this.state.day.date);
    }

    get figures() {
        return this.state.day.figures;
    }

    /** Widths of the parts of the progress bar, in percent. */
    get parts() {
        const {total, done, moved, cancelled} = this.figures;
        const percent = (count) => (total ? (100 * count) / total : 0);
        return {done: percent(done), moved: percent(moved), cancelled: percent(cancelled)};
    }

    get rows() {
        return this.state.day.rows.filter((row) => this.matches(row, this.state.filter));
    }

    get sections() {
        const rows = this.rows;
        if (this.isRoute) {
            return this.visits.sections;
        }
        const leads = new Map();
        for (const row of rows) {
            leads.set(this.getGroup(row), leads.get(this.getGroup(row)) || row.section);
        }
        return SECTIONS.map((section) => ({
            ...section,
            rows: rows.filter((row) => leads.get(this.getGroup(row)) === section.name),
        })).filter((section) => section.rows.length);
    }

    /** Rows of one client stand together, where the first of them stands. */
    getGroup(row) {
        return row.client ? `client_${row.client.id}` : `row_${row.id}`;
    }

    isBeside(rows, index) {
        return !this.isRoute && index > 0 && this.getGroup(rows[index]) === this.getGroup(rows[index - 1]);
    }

    /** Of a section: how many belong there by themselves, and not beside another one of their client. */
    getCount({name, rows}) {
        return this.isRoute ? rows.length : rows.filter(({section}) => section === name).length;
    }

    /** @returns {string} whose plan the section shows, and until when it is there */
    getCoverTitle({user: absent, date_to}) {
        return _t("You cover for %(name)s until %(date)s", {
            name: absent.name,
            date: formatShortDate(date_to),
        });
    }

    // ---------------------------------------------------------------------------------------------
    // Filters, remembered in this browser
    // ---------------------------------------------------------------------------------------------

    exportState() {
        const {drafts, panel} = this.state;
        return JSON.parse(JSON.stringify({drafts, panel}));
    }

    matches(row, {kind, typeId}) {
        return (
            (kind !== "urgent" || row.urgent) &&
            (kind !== "route" || row.visit) &&
            (kind !== "carried" || Boolean(row.carry_count) || row.date_deadline < this.state.day.date) &&
            (!typeId || row.type.id === typeId)
        );
    }

    count(filter) {
        return this.state.day.rows.filter((row) => this.matches(row, filter)).length;
    }

    get kinds() {
        const kinds = [
            {kind: "all", label: _t("All")},
            {kind: "urgent", label: _t("Urgent")},
            {kind: "carried", label: _t("Carried over")},
        ].map((item) => ({...item, count: this.count({kind: item.kind, typeId: false})}));
        const count = this.visits.rows.length;
        return count || this.isRoute ? [...kinds, {kind: "route", label: _t("Route"), count}] : kinds;
    }

    get covers() {
        return this.isRoute ? [] : this.state.day.covers;
    }

    /** The types of today's activities; the chosen one also when nothing of it is left. */
    get types() {
        const counts = new Map();
        for (const {type} of this.state.day.rows) {
            counts.set(type.id, {...type, count: (counts.get(type.id)?.count || 0) + 1});
        }
        const {typeId} = this.state.filter;
        if (typeId && !counts.has(typeId)) {
            const type = this.state.day.types.find(({id}) => id === typeId);
            if (type) {
                counts.set(typeId, {...type, count: 0});
            }
        }
        return [...counts.values()].sort((a, b) => b.count - a.count || a.id - b.id);
    }

    filterKind(kind) {
        const {typeId} = this.state.filter;
        this.state.filter = {kind, typeId: kind === "route" ? false : typeId};
        remember(this.state);
        return this.attempt(() => this.visits.load());
    }

    filterType(typeId) {
        const isChosen = this.state.filter.typeId === typeId;
        this.state.filter = {...this.state.filter, typeId: isChosen ? false : typeId};
        remember(this.state);
    }

    resetFilter() {
        this.state.filter = {kind: "all", typeId: false};
        remember(this.state);
    }

    toggleDone() {
        this.state.showDone = !this.state.showDone;
        remember(this.state);
    }

    toggleGone() {
        this.state.showGone = !this.state.showGone;
    }

    async selectManager(userId) {
        this.state.userId = userId === user.userId ? false : userId;
        this.state.panel = {id: false, name: ""};
        remember(this.state);
        await this.attempt(() => this.load());
    }

    // ---------------------------------------------------------------------------------------------
    // Work
    // ---------------------------------------------------------------------------------------------

    /**
     * Do what may be refused. The refusal is shown, what was entered stays.
     *
     * @param {Function} work
     * @returns {Promise<boolean>} whether it was done
     */
    async attempt(work) {
        try {
            await work();
            return true;
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            this.notification.add(error.data?.message || error.message, {type: "danger"});
            return false;
        }
    }

    /** Work on one row, then show the day as it is now. */
    async process(row, work) {
        if (this.state.busy[row.id]) {
            return;
        }
        this.state.busy[row.id] = true;
        const next = this.getNextId(row);
        try {
            if (await this.attempt(work)) {
                delete this.state.drafts[row.id];
                this.state.panel = {id: false, name: ""};
                await this.attempt(() => this.update([row.id]));
                this.focusRow(next);
            }
        } finally {
            delete this.state.busy[row.id];
        }
    }

    togglePanel(row, name) {
        const {panel, drafts} = this.state;
        const isOpen = panel.id === row.id && panel.name === name;
        drafts[row.id] ??= this.makeDraft(row);
        this.state.panel = isOpen ? {id: false, name: ""} : {id: row.id, name};
        if (isOpen) {
            this.focusRow(row.id);
        }
    }

    makeDraft(row) {
        return {
            outcome_id: false,
            feedback: "",
            next_date: false,
            next_time: "",
            move_time: toTimeInput(row.datetime_planned, this.state.day.timezone),
            next_type_id: row.type.id,
            next_summary: "",
            next_urgent: false,
            no_further: false,
            no_further_reason: "",
        };
    }

    finish(row) {
        const draft = this.state.drafts[row.id];
        return this.process(row, async () => {
            await this.orm.call("mail.activity", "action_finish", [[row.id]], {
                outcome_id: draft.outcome_id,
                feedback: draft.feedback.trim() || false,
                next_step: this.getNextStep(row, draft),
                no_further_contact: !draft.next_date && draft.no_further && draft.no_further_reason.trim(),
            });
            if (draft.next_date) {
                this.notify(_t("Done. Next step: %s", formatWeekday(draft.next_date)));
            }
        });
    }

    /** The next step stays with the one whose plan the activity is part of. */
    getNextStep(row, draft) {
        return (
            draft.next_date && {
                date_deadline: draft.next_date,
                datetime_planned: toMoment(draft.next_date, draft.next_time, this.state.day.timezone),
                activity_type_id: draft.next_type_id,
                summary: draft.next_summary.trim() || false,
                priority: draft.next_urgent ? "1" : "0",
                user_id: row.user_id || this.state.day.user.id,
            }
        );
    }

    move(row, date) {
        return this.process(row, async () => {
            await this.orm.call(
                "mail.activity",
                "action_move",
                [[row.id], date],
                this.getMovedTime(row, date)
            );
            this.notify(_t("Moved to %s", formatWeekday(date)));
        });
    }

    /** Another hour than before, or none; nothing is said where the hour stays. */
    getMovedTime(row, date) {
        const {timezone} = this.state.day;
        const {move_time} = this.state.drafts[row.id];
        const isKept = move_time === toTimeInput(row.datetime_planned, timezone);
        return isKept ? {} : {exact_time: toMoment(date, move_time, timezone)};
    }

    /** What was closed by mistake is open again, in whosever plan it stands. */
    reopen(row) {
        this.dialog.add(ConfirmationDialog, {
            body: _t(
                "The activity will be open again. The client's history and the head's list keep that it was closed."
            ),
            confirmLabel: _t("Open Again"),
            confirm: () =>
                this.attempt(async () => {
                    await this.orm.call("mail.activity", "action_sales_reopen", [[row.id]]);
                    await this.load();
                }),
            cancel: () => this.focusRow(row.id),
        });
    }

    /** What was planned in one pass stands in the day as well, if it is for today. */
    async onPlanned(count) {
        this.notify(_t("Planned: %s", count));
        await this.attempt(() => this.load());
    }

    notify(message) {
        this.notification.add(message, {type: "success"});
    }

    /** The dialog that asks for the reason; the row is asked for again when it is closed. */
    cancel(row) {
        const update = () => this.update([row.id]);
        return this.openDialog(
            "sales_crm.sales_activity_cancel_action",
            {default_activity_ids: [row.id]},
            update
        );
    }

    planActivity() {
        const context = {
            default_date_deadline: this.state.day.date,
            default_user_id: this.state.day.user.id,
        };
        return this.openDialog("sales_crm.mail_activity_action_plan", context, () => this.update([]));
    }

    openDialog(action, context, update) {
        return this.action.doAction(action, {
            additionalContext: context,
            onClose: () => this.attempt(update),
        });
    }

    openClient(row) {
        return this.action.doAction("sales_crm.res_partner_action_clients", {
            viewType: "form",
            props: {resId: row.client.id},
        });
    }

    /** What the client has promised: the dialog comes filled in. */
    async promise(row) {
        this.action.doAction(await this.orm.call("mail.activity", "action_promise", [row.id]));
    }

    openDocument(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.document.model,
            res_id: row.document.id,
            views: [[false, "form"]],
        });
    }

    showCover({user: absent}) {
        this.root.el.querySelector(`.o_sales_section_cover[data-user="${absent.id}"]`).scrollIntoView();
    }

    async openClientsOf({user: absent}) {
        const action = await this.action.loadAction("sales_crm.res_partner_action_clients");
        return this.action.doAction({
            ...action,
            context: {search_default_user_id: absent.id},
        });
    }

    openClientsWithoutNextStep() {
        return this.action.doAction("sales_crm.res_partner_action_clients", {
            additionalContext: {search_default_no_next_step: 1},
        });
    }

    // ---------------------------------------------------------------------------------------------
    // Keyboard
    // ---------------------------------------------------------------------------------------------

    getNextId(row) {
        const rows = [...this.sections, ...this.covers].flatMap((section) => section.rows);
        const index = rows.findIndex(({id}) => id === row.id);
        return (rows[index + 1] || rows[index - 1])?.id;
    }

    focusRow(id) {
        const find = () => this.root.el?.querySelector(`.o_sales_row[data-id="${id}"] button`);
        browser.requestAnimationFrame(() => find()?.focus());
    }
}

registry.category("actions").add("sales_crm.my_day", MyDay);
