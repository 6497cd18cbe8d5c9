class DefaultGuardPath:
    """A model with a stored many2one ``partner_id`` hangs on that partner's client.

    So what other modules keep about partners (deliveries, tickets, letters …) follows the client
    without their knowing of it. A model for which that is wrong says ``_sales_guard_path = None``.
    """

    def __get__(self, model, model_class):
        field = getattr(model_class, "_fields", {}).get("partner_id")
        hangs = (
            field
            and field.store
            and (field.type, field.comodel_name) == ("many2one", "res.partner")
            and not model_class._transient
        )
        return "partner_id" if hangs else None
