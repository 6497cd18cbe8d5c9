from . import sales_client_class_set
