from . import sales_visit_report
from . import sales_route
