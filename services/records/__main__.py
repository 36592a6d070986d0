"""`python -m services.records serve | migrate | rebuild | shred`."""

import asyncio
import sys

from services.records.app import build
from services.records.sweeping import shred
from shared.config import read_config
from shared.main import main
from shared.variables import Misconfigured

if sys.argv[1:] == ["shred"]:
    try:
        asyncio.run(shred(read_config()))
    except Misconfigured as error:
        sys.exit(str(error))
else:
    main(build)
