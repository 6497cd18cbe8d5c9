from . import sales_morning
from . import res_users
