from . import sales_import_xlsx
