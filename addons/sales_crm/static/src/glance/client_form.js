import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/** A card that the user may not change can't be typed in, rather than fail when it is saved. */
export class ClientFormController extends FormController {
    get modelParams() {
        const params = super.modelParams;
        return {
            ...params,
            hooks: {...params.hooks, onRootLoaded: this.onRootLoaded.bind(this)},
        };
    }

    onRootLoaded(root) {
        const isReadonly = this.props.readonly || (root.resId && root.data.sales_may_write === false);
        const mode = isReadonly ? "readonly" : "edit";
        if (root.config.mode !== mode) {
            root._switchMode(mode);
        }
    }
}

registry.category("views").add("sales_client_form", {
    ...formView,
    Controller: ClientFormController,
});
