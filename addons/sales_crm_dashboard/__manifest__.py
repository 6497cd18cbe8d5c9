{
    "name": "Sales CRM: Dashboard",
    "summary": "The head's figures among the dashboards of spreadsheets",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Sales CRM founders",
    "website": "https://github.com/sales-crm/sales-crm",
    "license": "AGPL-3",
    "auto_install": True,
    "depends": ["sales_crm", "spreadsheet_dashboard"],
    "data": ["data/dashboards.xml"],
}
