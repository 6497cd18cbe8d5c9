from . import account_move
from . import account_partial_reconcile
from . import sales_receivable_ledger
from . import sales_receivable_snapshot
from . import sales_receivable_kpi
from . import mail_activity
from . import res_partner
