import {onWillUnmount, useEffect} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {ProgressBarField, progressBarField} from "@web/views/fields/progress_bar/progress_bar_field";
import {registry} from "@web/core/registry";

const REFRESH_MS = 2000;

/**
 * Progress of work in the background: the form is read again until the work is over.
 */
export class SalesImportProgress extends ProgressBarField {
    /** States in which the work goes on. */
    static busyStates = ["analysing", "importing"];
    setup() {
        super.setup();
        this.timer = null;
        useEffect(
            (state) => {
                this.stop();
                if (this.isBusy(state)) {
                    this.schedule();
                }
            },
            () => [this.props.record.data.state]
        );
        onWillUnmount(() => this.stop());
    }
    isBusy(state) {
        return this.constructor.busyStates.includes(state);
    }
    schedule() {
        this.timer = setTimeout(async () => {
            const {record} = this.props;
            if (!(await record.isDirty())) {
                await record.load();
            }
            if (this.timer && this.isBusy(record.data.state)) {
                this.schedule();
            }
        }, REFRESH_MS);
    }
    stop() {
        clearTimeout(this.timer);
        this.timer = null;
    }
}

registry.category("fields").add("sales_import_progress", {
    ...progressBarField,
    component: SalesImportProgress,
    displayName: _t("Progress of an import"),
});
