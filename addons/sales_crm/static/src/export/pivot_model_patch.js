import {patch} from "@web/core/utils/patch";
import {PivotModel} from "@web/views/pivot/pivot_model";

// The log of exports says by which filter the table was made
patch(PivotModel.prototype, {
    exportData() {
        return {...super.exportData(...arguments), domain: this.searchParams.domain};
    },
});
