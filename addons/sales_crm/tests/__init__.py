from . import test_mail_activity
from . import test_morning
from . import test_res_partner
