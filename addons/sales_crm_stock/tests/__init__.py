from . import test_delivery_gate
from . import test_delivery_manager
