"""`python -m services.records serve | migrate | rebuild | shred`."""

import asyncio
import sys

from services.records.app import build
from services.records.sweeping import shred
from shared.config import read_config
from shared.main import main

if sys.argv[1:] == ["shred"]:
    asyncio.run(shred(read_config()))
else:
    main(build)
