from . import sales_contract_xlsx
