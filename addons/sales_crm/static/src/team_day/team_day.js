import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {RPCError} from "@web/core/network/rpc";
import {formatFloatTime} from "@web/views/fields/formatters";
import {useOpenChat} from "@mail/core/web/open_chat_hook";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {formatLongDate, formatShortDate, formatWeekday} from "../my_day/day_format";
import {TeamDayTasks} from "./team_day_tasks";

/** Milliseconds: changes that come close together are shown together, and time itself makes tasks late */
const GATHER = 3000;
const TICK = 60000;

const STATUSES = [
    {name: "done", label: _t("Done")},
    {name: "done_late", label: _t("Done later")},
    {name: "unplanned", label: _t("Done beside the plan")},
    {name: "open", label: _t("To do")},
    {name: "late", label: _t("Late")},
    {name: "carried", label: _t("Carried over")},
    {name: "moved", label: _t("Moved by hand")},
    {name: "reassigned", label: _t("Given to somebody else")},
    {name: "cancelled", label: _t("Cancelled")},
];
const FIGURES = [
    {name: "planned", short: _t("In plan"), label: _t("In the plan")},
    {name: "done", short: _t("Done"), label: _t("Done")},
    {name: "late", short: _t("Behind"), label: _t("Late")},
    {name: "left", short: _t("To go"), label: _t("Still to do, with what is late")},
    {name: "urgent", short: _t("Urgent"), label: _t("Urgent and not done")},
    {name: "moved", short: _t("Shifted"), label: _t("Moved by hand")},
    {name: "carried_in", short: _t("Came in"), label: _t("Carried over from the days before")},
    {name: "carried", short: _t("Went on"), label: _t("Carried over to the next day")},
    {name: "cancelled", short: _t("Dropped"), label: _t("Cancelled")},
    {name: "reassigned", short: _t("Given"), label: _t("Given to somebody else")},
    {name: "unplanned", short: _t("Beside"), label: _t("Done beside the plan")},
    {name: "calls", icon: "fa-phone", label: _t("Calls done")},
    {name: "visits", icon: "fa-map-marker", label: _t("Visits done")},
    {name: "mails", icon: "fa-envelope-o", label: _t("Mails sent")},
];
const ABSENT = {
    leave: _t("on leave"),
    off: _t("day off"),
    ahead: _t("the day has not begun"),
    over: _t("the day is over"),
};
/** What stands behind a number of the week, in Plan against Fact */
const OF_WEEK = {
    planned: [["origin", "!=", "unplanned"]],
    left: [["result", "=", "open"]],
    late: [["result", "=", "done_late"]],
    carried_in: [["origin", "=", "carried"]],
    urgent: [
        ["priority", "=", "1"],
        ["result", "in", ["open", "done_late", "carried", "moved"]],
    ],
    calls: [["result", "in", ["done", "unplanned"]]],
    visits: [["result", "in", ["done", "unplanned"]]],
    mails: [["result", "in", ["done", "unplanned"]]],
};

/** The day of all managers: how far each is, and the tasks behind every number. */
export class TeamDay extends Component {
    static template = "sales_crm.TeamDay";
    static components = {Dropdown, DropdownItem, Layout, TeamDayTasks};
    static props = {...standardActionServiceProps};
    static path = "team-day";
    static displayName = _t("Team Day");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.bus = useService("bus_service");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        this.openChat = useOpenChat("res.users");
        this.statuses = STATUSES;
        this.figures = FIGURES;
        this.state = useState({
            day: null,
            date: false,
            userId: false,
            part: false,
            period: "day",
            selected: {},
            busy: false,
            ...this.props.state?.teamDay,
        });
        useSetupAction({
            rootRef: this.root,
            getLocalState: () => {
                const {date, userId, part, period} = this.state;
                return {teamDay: {date, userId, part, period}};
            },
        });
        this.isStale = false;
        const refreshSoon = useDebounced(() => this.refresh(), GATHER);
        const onChanged = () => {
            this.isStale = true;
            refreshSoon();
        };
        onMounted(() => {
            this.bus.subscribe("sales_team_day/changed", onChanged);
            this.timer = browser.setInterval(onChanged, TICK);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("sales_team_day/changed", onChanged);
            browser.clearInterval(this.timer);
        });
        useExternalListener(document, "visibilitychange", () => this.refresh());
        onWillStart(() => this.load());
    }

    // ---------------------------------------------------------------------------------------------
    // The day
    // ---------------------------------------------------------------------------------------------

    async load() {
        const {date, userId, part, period} = this.state;
        const call = this.orm.silent.call("sales.team.day", "get_team_day", [], {
            date,
            user_id: userId,
            part,
            period,
        });
        this.state.day = await this.keepLast.add(call);
        this.isStale = false;
        this.state.selected = Object.fromEntries(
            this.selectable.filter(({key}) => this.state.selected[key]).map(({key}) => [key, true])
        );
    }

    /** By itself: only while it is looked at, and never in the middle of something. */
    async refresh() {
        if (this.isStale && document.visibilityState === "visible" && !this.state.busy) {
            try {
                await this.load();
            } catch (error) {
                // The next change or minute asks again
                if (!(error instanceof RPCError) && error.name !== "ConnectionLostError") {
                    throw error;
                }
            }
        }
    }

    get title() {
        const {date, first, last} = this.state.day;
        return this.isWeek
            ? _t("Week %(first)s – %(last)s", {
                  first: formatShortDate(first),
                  last: formatShortDate(last),
              })
            : formatLongDate(date);
    }

    get isWeek() {
        return this.state.day.period === "week";
    }

    get isToday() {
        return !this.isWeek && this.state.day.date === this.state.day.today;
    }

    /** Why somebody is not at work now. */
    absent(line) {
        return ABSENT[line.absent] || "";
    }

    /** What is left of the working day, in hours and minutes. */
    hours(line) {
        return line.hours === false || line.hours === undefined ? "" : formatFloatTime(line.hours);
    }

    get lines() {
        const {managers, total} = this.state.day;
        return [...managers, {...total, id: false, name: _t("All managers"), frozen: true}];
    }

    /** What the bar is as long as: the manager with most tasks has the longest. */
    get longest() {
        return Math.max(...this.state.day.managers.map((line) => this.count(line)), 1);
    }

    count({bar}) {
        return Object.values(bar).reduce((sum, number) => sum + number, 0);
    }

    segments(line) {
        const full = line.id ? this.longest : Math.max(this.count(line), 1);
        return STATUSES.map((status) => ({...status, count: line.bar[status.name]}))
            .filter(({count}) => count)
            .map((segment) => ({...segment, width: (100 * segment.count) / full}));
    }

    get legend() {
        return STATUSES.filter(({name}) => this.state.day.total.bar[name]);
    }

    /** The rows of a week are those of Plan against Fact, where a leader sees his own only. */
    get isOpening() {
        return !this.isWeek || this.state.day.is_head;
    }

    isChosen(line, part) {
        return this.state.part === part && this.state.userId === line.id;
    }

    // ---------------------------------------------------------------------------------------------
    // Which day, which tasks
    // ---------------------------------------------------------------------------------------------

    step(number) {
        const days = this.isWeek ? 7 * number : number;
        return this.goTo(serializeDate(deserializeDate(this.state.day.date).plus({days})));
    }

    /** The day, or the sums of the week that it is in. */
    show(period, date) {
        Object.assign(this.state, {period, part: false, userId: false});
        return this.goTo(date);
    }

    goTo(date) {
        this.state.date = date === this.state.day.today ? false : date;
        this.state.selected = {};
        return this.attempt(() => this.load());
    }

    choose(line, part) {
        if (this.isWeek) {
            return this.openWeek(line, part);
        }
        const isChosen = this.isChosen(line, part);
        this.state.userId = isChosen ? false : line.id;
        this.state.part = isChosen ? false : part;
        this.state.selected = {};
        return this.attempt(() => this.load());
    }

    /** The rows of the week that a number counts. */
    openWeek(line, part) {
        const {first, last} = this.state.day;
        const domain = [
            ["date", ">=", first],
            ["date", "<=", last],
            ...(OF_WEEK[part] || [["result", "=", part]]),
        ];
        if (line.id) {
            domain.push(["user_id", "=", line.id]);
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: `${this.title} — ${line.name}`,
            res_model: "sales.activity.report",
            views: [
                [false, "list"],
                [false, "pivot"],
            ],
            domain,
        });
    }

    close() {
        const {userId, part} = this.state;
        this.state.part = false;
        this.state.selected = {};
        this.state.day.tasks = false;
        this.root.el.querySelector(`[data-user="${userId}"] [data-part="${part}"]`)?.focus();
    }

    get tasksTitle() {
        const {part, userId, day} = this.state;
        const {label} = [...FIGURES, ...STATUSES].find(({name}) => name === part);
        const manager = day.managers.find(({id}) => id === userId);
        return `${label} — ${manager ? manager.name : _t("All managers")}`;
    }

    get selectable() {
        return (this.state.day.tasks || []).filter(({selectable}) => selectable);
    }

    get selectedIds() {
        return this.selectable.filter(({key}) => this.state.selected[key]).map(({id}) => id);
    }

    toggle(keys, isSelected) {
        for (const key of keys) {
            if (isSelected) {
                this.state.selected[key] = true;
            } else {
                delete this.state.selected[key];
            }
        }
    }

    // ---------------------------------------------------------------------------------------------
    // Work
    // ---------------------------------------------------------------------------------------------

    /** Do what may be refused; the refusal is shown, and what was selected stays. */
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

    /**
     * @param {string} method of mail.activity, for many
     * @param {any[]} args
     * @param {Function} tell number of tasks -> what was done with them
     * @returns {Promise<boolean>} whether it was done
     */
    async process(method, args, tell) {
        if (this.state.busy || !this.selectedIds.length) {
            return false;
        }
        this.state.busy = true;
        try {
            return await this.attempt(async () => {
                const {done, skipped} = await this.orm.call("mail.activity", method, [
                    this.selectedIds,
                    ...args,
                ]);
                this.notification.add(tell(done), {type: "success"});
                if (skipped) {
                    this.notification.add(_t("Left as they were: %s", skipped), {type: "warning"});
                }
                this.state.selected = {};
                await this.load();
            });
        } finally {
            this.state.busy = false;
        }
    }

    /** Where he may not see a client, a dialog asks what becomes of the client. */
    async reassign(manager) {
        let isHidden = false;
        const isAsked = await this.attempt(async () => {
            isHidden = await this.orm.call("mail.activity", "sales_bulk_hidden", [
                this.selectedIds,
                manager.id,
            ]);
        });
        if (!isAsked) {
            return false;
        }
        if (isHidden) {
            const dialog = await this.orm.call("mail.activity", "action_sales_bulk", [
                this.selectedIds,
                "reassign",
                manager.id,
            ]);
            await this.action.doAction(dialog, {onClose: () => this.load()});
            return true;
        }
        return this.process("sales_bulk_reassign", [manager.id], (count) =>
            _t("Given to %(manager)s: %(count)s", {manager: manager.name, count})
        );
    }

    /** To a day, at an hour where each manager is; without one each task keeps its own. */
    move(date, hour) {
        return this.process("sales_bulk_move", [date, hour], (count) =>
            _t("Moved to %(date)s: %(count)s", {date: formatWeekday(date), count})
        );
    }

    cancel(reason) {
        return this.process("sales_bulk_cancel", [reason], (count) => _t("Cancelled: %s", count));
    }

    /** One more task for a manager. */
    async plan(manager) {
        await this.action.doAction("sales_crm.mail_activity_action_plan", {
            additionalContext: {
                default_res_model: "res.partner",
                default_user_id: manager.id,
                default_date_deadline: this.state.day.date,
            },
            onClose: () => this.load(),
        });
    }

    openClient({client}) {
        return this.action.doAction("sales_crm.res_partner_action_clients", {
            viewType: "form",
            props: {resId: client.id},
        });
    }

    openDesk() {
        this.action.doAction("sales_crm.sales_desk_action");
    }

    openReport() {
        return this.action.doAction("sales_crm.sales_activity_report_action");
    }
}

registry.category("actions").add("sales_crm.team_day", TeamDay);
