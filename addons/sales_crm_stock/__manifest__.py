{
    "name": "Sales CRM: Shipments",
    "summary": "Credit limits, overdue debt and contracts stop the next shipment",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "Sales CRM founders",
    "website": "https://github.com/sales-crm/sales-crm",
    "license": "AGPL-3",
    "auto_install": True,
    "depends": ["sale_stock", "sales_crm"],
    "data": [
        "security/ir.model.access.csv",
        "views/sale_order_views.xml",
        "views/stock_picking_views.xml",
        "views/sales_credit_release_views.xml",
    ],
    "demo": ["demo/sales_crm_stock_demo.xml"],
}
