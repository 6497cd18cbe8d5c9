from . import sales_activity_cancel
from . import sales_activity_finish
from . import mail_activity_schedule
