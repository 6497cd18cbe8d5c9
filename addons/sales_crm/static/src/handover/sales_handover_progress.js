import {SalesImportProgress} from "../intake/sales_import_progress";
import {_t} from "@web/core/l10n/translation";
import {progressBarField} from "@web/views/fields/progress_bar/progress_bar_field";
import {registry} from "@web/core/registry";

/**
 * Progress of a hand-over in the background.
 */
export class SalesHandoverProgress extends SalesImportProgress {
    static busyStates = ["running", "undoing"];
}

registry.category("fields").add("sales_handover_progress", {
    ...progressBarField,
    component: SalesHandoverProgress,
    displayName: _t("Progress of a hand-over"),
});
