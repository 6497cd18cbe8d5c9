from . import sales_receivable_collect
from . import base_partner_merge
