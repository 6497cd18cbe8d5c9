from . import base
from . import res_partner_category
from . import res_partner
from . import res_partner_same_firm
from . import mail_activity
from . import crm_lead
from . import ir_attachment
