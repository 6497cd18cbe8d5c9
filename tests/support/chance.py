"""The dice of the add-ons' tests for the black-box ones: the seed of the day, and how many cases to try."""

from importlib.util import module_from_spec, spec_from_file_location

from crmtool.layout import ADDONS

_spec = spec_from_file_location("chance", ADDONS / "sales_crm" / "tests" / "chance.py")
_chance = module_from_spec(_spec)
_spec.loader.exec_module(_chance)

dice_of, how_many = _chance.dice_of, _chance.how_many
