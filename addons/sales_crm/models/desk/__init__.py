from . import sales_desk
from . import sales_desk_money
from . import sales_desk_clients
from . import sales_desk_attention
from . import sales_desk_actions
