def migrate(cr, version):
    if not version:
        return
    cr.execute("UPDATE sales_contract SET was_active = TRUE WHERE state != 'draft'")
    # Who gets the goods of what was released before it was written down
    cr.execute(
        """
        UPDATE sales_credit_release release SET buyer_id = buyer.commercial_partner_id
          FROM sale_order ord JOIN res_partner buyer ON buyer.id = ord.partner_id
         WHERE ord.id = release.order_id AND release.buyer_id IS NULL
        """
    )
