from . import sales_performance_report
from . import sales_performance_report_query
from . import sales_performance_report_arms
from . import sales_performance_xlsx
