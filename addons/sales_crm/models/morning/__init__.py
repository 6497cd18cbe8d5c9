from . import resource_calendar
from . import resource_calendar_leaves
from . import sales_morning
from . import res_users
from . import resource_resource
