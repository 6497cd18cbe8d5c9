from . import sales_credit_ask
from . import sales_credit_decide
