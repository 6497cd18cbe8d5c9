import {Component, onWillStart, onWillUnmount, useEffect, useRef} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";

/* global Chart */

/** A chart of Odoo's Chart.js, which is loaded when the first one is shown. */
export class DeskChart extends Component {
    static template = "sales_crm.DeskChart";
    static props = {
        /** What Chart.js is given */
        config: Object,
        /** What the chart says, for who doesn't see it */
        label: String,
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (config) => {
                this.chart?.destroy();
                this.chart = new Chart(this.canvas.el, config);
            },
            () => [this.props.config]
        );
        onWillUnmount(() => this.chart?.destroy());
    }
}
