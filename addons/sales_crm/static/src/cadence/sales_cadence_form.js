import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {FormController} from "@web/views/form/form_controller";
import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/**
 * The form of regular work: its preview is shown before anything is saved, and a condition that is at work
 * already is asked about before it comes to fit very many clients.
 */
export class SalesCadenceFormController extends FormController {
    async beforeExecuteActionButton(clickParams) {
        const record = this.model.root;
        const isSaved = record.resId && !(await record.isDirty());
        if (clickParams.name !== "action_preview" || isSaved) {
            return super.beforeExecuteActionButton(clickParams);
        }
        const values = await record.getChanges();
        const action = await this.orm.call(
            record.resModel,
            "action_preview_unsaved",
            [record.resId ? [record.resId] : [], values],
            {context: record.context}
        );
        await this.actionService.doAction(action);
        return false;
    }

    async onWillSaveRecord(record, changes) {
        const answer = await super.onWillSaveRecord(...arguments);
        if (answer === false || !record.resId || !("client_domain" in changes || "scope" in changes)) {
            return answer;
        }
        const question = await this.orm.call(record.resModel, "question_before_save", [
            [record.resId],
            changes,
        ]);
        return question ? this.confirmed(question) : answer;
    }

    confirmed(question) {
        return new Promise((resolve) => {
            this.dialogService.add(
                ConfirmationDialog,
                {
                    title: _t("So many clients?"),
                    body: question,
                    confirmLabel: _t("Save"),
                    confirm: () => resolve(true),
                    cancel: () => resolve(false),
                },
                {onClose: () => resolve(false)}
            );
        });
    }
}

registry.category("views").add("sales_cadence_form", {
    ...formView,
    Controller: SalesCadenceFormController,
});
