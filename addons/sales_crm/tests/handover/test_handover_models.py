from odoo.tests import TransactionCase, tagged

RULE = "handed over by its own _handover_domain: whoever gets the clients of whom"
TRACE = "a trace of what was done, and whose it was then"

# Fields that name an employee, and why nobody takes his place there
NOT_HANDED_OVER = {
    "sales.access.rule.manager_ids": RULE,
    "sales.access.rule.user_ids": RULE,
    "sales.activity.change.user_id": TRACE,
    "sales.activity.change.user_to_id": TRACE,
    "sales.carry.log.user_id": TRACE,
    "sales.credit.release.approver_id": "who answers for the decision, and whose own amount it takes",
    "sales.credit.release.user_id": "who asked, and so may not decide; the document itself is handed over",
    "sales.handover.from_user_id": "who leaves",
    "sales.handover.line.receiver_id": "who receives",
    "sales.handover.receiver_id": "who receives",
    "sales.handover.receiver_ids": "who receives",
    "sales.handover.run_user_id": "who has handed over",
    "sales.mass.plan.line.user_id": "whom the activity was planned for; the activity itself is handed over",
    "sales.mass.plan.run_user_id": "who has planned",
    "sales.mass.plan.user_id": "asked again at the start: whoever is no manager by then gets nothing",
    "sales.plan.line.user_id": "the frozen plan of a day; nothing changes it later",
    "sales.receivable.snapshot.manager_id": "whose debt it was at the end of a month",
    "sales.reminder.user_id": "what he has answered to; the receiver is reminded anew",
    "sales.stage.move.user_id": "whose deal it was at that time",
    "sales.visit.user_id": "who was at the client's",
}


@tagged("post_install", "-at_install")
class TestHandoverModels(TransactionCase):
    def test_every_model_of_ours_with_a_client_and_a_user_is_handed_over(self):
        """What names a client and an employee is work that somebody has to go on with, or says why not."""
        parts = set(self.env["sales.handover.part"]._handover_parts())
        self.assertIn("sales.promise", parts)
        left = {
            f"{name}.{field.name}"
            for name, model in self.env.items()
            if self._may_hang_on_a_user(model)
            for field in model._fields.values()
            if self._names_an_employee(field) and not (name in parts and field.name == model._handover_field)
        }
        self.assertFalse(left - NOT_HANDED_OVER.keys(), "inherit sales.handover.part, or say here why not")
        self.assertFalse(
            NOT_HANDED_OVER.keys() - left, "there is no such field any more, or it is handed over"
        )

    def _may_hang_on_a_user(self, model):
        ours = (type(model)._original_module or "").startswith("sales_crm")
        stored = ours and model._auto and not model._abstract and not model._transient
        return stored and (model._sales_guard_path or any(map(self._names_a_client, model._fields.values())))

    def _names_an_employee(self, field):
        own = field.store and not field.related and field.name not in ("create_uid", "write_uid")
        return own and field.type in ("many2one", "many2many") and field.comodel_name == "res.users"

    def _names_a_client(self, field):
        return field.store and field.type in ("many2one", "many2many") and field.comodel_name == "res.partner"
