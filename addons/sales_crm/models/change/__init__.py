from . import sales_activity_change
from . import sales_my_day
from . import mail_activity
from . import mail_activity_received
from . import mail_activity_retyped
from . import resource_calendar_leaves
