from . import sales_batch_step
from . import sales_batch
