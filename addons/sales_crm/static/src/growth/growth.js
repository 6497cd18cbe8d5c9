import {Component, onWillStart, useRef, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {formatCurrency} from "@web/core/currency";
import {deserializeDate, formatDate, serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {GrowthClients} from "./growth_clients";
import {forget, recall, remember} from "./growth_memory";
import {periodOf, stepOf} from "./growth_period";
import {Waterfall} from "./waterfall";

const KINDS = [
    {name: "month", label: _t("Month")},
    {name: "quarter", label: _t("Quarter")},
    {name: "year", label: _t("Year")},
    {name: "own", label: _t("Own dates")},
];
const PARTS = [
    {name: "new", label: _t("New"), title: _t("Bought for the first time ever")},
    {
        name: "won_back",
        label: _t("Came back"),
        title: _t("Bought before, but not in the period a year before"),
    },
    {name: "lost", label: _t("Gone"), title: _t("Bought a year before, and not now")},
    {name: "grown", label: _t("Grown"), title: _t("Bought in both periods, now as much or more")},
    {name: "shrunk", label: _t("Shrunk"), title: _t("Bought in both periods, now less")},
    {name: "other", label: _t("Other"), title: _t("Credit notes alone, or without a client")},
];
const EFFECTS = [
    {name: "price", label: _t("Price"), title: _t("The same goods at other prices")},
    {name: "quantity", label: _t("Quantity"), title: _t("More or less of everything")},
    {name: "mix", label: _t("Mix"), title: _t("Other goods, or other shares of them")},
    {name: "rest", label: _t("Other lines"), title: _t("Lines without a product or a quantity")},
];
/** Shown only where there is something in them */
const SELDOM = ["other", "rest"];
/** Pixels of the list that are to be seen after a click on a bar */
const LIST_SHOWS = 150;
const LIST = {bar: "all", order: "-size"};

/** A period against the year before: which clients, and which prices, quantities and goods made the difference. */
export class Growth extends Component {
    static template = "sales_crm.Growth";
    static components = {GrowthClients, Layout, Waterfall};
    static props = {...standardActionServiceProps};
    static path = "growth";
    static displayName = _t("Where Growth Comes From");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.keepLastList = new KeepLast();
        this.root = useRef("root");
        this.kinds = KINDS;
        const today = serializeDate(luxon.DateTime.now());
        const remembered = recall();
        this.state = useState({
            ...remembered,
            ...(remembered.kind === "own" && remembered.first
                ? {}
                : periodOf(remembered.kind === "own" ? "year" : remembered.kind, today, today)),
            group: null,
            ...LIST,
            ...this.props.state?.growth,
            data: null,
            list: null,
        });
        useSetupAction({
            rootRef: this.root,
            getLocalState: () => {
                const {kind, first, last, groupBy, measure, group, bar, order} = this.state;
                return {growth: {kind, first, last, groupBy, measure, group, bar, order}};
            },
        });
        onWillStart(() => this.start());
    }

    // ---------------------------------------------------------------------------------------------
    // Asking the server
    // ---------------------------------------------------------------------------------------------

    /** What was remembered may be refused, after an update; then the screen begins anew. */
    async start() {
        try {
            await this.load();
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            forget();
            const today = serializeDate(luxon.DateTime.now());
            Object.assign(this.state, recall(), periodOf("year", today, today), {group: null, ...LIST});
            await this.load();
        }
    }

    get options() {
        const {first, last, groupBy, measure} = this.state;
        return {date_from: first, date_to: last, group_by: groupBy, measure};
    }

    async load() {
        const call = this.orm.call("sales.growth", "get_growth", [], this.options);
        this.state.data = await this.keepLast.add(call);
        const {date_from: first, date_to: last} = this.state.data.options;
        Object.assign(this.state, {first, last});
        if (!this.chosenGroup) {
            this.state.group = null;
        }
        remember(this.state);
        await this.loadList();
    }

    async loadList(offset = 0) {
        if (this.isEmpty) {
            this.state.list = null;
            return;
        }
        const {bar, group, order} = this.state;
        const call = this.orm.call("sales.growth", "get_clients", [bar], {
            ...this.options,
            group,
            order,
            offset,
        });
        const list = await this.keepLastList.add(call);
        if (offset) {
            list.clients = [...this.state.list.clients, ...list.clients];
            list.count = list.count || this.state.list.count;
            list.amount = this.state.list.amount;
        }
        this.state.list = list;
    }

    /** Change what is looked at; what is refused is said, and all stays as it was. */
    async change(values, load = () => this.load()) {
        const before = Object.fromEntries(Object.keys(values).map((name) => [name, this.state[name]]));
        Object.assign(this.state, values);
        try {
            await load();
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            Object.assign(this.state, before);
            this.notification.add(error.data?.message || error.message, {type: "danger"});
        }
    }

    // ---------------------------------------------------------------------------------------------
    // The period
    // ---------------------------------------------------------------------------------------------

    setKind(kind) {
        const {data, last} = this.state;
        const days = kind === "own" ? {} : periodOf(kind, last < data.today ? last : data.today, data.today);
        return this.change({kind, ...days});
    }

    setDay(name, ev) {
        const {value} = ev.target;
        if (!value) {
            ev.target.value = this.state[name];
            return;
        }
        return this.change({[name]: value, kind: "own"}).then(() => {
            ev.target.value = this.state[name];
        });
    }

    step(number) {
        return this.change(stepOf(this.state, number, this.state.data.today));
    }

    get hasNext() {
        return stepOf(this.state, 1, this.state.data.today).first <= this.state.data.today;
    }

    span(first, last) {
        const [from, to] = [first, last].map((day) => formatDate(deserializeDate(day)));
        return from === to ? from : `${from} – ${to}`;
    }

    get title() {
        const {first, last, data} = this.state;
        return _t("%(period)s against %(before)s", {
            period: this.span(first, last),
            before: this.span(data.last_from, data.last_to),
        });
    }

    get addedUp() {
        const {companies} = this.state.data;
        return companies.length > 1 ? _t("Added up: %s", companies.join(", ")) : "";
    }

    get leftOut() {
        const {left_out: others} = this.state.data;
        const names = others.join(", ");
        return names
            ? _t(
                  "Left out, as the books are kept in another currency: %s. Choose it alone to see its growth.",
                  names
              )
            : "";
    }

    get emptyReason() {
        const {measure, data} = this.state;
        const [, name] = data.choices.measure.find(([value]) => value === measure);
        return _t("%(measure)s: nothing for the clients that you see, %(title)s.", {
            measure: name,
            title: this.title,
        });
    }

    setGroupBy(groupBy) {
        return this.change({groupBy, group: null});
    }

    // ---------------------------------------------------------------------------------------------
    // The bridges
    // ---------------------------------------------------------------------------------------------

    get isEmpty() {
        const {clients, last, this: now} = this.state.data;
        return !clients && !last && !now;
    }

    get chosenGroup() {
        const {data, group} = this.state;
        return group === null ? null : data.groups.find(({value}) => value === group);
    }

    /** What the bridges show: the whole, or the chosen group. */
    get figures() {
        return this.chosenGroup || this.state.data;
    }

    get partBars() {
        const {parts, last, this: now, clients} = this.figures;
        return this.bridge(
            {name: "all", amount: last, clients},
            PARTS.filter(({name}) => this.isShown(name)).map((part) => ({...part, ...parts[part.name]})),
            {name: "now", amount: now, clients}
        );
    }

    get effectBars() {
        const {kept} = this.figures;
        return this.bridge(
            {name: "kept", amount: kept.last, clients: kept.clients},
            EFFECTS.filter(({name}) => this.isShown(name)).map((effect) => ({
                ...effect,
                amount: kept[effect.name],
            })),
            {name: "kept_now", amount: kept.this, clients: kept.clients}
        );
    }

    bridge(from, between, to) {
        return [
            {...from, label: _t("A year before"), isTotal: true},
            ...between,
            {...to, label: _t("Period"), isTotal: true},
        ].map((bar) => ({
            title: "",
            ...bar,
            isTotal: Boolean(bar.isTotal),
            text: bar.isTotal ? this.amount(bar.amount) : this.signed(bar.amount),
            short: this.short(bar.amount, !bar.isTotal),
            note: bar.clients === undefined || bar.isTotal ? "" : this.clientCount(bar.clients),
        }));
    }

    /** The bar that stands out; none while all clients are listed. */
    get chosenBar() {
        const {bar} = this.state;
        return ["all", "kept"].includes(bar) ? false : bar;
    }

    isShown(name) {
        const {parts, kept} = this.state.data;
        return !SELDOM.includes(name) || Boolean(parts[name] ? parts[name].clients : kept[name]);
    }

    get shownParts() {
        return PARTS.filter(({name}) => this.isShown(name));
    }

    get shownEffects() {
        return EFFECTS.filter(({name}) => this.isShown(name));
    }

    /** Beside each client of a list of several parts. */
    get partLabels() {
        if (PARTS.some(({name}) => name === this.state.bar)) {
            return {};
        }
        return Object.fromEntries(PARTS.map(({name, label}) => [name, label]));
    }

    /** A click on the chosen bar shows all clients again. */
    choose(name) {
        const bar = {now: "all", kept_now: "kept"}[name] || name;
        return this.chooseList({bar: bar === this.state.bar ? "all" : bar});
    }

    chooseGroup(group, bar = "all") {
        return this.chooseList({group, bar});
    }

    async chooseList(values) {
        await this.change({order: "-size", ...values}, () => this.loadList());
        const list = this.root.el?.querySelector(".o_sales_growth_clients");
        if (list && list.getBoundingClientRect().top > browser.innerHeight - LIST_SHOWS) {
            list.scrollIntoView({behavior: "smooth"});
        }
    }

    // ---------------------------------------------------------------------------------------------
    // The clients
    // ---------------------------------------------------------------------------------------------

    get isEffect() {
        return EFFECTS.some(({name}) => name === this.state.bar);
    }

    get listTitle() {
        const {bar} = this.state;
        const part = [...PARTS, ...EFFECTS].find(({name}) => name === bar);
        const name = part ? part.label : bar === "kept" ? _t("Bought in both periods") : _t("All clients");
        return this.chosenGroup ? `${name} — ${this.chosenGroup.name}` : name;
    }

    sort(name) {
        const descends = this.state.order === `-${name}` || (name === "name" && this.state.order !== name);
        return this.change({order: descends ? name : `-${name}`}, () => this.loadList());
    }

    more() {
        return this.change({}, () => this.loadList(this.state.list.clients.length));
    }

    openCard({id}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    async openDocuments({id}) {
        const {group} = this.state;
        const call = this.orm.call("sales.growth", "get_documents_action", [id], {...this.options, group});
        return this.action.doAction(await call);
    }

    // ---------------------------------------------------------------------------------------------
    // Numbers as they are written here
    // ---------------------------------------------------------------------------------------------

    amount(number) {
        return formatCurrency(number, this.state.data.currency_id, {digits: [16, 0]});
    }

    plus(number) {
        return number > 0 ? "+" : "";
    }

    signed(number) {
        return this.plus(number) + this.amount(number);
    }

    /** For narrow columns, without the currency. */
    short(number, isSigned = false) {
        const isLarge = Math.abs(number) >= 1000;
        const text = isLarge
            ? formatFloat(number, {humanReadable: true, decimals: 1, digits: [16, 0]})
            : formatFloat(number, {digits: [16, 0]});
        return isSigned ? this.plus(number) + text : text;
    }

    percent(number) {
        if (number === null || number === undefined) {
            return "—";
        }
        return `${this.plus(number)}${formatFloat(number, {digits: [16, 1]})} %`;
    }

    clientCount(number) {
        return _t("Clients: %s", formatInteger(number));
    }

    tone(number) {
        return number > 0 ? "text-success" : number < 0 ? "text-danger" : "text-muted";
    }
}

registry.category("actions").add("sales_crm.growth", Growth);
