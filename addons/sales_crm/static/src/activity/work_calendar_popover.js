import {useService} from "@web/core/utils/hooks";
import {serializeDate} from "@web/core/l10n/dates";
import {CalendarCommonPopover} from "@web/views/calendar/calendar_common/calendar_common_popover";

const {DateTime} = luxon;

/** What can be done with an activity without leaving the calendar. */
export class WorkCalendarPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        footer: "sales_crm.WorkCalendarPopover.footer",
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
    }

    /**
     * An activity has a beginning only; the hour in the calendar is there to be seen and dragged.
     *
     * @override
     */
    computeDateTimeAndDuration() {
        super.computeDateTimeAndDuration();
        this.time = this.time?.split(" - ")[0];
        this.timeDuration = null;
    }

    get activity() {
        return this.props.record.rawRecord;
    }

    /** The popover closes first: the dialog takes its place. */
    async finish() {
        const {activity, orm, action} = this;
        const {model, close} = this.props;
        const dialog = await orm.call("mail.activity", "action_sales_finish", [[activity.id]]);
        close();
        await action.doAction(dialog, {onClose: () => model.load()});
    }

    async moveToTomorrow() {
        const {model, close} = this.props;
        close();
        await model.move(this.activity.id, serializeDate(DateTime.local().plus({days: 1})));
    }

    openClient() {
        this.action.doAction("sales_crm.res_partner_action_clients", {
            viewType: "form",
            props: {resId: this.activity.client_id[0]},
        });
    }
}
