from . import res_company
from . import res_config_settings
from . import sales_contact_channel
from . import sales_purchase_role
from . import res_partner
from . import sales_morning
from . import mail_activity
