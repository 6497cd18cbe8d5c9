from . import sales_credit
from . import sales_credit_release
from . import stock_picking
from . import stock_move
from . import stock_move_line
from . import stock_quant
