from . import mail_activity_type
from . import res_company
from . import res_config_settings
from . import res_partner
from . import sales_visit
from . import mail_activity
from . import sales_my_day
from . import sales_my_day_route
