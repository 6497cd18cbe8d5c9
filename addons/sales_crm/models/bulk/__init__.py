from . import mail_activity
from . import sales_mass_plan
from . import sales_mass_plan_line
from . import sales_mass_plan_load
from . import sales_mass_plan_work
