from . import mail_activity
from . import sales_morning
from . import sales_my_day
from . import sales_access_rule
from . import resource_calendar_leaves
