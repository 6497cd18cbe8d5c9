from . import sales_target_copy
