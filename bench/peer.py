"""The peer at work, in its own environment: `eventsourcing` with its defaults, one JSON line on stdout.

Run by bench/peering.py with the peer's interpreter; it knows nothing of Seriatim.
"""

import argparse
import json
import random
import threading
import time
from collections.abc import Callable
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

HISTORY = 30
WARM_UP = 0.4


class Tally(Aggregate):
    """Strokes counted, as in bench/aggregate.py."""

    @event("Started")
    def __init__(self, name: str) -> None:
        self.name = name
        self.strokes = 0

    @staticmethod
    def create_id(name: str) -> UUID:
        """The same id for the same name, so that a later process finds it."""
        return uuid5(NAMESPACE_OID, name)

    @event("Struck")
    def strike(self, text: str) -> None:  # noqa: ARG002 - it makes the event as long as ours
        """One stroke more."""
        self.strokes += 1


def append(app: Application, text: str, _: range) -> Callable[[], None]:
    """One event on the caller's own stream, whose state it holds."""
    tally = Tally(str(uuid4()))
    app.save(tally)

    def act() -> None:
        tally.strike(text=text)
        app.save(tally)

    return act


def command(app: Application, text: str, streams: range) -> Callable[[], None]:
    """Get from the repository, decide, save, on streams that no other caller writes to."""

    def act() -> None:
        tally: Tally = app.repository.get(Tally.create_id(str(random.choice(streams))))  # noqa: S311 - no secret
        tally.strike(text=text)
        app.save(tally)

    return act


def prepare(app: Application, text: str, streams: int) -> None:
    """Streams of 30 events."""
    for number in range(streams):
        tally = Tally(str(number))
        for _ in range(HISTORY - 1):
            tally.strike(text=text)
        app.save(tally)


def drive(acts: list[Callable[[], None]], seconds: float) -> dict[str, float]:
    """Calls a second of a thread for each act."""
    took: list[float] = []
    began = time.perf_counter() + WARM_UP

    def caller(act: Callable[[], None]) -> None:
        now = time.perf_counter()
        while now < began + seconds:
            act()
            before, now = now, time.perf_counter()
            if before >= began and now < began + seconds:
                took.append(now - before)

    threads = [threading.Thread(target=caller, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(took)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return {"value": len(took) / seconds, "p50_ms": 1000 * p50, "p99_ms": 1000 * p99}


def main() -> None:
    """Do one task and print its figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["append", "command", "prepare"])
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--streams", type=int, default=0)
    parser.add_argument("--text", default="")
    given = parser.parse_args()
    app = Application()
    if given.task == "prepare":
        prepare(app, given.text, given.streams)
        print("{}")
    else:
        task = {"append": append, "command": command}[given.task]
        acts = [task(app, given.text, range(n, given.streams, given.callers)) for n in range(given.callers)]
        print(json.dumps(drive(acts, given.seconds)))
    app.close()


if __name__ == "__main__":
    main()
