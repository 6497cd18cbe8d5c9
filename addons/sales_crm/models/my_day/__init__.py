from . import sales_my_day
from . import sales_my_day_gone
