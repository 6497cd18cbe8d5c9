from . import sales_calendar_day
from . import resource_calendar_leaves
from . import sales_work_time
from . import res_company
