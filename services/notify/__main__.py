"""`python -m services.notify serve | migrate | rebuild`."""

from services.notify.app import build
from shared.main import main

main(build)
