from . import test_core_api
from . import test_delivery_gate
from . import test_delivery_manager
from . import test_kept_default
from . import test_draft_invoice_payer
from . import test_shipped_is_owed
from . import test_limit_machine
from . import test_shipped_price
