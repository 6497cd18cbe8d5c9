"""See ``sales_crm/tests/server/core_names.py``."""

OVERRIDES = {
    "sales.performance.report": {
        "_depends": ("attribute", "the report would read moves that are not written yet"),
    },
    "sales.warehouse.view": {
        "_get_view_postprocessed": (
            "view, arch, **options",
            "a manager could not open a delivery where Odoo's Repairs are installed",
        ),
    },
    "stock.move": {
        "_action_done": ("cancel_backorder", "goods would leave without the credit gate being asked"),
    },
    "stock.picking": {
        "_log_activity_get_documents": (
            "orig_obj_changes, stream_field, stream, groupby_method",
            "a manager could not cancel an order for which goods were bought",
        ),
        "action_cancel": ("", "a manager could not cancel an order whose delivery is in a batch"),
        "button_validate": (
            "",
            "two deliveries at once would wait for each other: the limit is locked first",
        ),
    },
}

CALLS = {
    "account.move": {
        "_reverse_moves": (
            "default_values_list, cancel",
            "what came back in the example company gets its credit note",
        ),
    },
    "res.currency": {
        "_convert": (
            "from_amount, to_currency, company, date, round",
            "what was shipped counts in the company's currency",
        )
    },
    "sale.order.line": {
        "_action_launch_stock_rule": (
            "previous_product_uom_qty",
            "the example company's orders get their deliveries all at once",
        ),
    },
    "stock.location": {"_is_outgoing": ("", "which moves take goods out, and so ask the gate")},
    "stock.move": {
        "_rollup_move_dests": (
            "seen",
            "a delivery is cancelled with its order only if nobody else waits for it",
        ),
    },
    "stock.return.picking": {"_create_return": ("", "a delivery of the example company comes back")},
    "uom.uom": {
        "_compute_quantity": (
            "qty, to_unit, round, rounding_method, raise_if_failure",
            "what was shipped counts in the order's unit",
        )
    },
}
