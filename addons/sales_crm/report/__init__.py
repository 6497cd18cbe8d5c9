from . import sales_import_xlsx
from . import sales_guarded_reports
from . import sales_contract_xlsx
from . import sales_client_history
from . import sales_client_history_work
from . import sales_client_history_money
from . import sales_client_history_xlsx
