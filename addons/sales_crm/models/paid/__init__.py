from . import sales_paid_service
from . import base
from . import ir_actions_actions
from . import ir_cron
from . import ir_ui_menu
from . import res_config_settings
