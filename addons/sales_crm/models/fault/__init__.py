from . import sales_morning_fault
from . import sales_morning
from . import sales_morning_piece
