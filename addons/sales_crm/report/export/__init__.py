from . import sales_xlsx_report
