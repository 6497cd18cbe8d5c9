/* global Chart */
import {Component, onWillStart, onWillUnmount, useEffect, useRef} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {useService} from "@web/core/utils/hooks";

const COLOURS = {total: "#5b7fa6", up: "#2e9d64", down: "#d05a4e", none: "#c4cad2"};
const FADED = "55"; // appended to a colour: what isn't chosen

/**
 * A bridge: its first and last bar stand on the ground, those between hang where the one before ended.
 * Every bar is also a button with its name, amount and number of clients; on a phone the bars lie.
 */
export class Waterfall extends Component {
    static template = "sales_crm.Waterfall";
    static props = {
        bars: Array, // Of {name, label, title, amount, note, isTotal, text}
        chosen: [String, Boolean],
        onChoose: Function,
        label: String,
    };

    setup() {
        this.ui = useService("ui");
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [JSON.stringify(this.props.bars), this.props.chosen, this.ui.isSmall]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    /** Where each bar begins and ends. */
    get spans() {
        let level = 0;
        return this.props.bars.map((bar) => {
            const from = bar.isTotal ? 0 : level;
            level = bar.isTotal ? bar.amount : level + bar.amount;
            return [from, level];
        });
    }

    colour(bar) {
        const kind = bar.isTotal ? "total" : bar.amount > 0 ? "up" : bar.amount < 0 ? "down" : "none";
        const {chosen} = this.props;
        const isFaded = chosen && this.props.bars.some(({name}) => name === chosen) && chosen !== bar.name;
        return COLOURS[kind] + (isFaded ? FADED : "");
    }

    draw() {
        this.chart?.destroy();
        const {bars, onChoose} = this.props;
        const lying = this.ui.isSmall;
        this.chart = new Chart(this.canvas.el, {
            type: "bar",
            data: {
                labels: bars.map(({label}) => label),
                datasets: [
                    {
                        data: this.spans,
                        backgroundColor: bars.map((bar) => this.colour(bar)),
                        borderSkipped: false,
                        borderRadius: 3,
                        minBarLength: 2,
                        categoryPercentage: 1,
                        barPercentage: 0.7,
                    },
                ],
            },
            options: {
                indexAxis: lying ? "y" : "x",
                animation: false,
                maintainAspectRatio: false,
                // The buttons have the names and amounts, each in the column of its bar
                scales: {
                    [lying ? "y" : "x"]: {display: false},
                    [lying ? "x" : "y"]: {display: false, beginAtZero: true, grace: lying ? 0 : "3%"},
                },
                interaction: {mode: "index", intersect: false, axis: lying ? "y" : "x"},
                onClick: (_ev, [element]) => element && onChoose(bars[element.index].name),
                onHover: (ev, elements) => {
                    ev.native.target.style.cursor = elements.length ? "pointer" : "";
                },
                plugins: {
                    legend: {display: false},
                    tooltip: {
                        displayColors: false,
                        callbacks: {
                            label: ({dataIndex}) =>
                                [bars[dataIndex].text, bars[dataIndex].note].filter(Boolean),
                            footer: ([{dataIndex}]) => bars[dataIndex].title,
                        },
                    },
                },
            },
            plugins: [{id: "steps", beforeDatasetsDraw: (chart) => this.drawSteps(chart, lying)}],
        });
    }

    /** Thin lines from the end of each bar to the beginning of the next. */
    drawSteps(chart, lying) {
        const {ctx} = chart;
        const {data} = chart.getDatasetMeta(0);
        const axis = chart.scales[lying ? "x" : "y"];
        ctx.save();
        ctx.strokeStyle = "#9aa3ad";
        ctx.setLineDash([3, 3]);
        ctx.beginPath();
        this.spans.slice(0, -1).forEach(([, end], index) => {
            const level = axis.getPixelForValue(end);
            if (lying) {
                ctx.moveTo(level, data[index].y);
                ctx.lineTo(level, data[index + 1].y);
            } else {
                ctx.moveTo(data[index].x, level);
                ctx.lineTo(data[index + 1].x, level);
            }
        });
        ctx.stroke();
        ctx.restore();
    }
}
