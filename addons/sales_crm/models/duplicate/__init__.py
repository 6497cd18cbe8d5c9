from . import sales_partner_key
from . import sales_client_distinct
from . import res_partner
from . import res_partner_channel
from . import res_partner_served
from . import res_partner_caller
from . import sales_contact_channel
