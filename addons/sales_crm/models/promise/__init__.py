from . import sales_promise
from . import sales_promise_settle
from . import res_partner
from . import mail_activity
from . import account_move
from . import sales_morning
from . import account_move_line
from . import sales_my_day
