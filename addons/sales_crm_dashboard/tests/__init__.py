from . import test_core_api
from . import test_department_dashboard
from . import test_words
