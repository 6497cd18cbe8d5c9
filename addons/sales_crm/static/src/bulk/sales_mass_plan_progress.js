import {SalesImportProgress} from "../intake/sales_import_progress";
import {_t} from "@web/core/l10n/translation";
import {progressBarField} from "@web/views/fields/progress_bar/progress_bar_field";
import {registry} from "@web/core/registry";

/**
 * Progress of a mass planning in the background.
 */
export class SalesMassPlanProgress extends SalesImportProgress {
    static busyStates = ["running"];
}

registry.category("fields").add("sales_mass_plan_progress", {
    ...progressBarField,
    component: SalesMassPlanProgress,
    displayName: _t("Progress of a mass planning"),
});
