from . import sales_ledger_facts
from . import sales_ledger_facts_payment
from . import sales_ledger_check
from . import sales_ledger_check_row
