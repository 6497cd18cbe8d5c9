from . import sales_receivable_collect
