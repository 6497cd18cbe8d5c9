from . import sales_my_day
