from . import sales_plan_day
from . import sales_plan_line
from . import sales_morning
from . import res_partner
from . import res_users
from . import sales_carry_log
from . import mail_activity
from . import mail_activity_reassigned
