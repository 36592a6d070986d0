"""Never dead and ready: beside the load, what each service says of itself is held against what it really does."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import takewhile

from shared.tasks import stop
from tests.faults.handles import fetch
from tests.faults.stage import SERVICES, Stage, until

EVERY = 5.0
"""Seconds from one look at a service to the next, if its work does not take longer."""
HEARD_WITHIN = 6.0
SO_OFTEN, SO_LONG = 3, 15.0
"""So many looks in a row, over so many seconds, and a service that cannot work and says it is ready is a finding."""
BACK_AT_WORK = 60.0
"""Seconds after the end of a fault in which every service must do all its work again, without being started again."""
HEARS = {
    "protocol": ("records", "scheduling"),
    "scheduling": ("records", "protocol"),
    "notify": ("records", "protocol", "scheduling"),
}
ASKED = ("records", "protocol", "scheduling")
NEEDS = {"scheduling": ("records", "protocol"), "notify": ("records",)}
"""Whom a write of this service may ask: while they say they are not ready, it may well fail."""


@dataclass(frozen=True)
class Look:
    """One try of some work: whether it was done, and whether all it takes said they were ready, before and after."""

    began: float
    ended: float
    ready: bool
    done: bool

    @property
    def dead_and_ready(self) -> bool:
        return self.ready and not self.done


def is_dead_and_ready(looks: Sequence[Look]) -> bool:
    """Whether the last looks, enough of them and over long enough, all saw it."""
    run = list(takewhile(lambda look: look.dead_and_ready, reversed(looks)))
    return len(run) >= SO_OFTEN and run[0].ended - run[-1].began >= SO_LONG


class Watch:
    """Looks at every service again and again; `findings` grows, each once a time of failing."""

    def __init__(self, stage: Stage) -> None:
        self.findings: list[str] = []
        self.over = False
        self.tasks: list[asyncio.Task[None]] = []
        self._stage = stage
        self._probe = stage.probe
        self._looks: dict[tuple[str, str], list[Look]] = defaultdict(list)

    async def run(self, service: str) -> None:
        """Look until it is over."""
        while not self.over:
            began = time.monotonic()
            await self._look(service)
            await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))

    async def back_at_work(self, since: float) -> None:
        """Wait until everybody has done all their work after this time and says so; a sentence if not in time."""
        try:
            await until(lambda: not self.missing(since), BACK_AT_WORK, "everybody to be back at work")
        except AssertionError:
            for task in self.tasks:
                if task.done():
                    task.result()
            raise AssertionError(f"{BACK_AT_WORK:.0f} s later: {', '.join(self.missing(since))}") from None

    def missing(self, since: float) -> list[str]:
        """What nobody has seen done since, by somebody ready."""
        wanted = [(name, "write") for name in SERVICES] + [(name, "answer over the bus") for name in ASKED]
        wanted += [(name, f"hearing of {producer}") for name, heard in HEARS.items() for producer in heard]
        done = {key for key, looks in self._looks.items() if any(_after(look, since) for look in looks)}
        return [f"no {what} by a ready {name}" for name, what in wanted if (name, what) not in done]

    async def _look(self, service: str) -> None:
        began, before = time.monotonic(), await self._ready()
        wrote = await self._probe.write(service)
        heard = await self._heard(service) if wrote else {}
        answered = await self._probe.ask(service) if service in ASKED else None
        ready = before & await self._ready()

        def take(name: str, what: str, done: bool | None, *with_: str) -> None:
            if done is not None:
                self._take(name, what, Look(began, time.monotonic(), ready >= {name, *with_}, done))

        needs = NEEDS.get(service, ())
        if wrote or all(map(self._answers, needs)):  # else it is theirs
            take(service, "write", wrote, *needs)
        take(service, "answer over the bus", answered)
        for consumer, done in heard.items():
            take(consumer, f"hearing of {service}", done, service)

    def _answers(self, name: str) -> bool:
        looks = self._looks[name, "answer over the bus"]
        return not looks or looks[-1].done

    def _take(self, name: str, what: str, look: Look) -> None:
        looks = self._looks[name, what]
        looks.append(look)
        if is_dead_and_ready(looks) and not is_dead_and_ready(looks[:-1]):
            self.findings.append(f"dead and ready: {name} says it is ready, and for {SO_LONG:.0f} s there is no {what}")

    async def _ready(self) -> set[str]:
        reasons = await asyncio.gather(*(self._probe.readiness(name) for name in SERVICES))
        return {name for name, said in zip(SERVICES, reasons, strict=True) if said is None}

    async def _heard(self, producer: str) -> dict[str, bool | None]:
        """Of each service that hears this one, whether it has heard all there is by now; nothing where nobody knows."""
        consumers = [name for name, heard in HEARS.items() if producer in heard]
        position = await published(self._stage, producer)
        found = await asyncio.gather(*(self._reached(name, producer, position) for name in consumers))
        return dict(zip(consumers, found, strict=True))

    async def _reached(self, consumer: str, producer: str, position: int | None) -> bool | None:
        return None if position is None else await hears(self._stage, consumer, producer, position, HEARD_WITHIN)


async def published(stage: Stage, producer: str) -> int | None:
    """The position of the last event that others hear; nothing while the database is away."""
    names = [cls.__name__ for cls in import_module(f"shared.events.{producer}").PUBLISHED]
    rows = await fetch(stage, producer, "select max(position) from public.event where type = any($1)", names)
    return rows[0][0] if rows else None


async def hears(stage: Stage, consumer: str, producer: str, position: int, seconds: float) -> bool | None:
    """Whether a service has heard another up to there in time; nothing if its database is away."""
    deadline, known = time.monotonic() + seconds, False
    while True:
        sql = "select position from public.checkpoint where producer = $1"
        rows = await fetch(stage, consumer, sql, producer)
        if rows and rows[0]["position"] >= position:
            return True
        known = known or bool(rows)
        if time.monotonic() > deadline:
            return False if known else None
        await asyncio.sleep(0.3)


def _after(look: Look, since: float) -> bool:
    return look.began >= since and look.ready and look.done


@asynccontextmanager
async def watching(stage: Stage) -> AsyncIterator[Watch]:
    """Watch all services meanwhile; looks that were begun are ended. Raises if one was dead and ready."""
    watch = Watch(stage)
    watch.tasks = [asyncio.create_task(watch.run(name)) for name in SERVICES]
    try:
        yield watch
        watch.over = True
        await asyncio.gather(*watch.tasks)
        assert not watch.findings, "\n".join(watch.findings)
    except AssertionError as error:
        if watch.findings and not watch.over:  # then it is about something else
            error.add_note("\n".join(watch.findings))
        raise
    finally:
        await stop(*watch.tasks)
