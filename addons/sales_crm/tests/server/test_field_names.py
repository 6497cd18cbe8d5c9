from odoo.fields import Field
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestFieldNames(TransactionCase):
    def test_no_field_of_others_is_replaced(self):
        """A field of ours with the name of one of Odoo's would take its place on the whole database."""
        same = [names for model in self.env.values() for names in self._same_names(model)]
        self.assertIn("user_id", {name for _ours, _theirs, name in same}, "those that only extend are found")
        taken = [
            f"{ours._name}.{name}: {ours.__module__} over {theirs.__module__}"
            for ours, theirs, name in same
            if self._relates_to(ours, name) not in (None, self._relates_to(theirs, name))
        ]
        self.assertFalse(taken)

    def _same_names(self, model):
        """:return: tuples of a class of ours, one of another module, and the field that both define"""
        # without the classes that the registry makes of them
        classes = [
            cls
            for cls in type(model).mro()
            if getattr(cls, "_module", None) and not getattr(cls, "pool", None)
        ]
        for position, ours in enumerate(classes):
            if not ours._module.startswith("sales_crm"):
                continue
            for name in (name for name, value in vars(ours).items() if isinstance(value, Field)):
                for theirs in classes[position + 1 :]:
                    if not theirs._module.startswith("sales_crm") and name in vars(theirs):
                        yield ours, theirs, name

    def _relates_to(self, cls, name):
        """:return: what the definition says of the other model, None if it only extends another definition"""
        return vars(cls)[name]._args__.get("comodel_name")
