from . import account_move
from . import res_partner
from . import calendar_event
from . import crm_lead
