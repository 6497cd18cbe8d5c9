from . import crm_team
from . import ir_ui_menu
from . import mail_activity
from . import sales_morning
from . import sales_team_day
from . import sales_team_day_tasks
from . import sales_team_day_week
