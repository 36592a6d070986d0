"""`python -m services.scheduling serve | migrate | rebuild`."""

from services.scheduling.app import build
from shared.main import main

main(build)
