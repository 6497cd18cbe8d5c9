import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarController} from "@web/views/calendar/calendar_controller";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {calendarView} from "@web/views/calendar/calendar_view";
import {WorkCalendarModel} from "./work_calendar_model";
import {WorkCalendarPopover} from "./work_calendar_popover";

export class WorkCalendarController extends CalendarController {
    /** @override */
    get editRecordDefaultDisplayText() {
        return _t("Plan an Activity");
    }
}

export class WorkCalendarCommonRenderer extends CalendarCommonRenderer {
    static components = {...CalendarCommonRenderer.components, Popover: WorkCalendarPopover};
    static eventTemplate = "sales_crm.WorkCalendar.event";

    /** @override */
    get options() {
        return {...super.options, eventDurationEditable: false};
    }
}

export class WorkCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: WorkCalendarCommonRenderer,
        week: WorkCalendarCommonRenderer,
        month: WorkCalendarCommonRenderer,
    };
}

registry.category("views").add("sales_work_calendar", {
    ...calendarView,
    Controller: WorkCalendarController,
    Model: WorkCalendarModel,
    Renderer: WorkCalendarRenderer,
});
