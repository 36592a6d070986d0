"""`python -m services.protocol serve | migrate | rebuild`."""

from services.protocol.app import build
from shared.main import main

main(build)
