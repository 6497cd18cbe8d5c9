from . import sales_growth
from . import sales_growth_clients
from . import sales_growth_figures
