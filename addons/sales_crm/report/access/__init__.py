from . import sales_guarded_reports
