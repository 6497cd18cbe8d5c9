from . import sales_client_duplicate
