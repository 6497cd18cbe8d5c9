from . import sales_cadence_begin
