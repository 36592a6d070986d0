"""`python -m services.web serve | migrate | rebuild | account`."""

import sys

from services.web import accounts
from services.web.app import build
from shared.main import main

if sys.argv[1:2] == ["account"]:
    accounts.main(sys.argv[2:])
else:
    main(build)
