from . import res_partner
from . import sales_activity_outcome
from . import mail_activity
from . import sales_my_day
from . import sales_my_day_tomorrow
