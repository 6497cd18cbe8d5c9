from . import res_company
from . import res_config_settings
from . import sales_target
from . import sales_target_facts
from . import sales_target_progress
from . import sales_target_help
from . import sales_target_months
from . import sales_target_grid
