from . import documents
from . import export
from . import json
from . import pivot
from . import report
from . import thread
