"""A stand-in that answers protocol's questions on the real bus: a break after some sessions, two days between visits.

It lets these tests choose the cadence; the real protocol is asked in the end-to-end tests.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from deploy import nats
from shared.bus.ask import answer
from shared.bus.connection import Bus
from shared.questions import (
    AskCourse,
    AskPlan,
    AskVerdicts,
    CourseFacts,
    CoursePlan,
    PlannedBreak,
    PlannedSession,
    Unplaced,
    Verdict,
)
from tests.harness import It

GAP = timedelta(days=2)


@dataclass
class Cadence:
    """Courses, and one rule for all: at least `GAP` apart, and a break of `weeks` after `series` sessions."""

    series: int = 4
    weeks: int = 2
    courses: dict[UUID, CourseFacts] = field(default_factory=dict)

    def open(self, client_id: str, completed: int = 0) -> str:
        course_id = uuid4()
        self.courses[course_id] = CourseFacts(
            course_id=course_id,
            client_id=UUID(client_id),
            protocol="fibromyalgia",
            title="Fibromyalgia",
            status="series",
            sessions_completed=completed,
            completed_on=[],
            total=None,
        )
        return str(course_id)

    def refuses(self, day: date, before: list[date]) -> Verdict | None:
        found = Verdict(date=day, ordinal=len(before) + 1, allowed=False)
        last = before[-1] if before else None
        if last and len(before) == self.series and day < (first := last + timedelta(weeks=self.weeks)):
            return Verdict(
                date=day, ordinal=found.ordinal, allowed=False, rule="break", detail="Break.", earliest=first
            )
        if last and day < last + GAP:
            return Verdict(
                date=day, ordinal=found.ordinal, allowed=False, rule="min_gap", detail="Too near.", earliest=last + GAP
            )
        return None

    def verdicts(self, days: list[date]) -> list[Verdict]:
        taken: list[date] = []
        found = []
        for day in days:
            verdict = self.refuses(day, taken)
            found.append(verdict or Verdict(date=day, ordinal=len(taken) + 1, allowed=True))
            taken += [] if verdict else [day]
        return found

    async def course(self, question: AskCourse) -> CourseFacts | None:
        return self.courses.get(question.course_id)

    async def judge(self, question: AskVerdicts) -> list[list[Verdict]] | None:
        known = question.course_id in self.courses
        return [self.verdicts(days) for days in question.itineraries] if known else None

    async def plan(self, question: AskPlan) -> CoursePlan | None:
        if question.course_id not in self.courses:
            return None
        wanted = question.sessions if isinstance(question.sessions, int) else self.series + 2
        taken, chosen = sorted(question.booked), []
        for rank in (0, 1, 2):
            for candidate in sorted(question.candidates, key=lambda one: one.date):
                fits = candidate.rank == rank and len(chosen) < wanted and candidate.date not in taken
                if fits and self.fits(candidate.date, taken):
                    taken, chosen = sorted([*taken, candidate.date]), sorted([*chosen, candidate.date])
        return CoursePlan(
            sessions=[PlannedSession(date=d, ordinal=taken.index(d) + 1, phase="series 1") for d in chosen],
            breaks=self.breaks(taken),
            unplaced=[Unplaced(ordinal=len(taken) + n + 1, why="no day") for n in range(wanted - len(chosen))],
        )

    def fits(self, day: date, taken: list[date]) -> bool:
        return all(verdict.allowed for verdict in self.verdicts(sorted([*taken, day])))

    def breaks(self, taken: list[date]) -> list[PlannedBreak]:
        if len(taken) < self.series:
            return []
        last = taken[self.series - 1]
        return [PlannedBreak(started_on=last, first_day=last + timedelta(weeks=self.weeks))]


@asynccontextmanager
async def answering(it: It, cadence: Cadence) -> AsyncIterator[Bus]:
    """Answer in protocol's place, with protocol's rights on the bus."""
    config = it.service.config
    assert config.token_key
    port = urlsplit(config.nats).port
    assert port
    bus = Bus("protocol", nats.url("protocol", config.token_key.parent.parent / "secrets", port))
    await bus.connect()
    await answer(bus, {AskCourse: cadence.course, AskVerdicts: cadence.judge, AskPlan: cadence.plan})
    await bus.client.flush()
    try:
        yield bus
    finally:
        await bus.client.close()
