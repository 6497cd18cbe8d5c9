from . import base_partner_merge
from . import sales_activity_cancel
from . import sales_activity_finish
from . import sales_access_check
