import {useExternalListener, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const OPEN_ROWS = ".o_sales_row:not(.o_sales_row_done)";

/**
 * The keys of My Day: through the rows, and what is done with the row that has the focus. They are not
 * listened to while something is typed, in a dialog, or together with Ctrl, Alt or Meta.
 */
export function useDayKeyboard(screen) {
    const state = useState({isHelpShown: false});
    const toggleHelp = () => (state.isHelpShown = !state.isHelpShown);
    const rowActions = {
        Enter: (row) => screen.togglePanel(row, "finish"),
        m: (row) => screen.togglePanel(row, "move"),
        x: (row) => screen.cancel(row),
        p: (row) => row.client && screen.promise(row),
        o: (row) => row.client?.readable && screen.openClient(row),
        h: (row) => row.visit && !row.visit.check_in && screen.isOwnDay && screen.visits.checkIn(row),
    };

    function go(row, step) {
        const rows = [...screen.root.el.querySelectorAll(OPEN_ROWS)];
        const next = row ? rows[rows.indexOf(row) + step] : rows[0];
        next?.querySelector("button").focus();
    }

    function findRow(element) {
        const id = Number(element.dataset.id);
        const {rows, covers} = screen.state.day;
        return [...rows, ...covers.flatMap((cover) => cover.rows)].find((row) => row.id === id);
    }

    function handle(ev, element) {
        const step = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1}[ev.key];
        if (step) {
            return () => go(element, step);
        }
        if (ev.key === "?") {
            return toggleHelp;
        }
        if (ev.key === "n") {
            return () => screen.planActivity();
        }
        const row = element && findRow(element);
        const action = row && rowActions[ev.key];
        // Enter on a button or a link is the browser's
        const isNative = ev.key === "Enter" && ev.target.closest("button, a");
        return action && !isNative ? () => action(row) : null;
    }

    function onKeydown(ev) {
        if (ev.ctrlKey || ev.altKey || ev.metaKey || ev.defaultPrevented) {
            return;
        }
        const {panel} = screen.state;
        if (ev.key === "Escape" && panel.id) {
            ev.preventDefault();
            screen.focusRow(panel.id);
            screen.state.panel = {id: false, name: ""};
            return;
        }
        if (ev.target.closest(".o_sales_panel, input, textarea, select, [contenteditable]")) {
            return;
        }
        const action = handle(ev, ev.target.closest(OPEN_ROWS));
        if (action) {
            ev.preventDefault();
            action();
        }
    }

    // Nothing has the focus yet: the keys work all the same
    useExternalListener(document, "keydown", (ev) => {
        if (ev.target === document.body && !document.querySelector(".modal")) {
            onKeydown(ev);
        }
    });

    return {
        state,
        onKeydown,
        toggleHelp,
        keys: [
            {name: "↓ ↑ j k", label: _t("next, previous")},
            {name: "Enter", label: _t("done…")},
            {name: "m", label: _t("move…")},
            {name: "x", label: _t("cancel…")},
            {name: "p", label: _t("promise…")},
            {name: "h", label: _t("I am here")},
            {name: "o", label: _t("open the client")},
            {name: "n", label: _t("plan an activity")},
            {name: "Esc", label: _t("close")},
            {name: "Ctrl+Enter", label: _t("finish")},
            {name: "?", label: _t("these keys")},
        ],
    };
}
