"""Entry point of ``python -m crmtool``."""

import sys

from .cli import main

sys.exit(main(sys.argv[1:]))
