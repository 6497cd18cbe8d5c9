from . import sales_stage_mapping
from . import crm_lead_lost
