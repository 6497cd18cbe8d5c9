def migrate(cr, version):
    """``contract_count`` of ``res.partner`` is ``sales_contract_count`` now. Our screens are read anew one by
    one, each checked together with those of them that still stand in the database.
    """
    if not version:
        return
    cr.execute(
        r"""
        UPDATE ir_ui_view
           SET arch_db = regexp_replace(
                   arch_db::text, '\mcontract_count\M', 'sales_contract_count', 'g'
               )::jsonb
         WHERE model = 'res.partner' AND arch_db::text ~ '\mcontract_count\M'
           AND id IN (SELECT res_id FROM ir_model_data WHERE module = 'sales_crm' AND model = 'ir.ui.view')
        """
    )
