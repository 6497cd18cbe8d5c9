import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

/** Milliseconds that the browser has to find out where it is */
const LOCATE = 10000;
/** Photos are made smaller before they are sent: a phone's network is slow */
const PHOTO_SIZE = 1920;
const PHOTO_QUALITY = 0.8;

/**
 * @returns {Promise<Object|false>} where the browser is; false if the user or the browser does not tell
 */
function locate() {
    return new Promise((resolve) => {
        if (!browser.navigator.geolocation) {
            return resolve(false);
        }
        browser.navigator.geolocation.getCurrentPosition(
            ({coords: {latitude, longitude, accuracy}}) => resolve({latitude, longitude, accuracy}),
            () => resolve(false),
            {enableHighAccuracy: true, maximumAge: 60000, timeout: LOCATE}
        );
    });
}

/**
 * @param {Blob} file a picture in any format that the browser knows
 * @returns {Promise<string>} a JPEG in base64, not larger than needed
 */
async function shrink(file) {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, PHOTO_SIZE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", PHOTO_QUALITY).split(",")[1];
}

/** The visits of a day: the order of the way, the arrival, the photos. */
class DayVisits {
    constructor(screen) {
        this.screen = screen;
    }

    get isOwnDay() {
        return this.screen.isOwnDay;
    }

    /** Open visits, of covered colleagues as well. */
    get rows() {
        const {rows, covers} = this.screen.state.day;
        return [...rows, ...covers.flatMap((cover) => cover.rows)].filter((row) => row.visit);
    }

    /**
     * A section for each city, in the order of the way. What is not on it yet, as the answer of the server is still
     * awaited, stands at its end.
     */
    get sections() {
        const order = new Map(this.screen.state.route.stops.map(({id}, index) => [id, index]));
        const place = ({id}) => order.get(id) ?? order.size;
        const sections = [];
        for (const row of [...this.rows].sort((a, b) => place(a) - place(b))) {
            const title = row.visit.address?.city || _t("No address");
            if (sections.at(-1)?.title !== title) {
                sections.push({name: `route_${sections.length}`, title, rows: []});
            }
            sections.at(-1).rows.push(row);
        }
        return sections;
    }

    /** @returns {number|false} metres from the stop before this one; false off the route */
    getMetres(id) {
        const {isRoute, state} = this.screen;
        return isRoute ? (state.route.stops.find((stop) => stop.id === id)?.metres ?? false) : false;
    }

    /** Ask for the order of the way; it is needed only where the route is looked at. */
    async load() {
        const {state, orm, isRoute} = this.screen;
        if (isRoute && this.rows.length) {
            const {user, date} = state.day;
            state.route = await orm.call("sales.my.day", "get_route", [user.id, date]);
        }
    }

    openMap() {
        browser.open(this.screen.state.route.map, "_blank", "noopener");
    }

    async checkIn(row) {
        const {screen} = this;
        if (screen.state.busy[row.id]) {
            return;
        }
        screen.state.busy[row.id] = true;
        try {
            const place = await locate();
            await screen.attempt(async () => {
                row.visit.check_in = await screen.orm.call("sales.visit", "check_in", [row.id, place]);
                screen.notify(
                    place ? _t("Checked in") : _t("Checked in without the place: the phone did not tell it")
                );
            });
        } finally {
            delete screen.state.busy[row.id];
        }
    }

    async addPhoto(row, file) {
        const {screen} = this;
        let photo = "";
        try {
            photo = await shrink(file);
        } catch {
            return screen.notification.add(_t("This file is not a photo."), {type: "danger"});
        }
        const {id} = row.visit.check_in;
        await screen.attempt(async () => {
            row.visit.check_in = await screen.orm.call("sales.visit", "add_photo", [[id], photo]);
            screen.notify(_t("Photo saved"));
        });
    }

    openClientsDue() {
        return this.screen.action.doAction("sales_crm.res_partner_action_clients", {
            additionalContext: {search_default_visit_due: 1, search_default_visit_week: 1},
        });
    }

    print() {
        const report = "sales_crm.report_sales_route";
        browser.open(`/report/html/${report}/${this.screen.state.day.user.id}`, "_blank");
    }
}

export function useDayVisits(screen) {
    return new DayVisits(screen);
}
