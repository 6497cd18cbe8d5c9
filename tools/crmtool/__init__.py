"""The machinery behind ./crm: gets Odoo, Python packages and PostgreSQL, and runs the add-ons with them."""
