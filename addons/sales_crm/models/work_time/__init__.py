from . import sales_work_time
from . import resource_calendar
from . import resource_resource
from . import res_company
from . import res_users
from . import res_partner
