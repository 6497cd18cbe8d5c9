from . import sales_activity_outcome
from . import sales_carry_log
from . import mail_activity_type
from . import mail_activity
from . import mail_activity_time
from . import mail_activity_outcome
from . import res_users
from . import res_partner
