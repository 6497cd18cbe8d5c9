from . import sales_activity_bulk
from . import sales_plan_preview
