from odoo.tools import SQL

# What has another text now: Odoo would keep the translation of the old one
FIELDS = [
    ("sales.client.history", "date"),
    ("sales.client.history", "user_id"),
    ("sales.promise", "date_closed"),
    ("sales.promise", "move_id"),
]
VIEWS = ["client_brief", "sales_client_history_view_search", "sales_promise_view_form"]


def migrate(cr, version):
    """Changed labels and texts of the history and of promises are translated anew."""
    if not version:
        return
    for model, name in FIELDS:
        cr.execute(
            SQL(
                """
                UPDATE ir_model_fields
                   SET field_description = jsonb_build_object('en_US', field_description->'en_US'),
                       help = CASE WHEN help IS NOT NULL THEN jsonb_build_object('en_US', help->'en_US') END
                 WHERE model = %s AND name = %s
                """,
                model,
                name,
            )
        )
    cr.execute(
        SQL(
            """
            UPDATE ir_ui_view view SET arch_db = jsonb_build_object('en_US', view.arch_db->'en_US')
              FROM ir_model_data data
             WHERE data.model = 'ir.ui.view' AND data.res_id = view.id
               AND data.module = 'sales_crm' AND data.name = ANY(%s)
            """,
            VIEWS,
        )
    )
