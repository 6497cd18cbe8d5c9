from . import test_department_dashboard
from . import test_words
