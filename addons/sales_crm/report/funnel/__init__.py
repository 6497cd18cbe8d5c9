from . import sales_funnel_report
from . import sales_funnel
from . import sales_funnel_figures
from . import sales_funnel_xlsx
