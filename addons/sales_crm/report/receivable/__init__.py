from . import sales_receivable_report
from . import sales_receivable_xlsx
from . import sales_receivable_kpi_xlsx
