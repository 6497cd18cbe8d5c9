from . import ir_actions_act_window
from . import ir_http
from . import ir_ui_menu
from . import res_users
