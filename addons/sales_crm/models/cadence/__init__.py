from . import sales_cadence
from . import sales_cadence_client
from . import sales_morning
from . import sales_cadence_preview
from . import res_partner
