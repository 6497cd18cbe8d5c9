from . import client_state, import_headers, normalise
