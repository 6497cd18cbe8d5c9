from inspect import unwrap

from odoo.fields import Field
from odoo.models import BaseModel
from odoo.tests import TransactionCase, tagged

# What core calls and leaves to a model to answer by itself; and ``exists`` of the history, whose rows are no
# rows of a table
ANSWERED_ALONE = {"_compute_display_name", "_table_query"}
REPLACED = {"sales.client.history": {"exists"}}


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

    def test_no_method_of_the_orm_is_replaced(self):
        """A helper of ours that happens to have the name of one of the ORM's would be called by the ORM."""
        found = [found for name in self.env.registry for found in self._ours_like_the_orms(self.env[name])]
        self.assertIn("write", {name for _cls, name, _function in found}, "those that only extend are found")
        replaced = {
            f"{cls.__module__}: {name}"
            for cls, name, function in found
            if not self._asks_super(function) and name not in ANSWERED_ALONE | REPLACED.get(cls._name, set())
        }
        self.assertFalse(replaced)

    def _ours_like_the_orms(self, model):
        """:return: tuples of a class of ours, a name that the ORM has as well, and what ours is"""
        for cls in type(model).mro():
            if getattr(cls, "pool", None) or not (getattr(cls, "_module", None) or "").startswith(
                "sales_crm"
            ):
                continue
            for name, value in vars(cls).items():
                function = getattr(value, "__func__", getattr(value, "fget", value))
                if not name.startswith("__") and hasattr(BaseModel, name) and callable(function):
                    yield cls, name, unwrap(function)

    def _asks_super(self, function):
        code = function.__code__
        return "super" in code.co_names or "__class__" in code.co_freevars
