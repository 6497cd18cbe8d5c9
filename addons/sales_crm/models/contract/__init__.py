from . import sales_contract
from . import sales_contract_life
