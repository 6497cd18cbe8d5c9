from . import sales_import_mend
