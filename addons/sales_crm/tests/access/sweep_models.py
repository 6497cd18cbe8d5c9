"""Which models hang on a client, found by their fields, whatever the guard knows of them."""

POLYMORPHIC = ("many2one_reference", "reference")
# By users and own companies everything would hang on somebody, and they are no clients; a file that may be
# read may be sent on
NO_STEP = {"res.users", "res.company", "ir.attachment"}
# Names and settings for all clients; who has them is in tables of their own
COMMON = {"account.reconcile.model", "res.partner.category"}
# To whom it is written: whoever may be seen may be written to
ADDRESSEES = {
    ("mail.mail", "recipient_ids"),
    ("mail.message", "notified_partner_ids"),
    ("mail.message", "partner_ids"),
    ("mail.message", "starred_partner_ids"),
    ("mail.notification", "res_partner_id"),
    ("mail.scheduled.message", "partner_ids"),
}
# Which a sweep over one client's records says nothing about, and why
NO_RECORD = {
    "account.journal": "its bank account is one of the own company",
    "discuss.call.history": "a call in a conversation",
    "discuss.channel": "a conversation; who is in it is in the sweep",
    "ir.actions.server": "the administrator's",
    "ir.actions.server.history": "the administrator's",
    "ir.cron": "the administrator's",
    "ir.ui.menu": "its reference is an action",
    "mail.push": "what waits for a browser, without access for anybody",
    "mail.push.device": "a browser of a colleague",
    "product.value": "what goods are worth, whoever owns the transfer",
    "res.company": "an own company is no client",
    "res.groups": "the administrator's",
    "sms.tracker": "what the gateway tells of a notification, without access for anybody",
    "stock.location": "an address of the own warehouses",
    "stock.picking.type": "an address of the own warehouses",
    "stock.reference": "a number; what it names is in the sweep",
    "stock.route": "how the own warehouses are supplied",
    "stock.rule": "how the own warehouses are supplied",
    "stock.warehouse": "an own warehouse",
    "stock.warehouse.orderpoint": "what the own warehouses buy",
}


def is_stored(model):
    """:return: whether the model has a table of its own whose records stay"""
    return model._auto and not model._abstract and not model._transient


def links_of(model):
    """:return: list of the stored fields of a model by which it could hang on something"""
    return [
        field
        for field in model._fields.values()
        if field.store
        and not field.inherited
        and (model._name, field.name) not in ADDRESSEES
        and (
            field.type in POLYMORPHIC
            or (field.type in ("many2one", "many2many") and field.comodel_name not in NO_STEP)
        )
    ]


def models_of_clients(env):
    """:return: list of the names of the models from which one or two stored links lead to a partner"""
    linked = {
        name: {field.comodel_name or "*" for field in links_of(env[name])}
        for name in env.registry
        if is_stored(env[name])
    }
    near = {name for name, to in linked.items() if to & {"res.partner", "*"}} | {"res.partner"}
    return sorted(name for name, to in linked.items() if name in near or to & near)


def partners_of(record, depth=2):
    """:return: set of the ids of the partners to whom stored links lead from a record, sudo-ed"""
    if record._name == "res.partner":
        return set(record.ids)
    if not depth or record._name in COMMON:
        return set()
    found = set()
    for field in links_of(record):
        for linked in _linked(record, field):
            found |= partners_of(linked, depth - 1)
    return found


def _linked(record, field):
    if field.type not in POLYMORPHIC:
        return record[field.name]
    model, id_ = record._name, False
    if field.type == "reference":
        return record[field.name] or ()
    model, id_ = record[field.model_field], record[field.name]
    if not model or not id_ or model not in record.env or not is_stored(record.env[model]):
        return ()
    return record.env[model].browse(id_).exists()
