import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {moneyWord, visitWord} from "./client_word";
import {FinishPanel} from "./finish_panel";
import {QuickDates} from "./quick_dates";
import {VisitLine} from "./visit_line";
import {formatShortDate, formatTime, formatWeekday, isPast} from "./day_format";
import {useInSight} from "./in_sight";

/** One activity of the day: one line, and the panel that is open under it. */
export class MyDayRow extends Component {
    static template = "sales_crm.MyDayRow";
    static components = {FinishPanel, QuickDates, VisitLine};
    static props = {
        row: Object,
        day: Object,
        /** Which panel is open: "finish", "move" or none */
        panel: {type: String, optional: true},
        draft: {type: Object, optional: true},
        busy: Boolean,
        /** Whether the row before it is about the same client */
        isBeside: {type: Boolean, optional: true},
        visits: Object,
        metres: {type: [Number, {value: false}], optional: true},
        onToggle: Function,
        onFinish: Function,
        onMove: Function,
        onCancel: Function,
        onPromise: Function,
        onReopen: Function,
        onOpenClient: Function,
        onOpenDocument: Function,
    };

    setup() {
        // What opens under the row is seen without scrolling
        useInSight("root", () => [this.props.panel, this.props.draft?.next_date]);
    }

    get time() {
        const {row, day} = this.props;
        const moment = this.isClosed ? row.datetime_done : row.datetime_planned;
        return moment ? formatTime(moment, day.timezone) : "";
    }

    get isDone() {
        return this.props.row.section === "done";
    }

    /** Moved or cancelled today: the row tells where it went, there is nothing to do about it here. */
    get isGone() {
        return this.props.row.section === "gone";
    }

    get isClosed() {
        return this.isDone || this.isGone;
    }

    /** Where it went, or why it was cancelled. */
    get gone() {
        const {state, date, reason} = this.props.row.gone;
        if (state === "cancelled") {
            return reason ? _t("cancelled: %s", reason) : _t("cancelled");
        }
        return _t("moved to %s", formatWeekday(date));
    }

    get money() {
        return !this.isClosed && !this.props.isBeside && moneyWord(this.props.row.money);
    }

    get nextVisit() {
        return !this.isClosed && !this.props.isBeside && visitWord(this.props.row.next_visit);
    }

    get isLate() {
        const {datetime_planned} = this.props.row;
        return !this.isClosed && datetime_planned && isPast(datetime_planned);
    }

    get title() {
        return this.props.row.summary || this.props.row.type.name;
    }

    get telephone() {
        return `tel:${this.props.row.phone.replace(/[^\d+*#,;]/g, "")}`;
    }

    get clientHref() {
        return `/odoo/clients/${this.props.row.client.id}`;
    }

    /** How the activity got here, for those that were not done on their day. */
    get carried() {
        const {row, day} = this.props;
        const planned = row.date_planned || row.date_deadline;
        if (this.isGone) {
            return "";
        }
        if (row.carry_count) {
            return _t("carried ×%(count)s, planned for %(date)s", {
                count: row.carry_count,
                date: formatShortDate(planned),
            });
        }
        if (!this.isDone && row.date_deadline < day.date) {
            return _t("late, planned for %(date)s", {date: formatShortDate(row.date_deadline)});
        }
        return "";
    }

    /** Whose work this was, where it was done by who covers for him. */
    get insteadOf() {
        const {instead_of} = this.props.row;
        return this.isDone && instead_of ? _t("for %s", instead_of) : "";
    }

    get moveNames() {
        return ["tomorrow", "in_2_days", "next_monday"];
    }

    /** A click with a key held, or the middle button, does what the browser does. */
    onClickClient(ev) {
        if (!ev.ctrlKey && !ev.metaKey && !ev.shiftKey) {
            ev.preventDefault();
            this.props.onOpenClient(this.props.row);
        }
    }
}
