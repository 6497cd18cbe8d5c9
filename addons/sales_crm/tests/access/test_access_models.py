import inspect

from odoo.models import BaseModel
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common_dossier import SECRET, DossierCommon

# Of the framework: they change what the test itself works with
NO_ROUTE = {"init", "browse", "exists", "invalidate_recordset", "flush_recordset", "ensure_one", "with_env"}
# Stored paths to clients without a guard of their own, and why
NO_GUARD = {
    "account.journal": "the bank account is one of the own company",
    "discuss.channel": "the message that began a thread is one of the channel",
    "discuss.channel.member": "whoever is in a conversation sees with whom he speaks",
    "discuss.call.history": "the message is one of the channel",
    "mail.scheduled.message": "core asks the document; one's own otherwise",
    "res.company": "an own company is no client",
    "report.stock.quantity": "quantities of the own warehouses",
    "stock.location": "addresses of the own warehouses",
    "stock.picking.type": "addresses of the own warehouses",
    "stock.reference": "a number; its orders and transfers are guarded",
    "stock.route": "how the own warehouses are supplied",
    "stock.rule": "how the own warehouses are supplied",
    "stock.warehouse.orderpoint": "what the own warehouses buy",
    "res.partner.category": "core shows only the partners that one may see",
}


@tagged("post_install", "-at_install")
class TestAccessModels(DossierCommon):
    """Whatever can be read, in whatever model: nothing of a client that one has lost."""

    def _readable_models(self):
        Access = self.env["ir.model.access"].with_user(self.manager)
        for name in sorted(self.registry):
            model = self.env[name].with_user(self.manager).with_context(active_test=False)
            if not model._abstract and not model._transient and Access.check(name, "read", False):
                yield model

    def test_every_model_with_a_path_to_a_client_is_guarded(self):
        """Also those of core and of apps to come. Users point at colleagues, not at clients."""
        uncovered = {
            model._name
            for model in self._readable_models()
            if not model._sales_guard_path
            and any(
                field.store
                and field.type in ("many2one", "many2many")
                and field.comodel_name != "res.users"
                and self.env[field.comodel_name]._sales_guard_path
                for field in model._fields.values()
            )
        }
        self.assertFalse(uncovered - NO_GUARD.keys(), "guard them, or say in NO_GUARD why not")

    def test_no_field_of_any_model_tells(self):
        self.assertFalse(self._told_by_models())

    def test_nor_with_the_right_to_invoice(self):
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        self.assertFalse(self._told_by_models())

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule")
    def _told_by_models(self):
        """:return: set of the fields that tell the manager something, of all records that he can read"""
        told = set()
        for model in self._readable_models():
            records = model.search([], limit=1000)
            if records:
                told.update(self._told_by(records))
        return told

    def _told_by(self, records):
        names = [
            name
            for name in records.fields_get(attributes=["type"])
            if records._fields[name].type not in ("binary", "one2many")
        ]
        answer, error = self._ask(self.manager, lambda _env: records.read(names))
        if error or SECRET in str(answer).lower():
            # Some fields may not be read together with the others, or some tell: one by one
            for name in names:
                if SECRET in self._told(self.manager, lambda _env, name=name: records.read([name])):
                    yield f"{records._name}.{name}"
        for name in names:
            field = records._fields[name]
            if field.store and field.type == "many2one" and self.env[field.comodel_name]._sales_guard_path:
                grouped = self._told(
                    self.manager,
                    lambda _env, name=name: records.formatted_read_group([], [name], ["__count"]),
                )
                if SECRET in grouped:
                    yield f"{records._name}.{name}, grouped"

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.mail.models.mail_mail")
    def test_no_method_tells(self):
        """Whatever can be called on a record by its id, without knowing more."""
        for record in (
            self.hidden,
            self.contact,
            self.portal_user,
            self.lead,
            self.order,
            self.invoice,
            self.message,
            self.meeting,
            self.attachment,
            self.activities,
        ):
            for name, arguments in self._public_methods(record):
                with self.subTest(model=record._name, method=name):
                    self.assertNotIn(
                        SECRET,
                        self._told(
                            self.manager,
                            lambda env, r=record, n=name, a=arguments: self._call(r.with_env(env), n, a),
                        ),
                    )

    def _call(self, record, name, arguments):
        answer = getattr(record, name)(**arguments)
        if isinstance(answer, BaseModel):
            return answer.sudo(False).read(["display_name"])
        return answer

    def _public_methods(self, record):
        """:return: iterator of (name, arguments) of what an API client may call"""
        known = {
            "domain": [],
            "fields": ["display_name"],
            "meeting_ids": self.meeting.ids,
            "partner_ids": self.manager.partner_id.ids,
            "reason": "x",
            "specification": {"display_name": {}},
            "vals": {"name": "x"},
            "values": {"name": "x"},
        }
        for name, method in inspect.getmembers(type(record), inspect.isfunction):
            outside = "iap" in name or "enrich" in name or "autocomplete" in name
            if name.startswith("_") or outside or name in NO_ROUTE:
                continue
            if getattr(method, "_api_private", False):
                continue
            parameters = list(inspect.signature(method).parameters.values())[1:]
            variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
            needed = {p.name for p in parameters if p.default is p.empty and p.kind not in variable}
            if needed <= known.keys():
                yield name, {name: known[name] for name in needed}
