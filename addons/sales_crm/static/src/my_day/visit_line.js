import {Component} from "@odoo/owl";
import {isIOS, isMobileOS} from "@web/core/browser/feature_detection";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";
import {formatTime} from "./day_format";

/** Under a visit: the way there, and that the manager has arrived. */
export class VisitLine extends Component {
    static template = "sales_crm.VisitLine";
    static props = {
        row: Object,
        timezone: String,
        visits: Object,
        isDone: Boolean,
        /** From the stop before it on the route */
        metres: [Number, {value: false}],
    };

    get address() {
        const {address} = this.props.row.visit;
        return address ? [address.city, address.district, address.street].filter(Boolean).join(", ") : "";
    }

    /** @returns {string} what opens the phone's own application for maps; a desktop has none */
    get mapHref() {
        const {address} = this.props.row.visit;
        if (!isMobileOS() || !(address.map || address.point)) {
            return "";
        }
        const query = encodeURIComponent(address.map || address.point);
        return isIOS() ? `maps://?q=${query}` : `geo:${address.point || "0,0"}?q=${query}`;
    }

    get checkIn() {
        return this.props.row.visit.check_in;
    }

    get arrived() {
        const {datetime_in, distance, place} = this.checkIn;
        const time = formatTime(datetime_in, this.props.timezone);
        if (distance === false) {
            return place === "none" ? _t("%s, place not given", time) : time;
        }
        return distance < 1000
            ? _t("%(time)s, %(distance)s m from the address", {time, distance})
            : _t("%(time)s, %(distance)s km from the address", {time, distance: Math.round(distance / 1000)});
    }

    /** A visit that is done, and nobody saw where. */
    get isUnseen() {
        return this.props.isDone && !this.checkIn;
    }

    /** @returns {string} how far it is from the stop before, on the route */
    get way() {
        const {metres} = this.props;
        if (!metres || this.checkIn) {
            return "";
        }
        return metres < 1000
            ? _t("%s m on", metres)
            : _t("%s km on", formatFloat(metres / 1000, {digits: [0, metres < 10000 ? 1 : 0]}));
    }

    get canCheckIn() {
        return !this.checkIn && !this.props.isDone && this.props.visits.isOwnDay;
    }

    onChoosePhoto(ev) {
        const [file] = ev.target.files;
        ev.target.value = "";
        if (file) {
            this.props.visits.addPhoto(this.props.row, file);
        }
    }
}
