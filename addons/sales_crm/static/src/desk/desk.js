import {Component, onWillStart, useState} from "@odoo/owl";
import {formatCurrency} from "@web/core/currency";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {DeskChart} from "./desk_chart";
import {recall, remember} from "./desk_memory";

const PERIODS = [
    {name: "month", label: _t("Month")},
    {name: "quarter", label: _t("Quarter")},
    {name: "year", label: _t("Year")},
];
/** Columns of the managers */
const COLUMNS = {
    today: _t("Today"),
    share: _t("Of the target"),
    forecast: _t("Expected"),
    growth: _t("Growth"),
    debt: _t("Debt"),
    overdue: _t("Arrears"),
    visits: _t("Visits"),
};
const NOW = "#2f7fb5";
const BEFORE = "#b9c3d0";
const DEBT = "#2e7d4f";
const OVERDUE = "#c8372d";
const NONE = "—";

/** The period on one screen: a head's of his team, a manager's of his clients. */
export class Desk extends Component {
    static template = "sales_crm.Desk";
    static components = {DeskChart, Layout};
    static props = {...standardActionServiceProps};
    static path = "desk";
    static displayName = _t("Desk");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.periods = PERIODS;
        this.columns = COLUMNS;
        this.state = useState({
            desk: null,
            options: this.props.state?.desk || recall(),
        });
        useSetupAction({getLocalState: () => ({desk: {...this.state.options}})});
        onWillStart(() => this.load());
    }

    async load() {
        let desk = null;
        try {
            desk = await this.keepLast.add(this.orm.call("sales.desk", "get_desk", [this.state.options]));
        } catch (error) {
            // A team that was remembered may be gone
            if (!(error instanceof RPCError) || !this.state.options.team_id) {
                throw error;
            }
            this.notification.add(error.data?.message || error.message, {type: "warning"});
            this.state.options.team_id = false;
            return this.load();
        }
        this.state.options = {...desk.options};
        this.charts = this.makeCharts(desk);
        this.state.desk = desk;
        remember(desk.options);
    }

    setOption(name, value) {
        this.state.options[name] = value;
        return this.load();
    }

    /** The period before or after. */
    shift(step) {
        const date = deserializeDate(this.desk.period.first).plus({[`${this.state.options.period}s`]: step});
        return this.setOption("date", serializeDate(date));
    }

    get desk() {
        return this.state.desk;
    }

    // ---------------------------------------------------------------------------------------------
    // Words and numbers
    // ---------------------------------------------------------------------------------------------

    get title() {
        const first = deserializeDate(this.desk.period.first);
        const {period} = this.state.options;
        if (period === "year") {
            return first.toFormat("yyyy");
        }
        if (period === "quarter") {
            return _t("Quarter %(number)s, %(year)s", {number: first.quarter, year: first.year});
        }
        return first.toFormat("LLLL yyyy");
    }

    amount(number) {
        return formatCurrency(number || 0, this.desk.currency_id, {digits: [16, 0]});
    }

    count(number) {
        return formatInteger(number || 0);
    }

    /** A share of 100, or a sign that there is none. */
    percent(number, digits = 0) {
        const isNumber = number !== null && number !== undefined && number !== false;
        return isNumber ? `${formatFloat(number, {digits: [16, digits]})} %` : NONE;
    }

    /** A change: what grew from next to nothing isn't told to the last percent. */
    signed(number, digits = 0) {
        if (number >= 1000) {
            return `> ${this.percent(1000)}`;
        }
        const text = this.percent(number, digits);
        return number > 0 ? `+${text}` : text;
    }

    ratio(share) {
        return this.percent(typeof share === "number" ? 100 * share : null, 1);
    }

    width(number) {
        return `width: ${Math.min(100, Math.max(0, number || 0))}%`;
    }

    tone(number, goal) {
        if (number === null || number === undefined || number === false) {
            return "text-muted";
        }
        return number >= goal ? "text-success" : number < 0 ? "text-danger" : "o_sales_behind";
    }

    /** How far a target should be reached by now, in percent. */
    get expected() {
        const {working_days, working_days_gone} = this.desk.target.total;
        return working_days ? (100 * working_days_gone) / working_days : 100;
    }

    barTone(figure) {
        if (figure.percent === null) {
            return "bg-secondary";
        }
        if (figure.percent >= this.expected) {
            return "bg-success";
        }
        return figure.percent >= 0.8 * this.expected ? "bg-warning" : "bg-danger";
    }

    forecastShare(figure) {
        return figure.target ? (100 * figure.forecast) / figure.target : null;
    }

    /** A row for each manager who has any figure. */
    get managers() {
        const {target, debt, today, visits} = this.desk;
        return target.rows.map((row) => ({
            ...row,
            debt: debt.by_user[row.user_id] || null,
            today: today.by_user[row.user_id] || null,
            visits: visits.by_user[row.user_id] || null,
        }));
    }

    get funnelWidth() {
        const most = Math.max(...this.desk.funnel.map((bar) => bar.count), 1);
        return (bar) => this.width(Math.max((100 * bar.count) / most, bar.count ? 2 : 0));
    }

    // ---------------------------------------------------------------------------------------------
    // Charts
    // ---------------------------------------------------------------------------------------------

    makeCharts(desk) {
        const month = (date) => deserializeDate(date).toFormat("LLL yy");
        const options = (onClick, format) => ({
            responsive: true,
            maintainAspectRatio: false,
            animation: false,
            onClick: (_event, items) => items.length && onClick(items[0].index),
            plugins: {
                legend: {
                    position: "bottom",
                    // A red line is explained by the line that it is for
                    labels: {boxWidth: 12, filter: (item) => !item.lineDash?.length},
                },
                tooltip: {
                    callbacks: {label: (item) => `${item.dataset.label}: ${format(item.parsed.y)}`},
                },
            },
            scales: {
                x: {grid: {display: false}},
                y: {beginAtZero: true, ticks: {maxTicksLimit: 5, callback: (value) => format(value)}},
            },
        });
        const amount = (number) =>
            formatCurrency(number, desk.currency_id, {digits: [16, 0], humanReadable: true});
        const percent = (number) => `${formatFloat(number, {digits: [16, 1]})} %`;
        const line = (label, color, values, dashed = false) => ({
            label,
            data: values,
            borderColor: color,
            backgroundColor: color,
            borderDash: dashed ? [6, 4] : [],
            borderWidth: dashed ? 1 : 2,
            pointRadius: dashed ? 0 : 2,
            spanGaps: true,
        });
        const {months} = desk.sales;
        const points = [...desk.debt.months, {date: serializeDate(luxon.DateTime.local()), ...desk.debt}];
        const share = (name) =>
            points.map((point) => (typeof point[name] === "number" ? 100 * point[name] : null));
        return {
            sales: {
                type: "bar",
                data: {
                    labels: months.map(({month: date}) => month(date)),
                    datasets: [
                        {
                            label: _t("A year before").toString(),
                            data: months.map((row) => row.before),
                            backgroundColor: BEFORE,
                        },
                        {
                            label: desk.sales.measure,
                            data: months.map((row) => row.amount),
                            backgroundColor: NOW,
                        },
                    ],
                },
                options: options((index) => this.open("month", months[index].month), amount),
            },
            debt: {
                type: "line",
                data: {
                    labels: points.map((point) => month(point.date)),
                    datasets: [
                        line(_t("Debt / shipments").toString(), DEBT, share("debt_ratio")),
                        line(
                            _t("At most").toString(),
                            DEBT,
                            points.map(() => 100 * desk.debt.debt_target),
                            true
                        ),
                        line(_t("Overdue / debt").toString(), OVERDUE, share("overdue_ratio")),
                        line(
                            _t("At most").toString(),
                            OVERDUE,
                            points.map(() => 100 * desk.debt.overdue_target),
                            true
                        ),
                    ],
                },
                options: options(() => this.open("indicators"), percent),
            },
        };
    }

    // ---------------------------------------------------------------------------------------------
    // Further
    // ---------------------------------------------------------------------------------------------

    async open(figure, value = false) {
        this.action.doAction(
            await this.orm.call("sales.desk", "get_desk_action", [figure, this.state.options, value])
        );
    }

    openClient(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openTargets() {
        this.action.doAction("sales_crm.sales_target_grid_action");
    }

    openFunnel() {
        this.action.doAction("sales_crm.sales_funnel_action");
    }
}

registry.category("actions").add("sales_crm.desk", Desk);
