import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {patch} from "@web/core/utils/patch";

/**
 * "Done" in the chatter, in the list of the clock and on kanban cards: after the last activity with a client
 * the dialog of My Day asks what comes next, with what was typed here.
 */
patch(ActivityMarkAsDone.prototype, {
    /** @override */
    async onClickDone() {
        const {activity, close, onActivityChanged} = this.props;
        const {action, orm, "mail.store": store} = this.env.services;
        const dialog = await orm.call("mail.activity", "action_finish_last", [[activity.id]], {
            feedback: activity.feedback || "",
        });
        if (!dialog) {
            return super.onClickDone();
        }
        const {id, res_id, res_model} = activity;
        close?.();
        await new Promise((resolve) => action.doAction(dialog, {onClose: resolve}));
        if (await orm.searchCount("mail.activity", [["id", "=", id]])) {
            return; // thought better of it
        }
        const thread = store.Thread.insert({model: res_model, id: res_id});
        activity.remove();
        onActivityChanged(thread);
        await thread.fetchNewMessages();
    },
});
