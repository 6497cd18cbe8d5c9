from . import base_partner_merge
from . import sales_activity_cancel
from . import sales_activity_finish
from . import sales_access_check
from . import sales_credit_ask
from . import sales_credit_decide
from . import sales_receivable_collect
from . import sales_stage_mapping
