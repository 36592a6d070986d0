"""reflow: one visit of a whole course is lost; the 33 after it put right over 12 therapists, 60 % full."""

import time
from datetime import date, timedelta
from statistics import median
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid

from bench.lines import proposal
from bench.measure import Sample, compare
from bench.results import Row
from bench.servers import Ground
from services.protocol.domain.reflow import reflow as choose_days
from services.scheduling.domain.placing import Placement
from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.reflow import Reflow, put_right
from shared.config import Practice
from shared.questions.protocol import AskReflow, ReflowPlan

VISITS, LOST = 38, 5


class Task:
    """A course as it was proposed and booked, and everything a re-flow does but reading and storing."""

    def __init__(self) -> None:
        self.known = proposal.Task(1, VISITS)
        _, picked, _ = self.known.propose()
        ids = list(self.known.roster.workers)
        self.visits = [
            Appointment(
                appointment_id=UUID(int=1000 + n),
                therapist_id=ids[one.therapist],
                room_id=ids[0],
                starts_at=one.starts_at,
                ends_at=one.starts_at + timedelta(hours=1),
                course_id=proposal.NOBODY,
            )
            for n, one in enumerate(picked.visits)
        ]

    async def put_right(self) -> tuple[list[Placement], list[Placement]]:
        """Which visits move, and the one that is added."""
        asked = Reflow(
            call=self._call(),
            client_id=proposal.NOBODY,
            course_id=proposal.NOBODY,
            state=Itinerary(appointments={one.appointment_id: one for one in self.visits}),
            later=self.visits[LOST:],
            lost=self.visits[LOST - 1 : LOST],
        )
        return await put_right(asked, self.known.roster)

    def _call(self) -> Any:
        """As much of a call as a re-flow looks at; protocol answers at once."""
        practice = Practice(zone=proposal.ZONE.key)
        now = self.visits[LOST - 1].starts_at - timedelta(hours=2)
        return SimpleNamespace(now=now, service=SimpleNamespace(practice=practice, ask=self._answer), new_id=uuid.uuid7)

    async def _answer(self, question: AskReflow) -> ReflowPlan:
        return choose_days(self.known.course, question)

    async def ours(self) -> Sample:
        """The median time of some, in milliseconds."""
        took: list[float] = []
        for _ in range(proposal.TRIES):
            began = time.perf_counter()
            await self.put_right()
            took.append(time.perf_counter() - began)
        return Sample(value=1000 * median(took))


async def reflow(_: Ground) -> list[Row]:
    """From the calendars as read to the visits that move and the one that is added."""
    task = Task()
    row = await compare("reflow", "ms", task.ours)
    moves, bookings = await task.put_right()
    row.note = (
        f"visit {LOST} of {VISITS} is lost: {len(moves)} of the later ones move, {len(bookings)} is added;"
        f" free days of {proposal.THERAPISTS} therapists until {last(task.visits)}, and the choice of days"
    )
    return [row]


def last(visits: list[Appointment]) -> date:
    """The day of the last visit."""
    return visits[-1].starts_at.date()
