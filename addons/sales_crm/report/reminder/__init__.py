from . import sales_month_xlsx
