import {Component, onMounted, onPatched, onWillStart, useRef, useState} from "@odoo/owl";
import {getCurrency} from "@web/core/currency";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {formatFloat} from "@web/views/fields/formatters";
import {parseFloat} from "@web/views/fields/parsers";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const FIGURES = [
    {name: "amount", label: _t("Sales")},
    {name: "new_clients", label: _t("New Clients")},
    {name: "visits", label: _t("Visits")},
];
const STATES = {
    good: _t("the target is reached"),
    near: _t("80 % of the target or more"),
    bad: _t("less than 80 % of the target"),
};

/** A year of targets, with the facts of the months that have begun under them. */
export class TargetGrid extends Component {
    static template = "sales_crm.TargetGrid";
    static components = {Layout};
    static props = {...standardActionServiceProps};
    static path = "targets";
    static displayName = _t("Sales Targets");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        this.figures = FIGURES;
        this.state = useState({
            grid: null,
            year: this.props.action.params?.year || false,
            figure: "amount",
            ...this.props.state?.targetGrid,
        });
        useSetupAction({
            rootRef: this.root,
            getLocalState: () => ({
                targetGrid: {year: this.state.year, figure: this.state.figure},
            }),
        });
        onWillStart(() => this.load());
        this.shown = false;
        onMounted(() => this.showMonth());
        onPatched(() => this.showMonth());
    }

    async load() {
        const {year, figure} = this.state;
        const call = this.orm.call("sales.target", "get_grid", [], {year, figure});
        this.state.grid = await this.keepLast.add(call);
        this.state.year = this.state.grid.year;
    }

    /** Where there isn't room for a year, it is looked at from the current month on. */
    showMonth() {
        const {grid} = this.state;
        if (this.shown === grid.year) {
            return;
        }
        this.shown = grid.year;
        const scroller = this.root.el?.querySelector(".o_sales_target_scroll");
        const [name, now] = ["th.o_sales_target_name", "th.o_sales_target_now"].map((one) =>
            scroller?.querySelector(one)
        );
        if (now) {
            scroller.scrollLeft = Math.max(now.offsetLeft - name.offsetWidth - now.offsetWidth, 0);
        }
    }

    // ---------------------------------------------------------------------------------------------
    // What is shown
    // ---------------------------------------------------------------------------------------------

    get title() {
        return _t("Sales Targets of %(year)s", {year: this.state.grid.year});
    }

    get isMoney() {
        return this.state.figure === "amount";
    }

    get subtitle() {
        const {company, measure, currency_id: currency} = this.state.grid;
        const unit = this.isMoney && [measure, getCurrency(currency)?.symbol];
        return [company, ...(unit || [])].filter(Boolean).join(" · ");
    }

    get managers() {
        return this.state.grid.rows.filter((row) => row.kind === "user");
    }

    /** What the managers come to together, to be compared with the rows above. */
    get together() {
        return {
            cells: this.state.grid.months.map((_month, number) =>
                this.addUp(this.managers.map((row) => row.cells[number]))
            ),
        };
    }

    addUp(cells) {
        const sum = (name) => {
            const known = cells.map((cell) => cell[name]).filter((value) => value !== null);
            return known.length ? known.reduce((total, value) => total + value, 0) : null;
        };
        return {value: sum("value"), fact: sum("fact")};
    }

    total(row) {
        return this.addUp(row.cells);
    }

    format(value) {
        if (value === null || value === undefined) {
            return "";
        }
        const digits = Number.isInteger(value) ? 0 : 2;
        return formatFloat(value, {digits: [16, digits]});
    }

    formatFact(value) {
        return value === null ? "" : formatFloat(Math.round(value), {digits: [16, 0]});
    }

    describe(row, month, cell) {
        const state = STATES[cell.state];
        return [row.name, month.name, state].filter(Boolean).join(", ");
    }

    // ---------------------------------------------------------------------------------------------
    // Another year, other figures, other screens
    // ---------------------------------------------------------------------------------------------

    step(years) {
        this.state.year = this.state.grid.year + years;
        return this.load();
    }

    showYear(year) {
        this.state.year = year;
        return this.load();
    }

    showFigure(figure) {
        this.state.figure = figure;
        return this.load();
    }

    copyLastYear() {
        return this.action.doAction("sales_crm.sales_target_copy_action", {
            additionalContext: {default_year: this.state.grid.year},
        });
    }

    openList() {
        return this.action.doAction("sales_crm.sales_target_action");
    }

    // ---------------------------------------------------------------------------------------------
    // Entering
    // ---------------------------------------------------------------------------------------------

    async onChange(row, number, ev) {
        const cell = row.cells[number];
        const input = ev.target;
        let value = false;
        try {
            value = input.value.trim() ? parseFloat(input.value) : false;
        } catch {
            this.refuse(input, cell, _t("“%s” is no number.", input.value));
            return;
        }
        if (value < 0) {
            this.refuse(input, cell, _t("A target is a number, 0 or more."));
            return;
        }
        if ((value || 0) === (cell.value || 0)) {
            input.value = this.format(cell.value);
            return;
        }
        try {
            const kept = await this.orm.call("sales.target", "set_grid", [], {
                month: this.state.grid.months[number].date,
                figure: this.state.figure,
                value,
                user_id: row.kind === "user" && row.id,
                team_id: row.kind === "team" && row.id,
            });
            cell.value = kept;
            input.value = this.format(kept);
        } catch (error) {
            input.value = this.format(cell.value);
            throw error;
        }
        // The colour of the fact is the server's to say
        await this.load();
    }

    refuse(input, cell, message) {
        this.notification.add(message, {type: "danger"});
        input.value = this.format(cell.value);
    }

    onFocus(ev) {
        ev.target.select();
    }

    /** Enter and the arrows go to the next cell, as in a sheet; Escape takes back what was typed. */
    onKeydown(rowNumber, number, ev) {
        const {key, target: input} = ev;
        const atStart = input.selectionStart === 0;
        const atEnd = input.selectionEnd === input.value.length;
        const isWhole = atStart && atEnd;
        const steps = {
            Enter: [ev.shiftKey ? -1 : 1, 0],
            ArrowDown: [1, 0],
            ArrowUp: [-1, 0],
            ArrowLeft: (isWhole || atStart) && [0, -1],
            ArrowRight: (isWhole || atEnd) && [0, 1],
        };
        if (key === "Escape") {
            input.value = this.format(this.state.grid.rows[rowNumber].cells[number].value);
            input.select();
        } else if (steps[key]) {
            const [down, right] = steps[key];
            ev.preventDefault();
            this.focusCell(rowNumber + down, number + right, input);
        }
    }

    focusCell(rowNumber, number, from) {
        const next = this.root.el.querySelector(`input[data-row="${rowNumber}"][data-month="${number}"]`);
        // Leaving the cell saves it, also where there is nowhere to go
        if (next) {
            next.focus();
        } else {
            from.blur();
            from.focus();
        }
    }
}

registry.category("actions").add("sales_crm.target_grid", TargetGrid);
