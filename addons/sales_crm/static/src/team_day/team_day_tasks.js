import {Component, useRef, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {formatShortDate} from "../my_day/day_format";
import {QuickDates} from "../my_day/quick_dates";

const LABELS = {
    done: _t("Done"),
    done_late: _t("Done later"),
    unplanned: _t("Beside the plan"),
    open: _t("To do"),
    late: _t("Late"),
    carried: _t("Carried over"),
    moved: _t("Moved by hand"),
    reassigned: _t("Given to somebody else"),
    cancelled: _t("Cancelled"),
};

/** The tasks behind a number, and what a head does with those that he selects. */
export class TeamDayTasks extends Component {
    static template = "sales_crm.TeamDayTasks";
    static components = {Dropdown, DropdownItem, QuickDates};
    static props = {
        title: String,
        tasks: Array,
        managers: Array,
        dates: Object,
        today: String,
        /** Key of a task -> true */
        selected: Object,
        busy: Boolean,
        onToggle: Function,
        onReassign: Function,
        onMove: Function,
        onCancel: Function,
        onOpenClient: Function,
        onClose: Function,
    };

    setup() {
        this.root = useRef("root");
        this.labels = LABELS;
        this.state = useState({panel: "", reason: "", time: ""});
        this.moveNames = ["tomorrow", "in_2_days", "next_monday"];
    }

    get selectable() {
        return this.props.tasks.filter(({selectable}) => selectable);
    }

    get count() {
        return this.selectable.filter(({key}) => this.props.selected[key]).length;
    }

    get isAll() {
        return Boolean(this.count) && this.count === this.selectable.length;
    }

    toggleAll() {
        const isSelected = !this.isAll;
        this.props.onToggle(
            this.selectable.map(({key}) => key),
            isSelected
        );
    }

    togglePanel(name) {
        this.state.panel = this.state.panel === name ? "" : name;
    }

    about(task) {
        return task.summary || task.type.name;
    }

    /** How the task got here, or where it went. */
    note(task) {
        const notes = [];
        if (task.carry_count) {
            notes.push(_t("carried ×%s", task.carry_count));
        }
        if (!task.planned && task.status !== "unplanned") {
            notes.push(_t("added after the plan"));
        }
        if (task.now_with) {
            notes.push(_t("now with %s", task.now_with));
        } else if (task.status === "moved") {
            notes.push(_t("to %s", formatShortDate(task.date_deadline)));
        }
        if (task.result) {
            notes.push(task.result);
        }
        return notes.join(" · ");
    }

    async move(date) {
        if (await this.props.onMove(date, this.state.time || false)) {
            this.state.panel = "";
            this.state.time = "";
        }
    }

    async cancel() {
        const reason = this.state.reason.trim();
        if (reason && (await this.props.onCancel(reason))) {
            this.state.panel = "";
            this.state.reason = "";
        }
    }

    /** Arrows (or j, k) go through the tasks, Escape closes what is open. */
    onKeydown(ev) {
        if (ev.ctrlKey || ev.altKey || ev.metaKey) {
            return;
        }
        if (ev.key === "Escape") {
            ev.preventDefault();
            if (this.state.panel) {
                this.state.panel = "";
            } else {
                this.props.onClose();
            }
            return;
        }
        const row = ev.target.closest(".o_sales_task");
        const step = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1}[ev.key];
        if (row && step) {
            ev.preventDefault();
            const rows = [...this.root.el.querySelectorAll(".o_sales_task:has(input)")];
            rows[rows.indexOf(row) + step]?.querySelector("input").focus();
        }
    }
}
