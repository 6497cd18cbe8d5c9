from . import base_partner_merge
from . import base_partner_merge_contact
from . import base_partner_merge_dates
from . import base_partner_merge_client
from . import base_partner_merge_card
from . import base_partner_merge_owner
