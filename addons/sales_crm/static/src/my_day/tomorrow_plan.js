import {Component, useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {formatShortDate, formatWeekday} from "./day_format";
import {useInSight} from "./in_sight";

/** At the day's end: what is planned for tomorrow, and the clients without a next step, planned in one pass. */
export class TomorrowPlan extends Component {
    static template = "sales_crm.TomorrowPlan";
    static props = {
        /** As the server has it: date, planned, clients, type_id */
        tomorrow: Object,
        day: Object,
        /** Does what may be refused; the refusal is shown */
        attempt: Function,
        /** Called with the number of clients for whom something was planned */
        onPlanned: Function,
    };

    setup() {
        this.orm = useService("orm");
        const typeId = this.props.tomorrow.type_id || this.types[0]?.id;
        this.state = useState({clients: [], isOpen: false, isBusy: false, typeId});
        useInSight("root", () => [this.state.isOpen]);
    }

    get title() {
        return formatWeekday(this.props.tomorrow.date);
    }

    get types() {
        return this.props.day.types.filter(({model}) => !model || model === "res.partner");
    }

    get chosen() {
        return this.state.clients.filter(({isChosen}) => isChosen);
    }

    getAbout({city, last_contact_date}) {
        return [city, last_contact_date && formatShortDate(last_contact_date)].filter(Boolean).join(" · ");
    }

    async toggle() {
        if (this.state.isOpen) {
            this.state.isOpen = false;
            return;
        }
        await this.props.attempt(async () => {
            const clients = await this.orm.call("sales.my.day", "get_clients_to_plan", []);
            const {typeId} = this.state;
            this.state.clients = clients.map((client) => ({
                ...client,
                isChosen: true,
                typeId,
                summary: "",
            }));
            this.state.isOpen = true;
        });
    }

    /** One choice for all that are ticked. */
    setAll(name, value) {
        for (const client of this.chosen) {
            client[name] = value;
        }
    }

    setAllType(ev) {
        this.state.typeId = Number(ev.target.value);
        this.setAll("typeId", this.state.typeId);
    }

    chooseAll(ev) {
        for (const client of this.state.clients) {
            client.isChosen = ev.target.checked;
        }
    }

    async plan() {
        if (this.state.isBusy || !this.chosen.length) {
            return;
        }
        this.state.isBusy = true;
        try {
            const steps = this.chosen.map(({id, date, typeId, summary}) => ({
                client_id: id,
                date: date || false,
                activity_type_id: typeId,
                summary,
            }));
            await this.props.attempt(async () => {
                const count = await this.orm.call("sales.my.day", "plan_next_steps", [steps]);
                this.state.isOpen = false;
                await this.props.onPlanned(count);
            });
        } finally {
            this.state.isBusy = false;
        }
    }
}
