"""proposal: 30 visits proposed for a new client, 12 therapists with calendars 60 % full, against CP-SAT."""

import asyncio
import random
import subprocess
import time
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from bench.measure import Sample, compare
from bench.peering import HERE, interpreter
from bench.results import Row
from bench.servers import Ground
from services.protocol.domain.cadence import Cadence
from services.protocol.domain.parsing import parse
from services.protocol.domain.ways import ways
from services.scheduling.domain.choosing import Wish
from services.scheduling.domain.minutes import Stretch, merged, stretch
from services.scheduling.domain.openings import openings
from services.scheduling.domain.proposing import Picked, pick
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import WEEKDAYS, Span
from services.scheduling.proposals import reach
from shared.clock import at, parse_time
from shared.questions.protocol import AskWays, CourseWays

THERAPISTS, VISITS, FULL = 12, 30, 0.6
ZONE, FIRST, NOBODY = ZoneInfo("America/New_York"), date(2026, 3, 2), UUID(int=0)
TRIES = 7
"""Ours is done so often in a run; the median counts."""


class Answer(Struct):
    """What CP-SAT found, and in how many milliseconds."""

    value: float
    reached: list[int]


class Task:
    """A practice made up of a seed, and the parts of a proposal in it."""

    def __init__(self, seed: int, visits: int = VISITS) -> None:
        chance = random.Random(seed)  # noqa: S311 - no secret
        hours = [Span(weekday=day, from_="09:00", to="17:00") for day in WEEKDAYS[:5]]
        ids = [UUID(int=n + 1) for n in range(THERAPISTS)]
        workers = {
            one: Worker(therapist_id=one, name=str(n), hours=hours, rooms=[], taken=merged(busy(chance)))
            for n, one in enumerate(ids)
        }
        rooms = {one: Workplace(room_id=one, name="Room") for one in ids}
        self.roster = Roster(zone=ZONE, grid=15, workers=workers, rooms=rooms)
        text = (HERE.parent / "services/protocol/definitions/fibromyalgia.toml").read_bytes()
        self.course = Cadence(definition=parse(text, {}), days=(), starts_on=FIRST)
        start = datetime(FIRST.year, FIRST.month, FIRST.day, 5, tzinfo=UTC)
        self.visits = visits
        self.within = start, start + reach(visits)
        self.times: list[tuple[float, float, float]] = []

    def propose(self) -> tuple[CourseWays, Picked, dict[date, dict[int, int]]]:
        """Everything between what was read from the database and what is answered."""
        began = time.perf_counter()
        table = openings(self.roster, Wish(), 60, self.within)
        found = time.perf_counter()
        graph = ways(self.course, AskWays(course_id=NOBODY, client_id=NOBODY, sessions=self.visits, days=sorted(table)))
        drawn = time.perf_counter()
        picked = pick(graph.sessions, table, 0)
        self.times.append((found - began, drawn - found, time.perf_counter() - drawn))
        return graph, picked, {day: one.times for day, one in table.items()}

    async def ours(self) -> Sample:
        """The median time of some proposals, in milliseconds."""
        self.times.clear()
        for _ in range(TRIES):
            self.propose()
        return Sample(value=1000 * median(map(sum, self.times)))

    async def cp_sat(self) -> Sample:
        """CP-SAT's time; that it comes to the same is checked."""
        graph, picked, table = self.propose()
        task = {
            "days": {day.toordinal(): dict(times) for day, times in table.items()},
            "earliest": [session.days[0].date.toordinal() for session in graph.sessions],
            "breaks": [n + 1 for n, session in enumerate(graph.sessions[:-1]) if session.rest],
            "people": THERAPISTS,
        }
        run = [str(interpreter()), str(HERE / "planner.py")]
        found = await asyncio.to_thread(
            subprocess.run, run, input=msgspec.json.encode(task), stdout=subprocess.PIPE, check=True
        )
        answer = msgspec.json.decode(found.stdout, type=Answer)
        if answer.reached[1:] != [departures(picked), len({one.therapist for one in picked.visits})]:
            raise RuntimeError(f"CP-SAT comes to {answer.reached}")
        return Sample(value=answer.value)


def busy(chance: random.Random) -> list[Stretch]:
    """Hours between nine and five that are taken, each with the same probability."""
    days = (FIRST + timedelta(days=n) for n in range(400))
    starts = [at(day, parse_time(f"{hour:02}:00"), ZONE) for day in days for hour in range(9, 17)]
    return [stretch((start, start + timedelta(hours=1))) for start in starts if chance.random() < FULL]


def departures(picked: Picked) -> int:
    """How often the visits depart from the rhythm, by weekday or time."""
    rhythm = picked.rhythm
    local = [one.starts_at.astimezone(ZONE) for one in picked.visits]
    return sum(
        (one.weekday() not in rhythm.weekdays[2]) + (one.hour * 60 + one.minute != rhythm.minute)
        for one in local
        if rhythm
    )


async def proposal(_: Ground) -> list[Row]:
    """Ours from the calendars as read to the visits chosen; the peer is CP-SAT, given the free times."""
    task = Task(1)
    row = await compare("proposal", "ms", task.ours, peer=task.cp_sat)
    parts = [1000 * median(part) for part in zip(*task.times, strict=True)]
    row.note = (
        f"free times {parts[0]:.0f} ms, choices of days {parts[1]:.0f} ms, the best of them {parts[2]:.0f} ms;"
        " CP-SAT is given the free times and each session's earliest day, and its model's making is not counted; aim 30"
    )
    return [row]
