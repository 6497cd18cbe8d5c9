from . import base
from . import sales_computed_figures
