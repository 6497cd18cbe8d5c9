import ast
import inspect
import json
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

from odoo import models
from odoo.fields import Field
from odoo.modules import get_module_path

# Everybody overrides these, and Odoo can't rename them
ORDINARY = {"copy", "copy_data", "create", "default_get", "unlink", "write"}
# How a model is declared
DECLARATION = {
    "_abstract", "_auto", "_description", "_field_definitions", "_inherit", "_inherits", "_module", "_name",
    "_order", "_rec_name", "_table", "_table_object_definitions", "_transient",
}  # fmt: skip
# In the table of overrides: on each model for which the name has no line of its own
ANY_MODEL = "*"


def signature(defined):
    """:return: tuple of a method's parameters, or what else it is, and the addresses of a controller's"""
    if isinstance(defined, Field):
        return ("field",)
    function = getattr(defined, "fget", None) or getattr(defined, "__func__", defined)
    if not inspect.isroutine(function) or inspect.ismethoddescriptor(function):
        return ("property" if isinstance(defined, property) else "attribute",)
    signs = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = inspect.signature(function).parameters.values()
    text = ", ".join(signs.get(p.kind, "") + p.name for p in parameters if p.name not in ("self", "cls"))
    routes = getattr(function, "original_routing", {}).get("routes", [])
    return text, *(route.replace('"', "'") for route in routes)


def is_ours(cls):
    return cls.__module__.startswith("odoo.addons.sales_crm")


def root_definition(classes, name):
    """:return: list with what the last of the classes that isn't ours says of the name; or empty"""
    return [vars(cls)[name] for cls in classes if not is_ours(cls) and name in vars(cls)][-1:]


def has_attribute(classes, name):
    """:return: whether one of the classes that aren't ours declares the name, or gives it to its objects"""
    return any(
        name in getattr(cls, "__annotations__", ())
        or name in getattr(getattr(cls.__init__, "__code__", None), "co_names", ())
        for cls in classes
        if not is_ours(cls)
    )


def model_overrides(env, addon):
    """:return: dict (model, name) -> signature of what a class body of the add-on's overrides of Odoo's"""
    found = {}
    for model in env.values():
        # without the classes that the registry makes of them
        classes = [cls for cls in type(model).mro() if "pool" not in vars(cls)]
        for position, cls in enumerate(classes):
            if getattr(cls, "_module", None) != addon or not is_ours(cls):
                continue
            for name in vars(cls):
                if name.startswith("__") or name in ORDINARY | DECLARATION:
                    continue
                for theirs in root_definition(classes[position + 1 :], name):
                    found[cls._name, name] = signature(theirs)
    return found


def class_overrides(addon):
    """:return: dict ("module:Class", name) -> the same for classes that aren't models, as controllers"""
    found = {}
    prefix = f"odoo.addons.{addon}."
    for module_name, module in list(sys.modules.items()):
        if not module_name.startswith(prefix) or module_name.startswith(prefix + "tests"):
            continue
        for cls in vars(module).values():
            if not inspect.isclass(cls) or cls.__module__ != module_name or issubclass(cls, models.BaseModel):
                continue
            for name, owner in _class_overrides(cls):
                found[f"{owner.__module__}:{owner.__name__}", name] = signature(vars(owner)[name])
    return found


def _class_overrides(cls):
    classes = cls.mro()
    for position, ours in enumerate(classes):
        for name in vars(ours) if is_ours(ours) else ():
            owners = [
                theirs
                for theirs in classes[position + 1 :]
                if not is_ours(theirs) and theirs.__module__.startswith("odoo.") and name in vars(theirs)
            ]
            if owners and not name.startswith("__"):
                yield name, owners[-1]


class PrivateNames(ast.NodeVisitor):
    """The private names that an add-on uses, each with a place where it does, and those that it defines."""

    def __init__(self, addon):
        self.used, self.defined = {}, set()
        root = Path(get_module_path(addon))
        for path in sorted(root.rglob("*.py")):
            if path.relative_to(root).parts[0] not in ("tests", "migrations"):
                self.path = path.relative_to(root.parent)
                self.visit(ast.parse(path.read_text()))

    def visit_FunctionDef(self, node):
        self.defined.add(node.name)
        self.generic_visit(node)

    def visit_Assign(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.defined.add(target.id)
                if target.id == "__slots__":
                    self.defined.update(ast.literal_eval(node.value))
        self.generic_visit(node)

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Store):
            self.defined.add(node.attr)
        else:
            self._use(node.attr, node)
        self.generic_visit(node)

    def visit_Call(self, node):
        if getattr(node.func, "attr", None) == "__setattr__":
            self._use(node.args[1].value, node)
        self.generic_visit(node)

    def _use(self, name, node):
        if name.startswith("_") and not name.startswith("__"):
            self.used.setdefault(name, f"{self.path}:{node.lineno}")


private_names = cache(PrivateNames)


class CoreApi:
    """The tests of an add-on's tables; mixed into a test case.

    Each line of a table is the name, its signature and why we need it. What the tables say is compared
    with the sources and the registry, both ways.
    """

    addon = None
    overrides = {}
    class_overrides = {}
    calls = {}
    calls_of_others = {}  # the table of an add-on below: what it lists needn't be listed again

    def test_each_override_overrides(self):
        """A method of Odoo's that gets another name no longer asks ours, and nobody is told."""
        found = model_overrides(self.env, self.addon)
        listed = {(model, name) for model, names in self.overrides.items() for name in names}
        by_line = {}
        for (model, name), text in found.items():
            of_any = (model, name) not in listed and (ANY_MODEL, name) in listed
            by_line[ANY_MODEL if of_any else model, name] = text
        self._compare(self.overrides, by_line)

    def test_each_controller_overrides(self):
        """The same for controllers, with their addresses."""
        self._compare(self.class_overrides, class_overrides(self.addon))

    def test_each_call_finds_what_it_calls(self):
        """Private names of Odoo's that we call or read: what they take is nobody's promise."""
        defined = private_names("sales_crm").defined | private_names(self.addon).defined
        used = {n: place for n, place in private_names(self.addon).used.items() if n not in defined}
        listed = {name for names in self.calls.values() for name in names}
        known = listed.union(*self.calls_of_others.values())
        unlisted = [f"{name}, used in {place}" for name, place in used.items() if name not in known]
        self.assertFalse(unlisted, "Name whose it is, and say why we need it, in the table of calls")
        self.assertFalse(listed - used.keys(), "No longer used: take it out of the table of calls")
        found = {}
        for owner, names in self.calls.items():
            for name in names:
                classes = self._classes(owner)
                for theirs in root_definition(classes, name):
                    found[owner, name] = signature(theirs)
                if (owner, name) not in found and has_attribute(classes, name):
                    found[owner, name] = ("attribute",)
        self._compare(self.calls, found)

    def _classes(self, owner):
        if ":" not in owner:
            return type(self.env[owner]).mro()
        module, name = owner.split(":")
        return getattr(import_module(module), name).mro()

    def _compare(self, table, found):
        """Fail with the lines to put into the table, and the reasons of what is no longer found."""
        listed = {(owner, name): line for owner, names in table.items() for name, line in names.items()}
        faults = [
            f"{owner}: {name} is no longer found. Has Odoo renamed it? We need it: {line[1]}"
            for (owner, name), line in listed.items()
            if (owner, name) not in found
        ]
        for (owner, name), (text, *routes) in sorted(found.items()):
            _text, reason, *_routes = listed.get((owner, name), ("", "say why"))
            line = (text, reason, *routes)
            if line != listed.get((owner, name)):
                faults.append(f'{owner}: put in    "{name}": ({json.dumps(line)[1:-1]}),')
        self.assertFalse(faults, "\n" + "\n".join(faults))
