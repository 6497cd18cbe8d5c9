from . import test_import
from . import test_demo
from . import test_mail_activity
from . import test_morning
from . import test_my_day
from . import test_res_partner
from . import test_tours
