from . import res_users
from . import sales_reminder
from . import mail_activity
from . import sales_morning
from . import sales_month_mail
