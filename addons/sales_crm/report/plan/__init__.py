from . import sales_activity_report
from . import sales_activity_xlsx
