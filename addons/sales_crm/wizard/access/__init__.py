from . import sales_access_check
