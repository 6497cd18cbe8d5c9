from . import mail_activity
from . import res_users
from . import resource_calendar_leaves
from . import sales_access_rule
from . import sales_morning
from . import sales_my_day
