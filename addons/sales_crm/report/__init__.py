from . import sales_import_xlsx
from . import sales_guarded_reports
from . import sales_contract_xlsx
from . import sales_receivable_report
from . import sales_receivable_xlsx
from . import sales_funnel_report
from . import sales_funnel
from . import sales_funnel_xlsx
