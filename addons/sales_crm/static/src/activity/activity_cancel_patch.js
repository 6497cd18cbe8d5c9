import {Activity} from "@mail/core/web/activity";
import {ActivityListPopoverItem} from "@mail/core/web/activity_list_popover_item";
import {patch} from "@web/core/utils/patch";

/**
 * Core's Cancel deletes. A client's activity is cancelled with a reason instead, which the server
 * asks for; the meeting that it was tied to goes with it, as in core.
 *
 * @param {Object} services of the environment
 * @param {import("models").Activity} activity
 * @returns {Promise<boolean>} whether the activity is closed now
 */
async function cancelActivity({orm, action}, activity) {
    const meetingId = activity.calendar_event_id?.id;
    const dialog = await orm.call("mail.activity", "action_cancel", [[activity.id]]);
    if (dialog) {
        await new Promise((resolve) => action.doAction(dialog, {onClose: resolve}));
        if (await orm.searchCount("mail.activity", [["id", "=", activity.id]])) {
            return false;
        }
    }
    activity.remove();
    if (meetingId) {
        await orm.unlink("calendar.event", [meetingId]);
    }
    return true;
}

patch(Activity.prototype, {
    /** @override */
    async unlink() {
        const {activity, onActivityChanged} = this.props;
        const {thread} = this;
        await cancelActivity(this.env.services, activity);
        onActivityChanged(thread);
    },
});

patch(ActivityListPopoverItem.prototype, {
    /** @override */
    async unlink() {
        const {activity, onActivityChanged} = this.props;
        await cancelActivity(this.env.services, activity);
        onActivityChanged?.();
    },
});
