from . import sales_client_history
from . import sales_client_history_moment
from . import sales_client_history_work
from . import sales_client_history_money
from . import sales_client_history_promise
from . import sales_client_history_xlsx
from . import sales_client_brief
from . import sales_client_history_visit
