import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {QuickDates} from "./quick_dates";

/** Asks what came of an activity and what comes next, in one place. */
export class FinishPanel extends Component {
    static template = "sales_crm.FinishPanel";
    static components = {QuickDates};
    static props = {
        row: Object,
        day: Object,
        /** What was entered so far; it outlives the panel, so that nothing typed is lost */
        draft: Object,
        onDone: Function,
        onClose: Function,
    };

    setup() {
        this.draft = useState(this.props.draft);
        const root = useRef("root");
        useEffect(
            (el) => el?.querySelector("button")?.focus(),
            () => [root.el]
        );
    }

    get outcomes() {
        return this.props.day.outcomes.filter(
            ({type_ids}) => !type_ids.length || type_ids.includes(this.props.row.type.id)
        );
    }

    get types() {
        const {row, day} = this.props;
        return day.types.filter(({id, model}) => !model || model === row.res_model || id === row.type.id);
    }

    get nextDateNames() {
        return ["tomorrow", "in_3_workdays", "next_week"];
    }

    toggleOutcome(id) {
        this.draft.outcome_id = this.draft.outcome_id === id ? false : id;
    }

    selectDate(date) {
        this.draft.next_date = date;
        if (date) {
            this.draft.no_further = false;
        }
    }

    /** The way out of a next step: nothing comes after this activity. */
    toggleNoFurther() {
        this.draft.no_further = !this.draft.no_further;
        if (this.draft.no_further) {
            this.draft.next_date = false;
        }
    }

    /** Whether the type asks for an outcome that is not chosen yet. */
    get isOutcomeMissing() {
        const {type} = this.props.row;
        return type.outcome_required && Boolean(this.outcomes.length) && !this.draft.outcome_id;
    }

    /** Whether an outcome is missing, or the client would be left without a next step where the company wants one. */
    get isIncomplete() {
        const {row, day} = this.props;
        const {next_date, no_further, no_further_reason} = this.draft;
        if (this.isOutcomeMissing) {
            return true;
        }
        const isSaid = next_date || (no_further && no_further_reason.trim());
        return !isSaid && ((day.next_step_required && row.is_last) || no_further);
    }

    submit() {
        if (!this.isIncomplete) {
            this.props.onDone();
        }
    }

    /** Ctrl+Enter finishes from anywhere in the panel. */
    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.submit();
        }
    }
}
