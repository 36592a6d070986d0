"""The stack of a fault run: as `make run` starts it, but each service reaches its servers by wires of the test.

python -m tests.faults.standing --port 8080 --data .seriatim --now 2026-03-02T14:00:00Z --wires '{"records": …}'
"""

import argparse
import asyncio
import json
from pathlib import Path

from deploy.place import Place
from deploy.screen import Screen
from deploy.stack import Stack, stand


class Wired(Stack):
    """`wires` gives the ports of the servers as each service sees them."""

    wires: dict[str, dict[str, int]] = {}

    def seen_by(self, service: str) -> dict[str, int]:
        """The wire's port where there is a wire."""
        return self.ports | self.wires.get(service, {})


def main(given: argparse.Namespace) -> None:
    """Run it until SIGTERM."""
    screen = Screen()
    Wired.wires = given.wires

    async def serve(_: Stack) -> None:
        screen.say(f"Ready after {screen.elapsed:.1f} s")
        await asyncio.Event().wait()

    place = Place(port=given.port, data=given.data, clock="simulated", now=given.now)
    asyncio.run(stand(place, screen, serve, Wired))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--now", required=True)
    parser.add_argument("--wires", type=json.loads, default={})
    main(parser.parse_args())
