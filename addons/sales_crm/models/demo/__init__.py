from . import sales_demo
