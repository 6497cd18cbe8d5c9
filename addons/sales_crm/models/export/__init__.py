from . import sales_export_log
from . import sales_export_day
from . import base
from . import res_users
from . import report_report_xlsx_abstract
