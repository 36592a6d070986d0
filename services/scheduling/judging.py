"""The cadence is protocol's: asking for verdicts on a whole itinerary, and reading what stands against whom."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.views import Affected
from shared.clock import YEARS, day_of
from shared.decider import Refusal, Unknown, refuse
from shared.http.routes import Call
from shared.questions.protocol import AskCourse, AskVerdicts, CourseFacts, Verdict
from shared.questions.records import AskContact
from shared.service import Service


class Entry(Struct, frozen=True, kw_only=True, order=True):
    """A visit's day in an itinerary; on the same day, what is new comes after what was there."""

    day: date
    new: bool = False
    starts_at: datetime
    appointment_id: UUID


class Judgement(Struct, frozen=True, kw_only=True):
    """What speaks against new visits, and which of the others fitted before and do not fit now."""

    against: dict[UUID, Verdict] = {}
    harmed: list[tuple[Entry, Verdict]] = []


async def course_of(call: Call, client_id: UUID, course_id: UUID | None) -> CourseFacts | None:
    """The client's course, if one is named. Raises `Unknown`, refuses another client's, asks both at once."""
    if course_id is None:
        contact = await call.service.ask(AskContact(client_id=client_id))
        course: CourseFacts | None = None
    else:
        contact, course = await asyncio.gather(
            call.service.ask(AskContact(client_id=client_id)), call.service.ask(AskCourse(course_id=course_id))
        )
    if contact is None:
        raise Unknown("There is no such client.")
    if course_id and course is None:
        raise Unknown("There is no such course.")
    if course and course.client_id != client_id:
        raise refuse("foreign_course", "This course is another client's.")
    return course


async def judge(
    call: Call, course_id: UUID, client_id: UUID, before: Sequence[Entry], after: Sequence[Entry]
) -> Judgement:
    """Verdicts on the course's itinerary without and with the change, asked once."""
    lists = [[entry.day for entry in sorted(entries)] for entries in (before, after)]
    answer = await call.service.ask(AskVerdicts(course_id=course_id, client_id=client_id, itineraries=lists))
    if answer is None:
        raise Unknown("There is no such course.")
    return compare(sorted(before), answer[0], sorted(after), answer[1])


async def refusals(
    service: Service, course_id: UUID, state: Itinerary, client_id: UUID, options: Sequence[Sequence[Entry]]
) -> list[dict[UUID, Refusal]]:
    """For each choice of visits to add, what speaks against each of them: their own day, or the harm they do.

    All in one question. Raises `Unknown` for a course that is not there.
    """
    before = sorted(entries(state.open_visits(course_id), service.practice.tz))
    lists = [sorted([*before, *option]) for option in options]
    days = [[one.day for one in visits] for visits in (before, *lists)]
    answer = await service.ask(AskVerdicts(course_id=course_id, client_id=client_id, itineraries=days))
    if answer is None:
        raise Unknown("There is no such course.")
    judged = zip(options, lists, answer[1:], strict=True)
    return [blame(compare(before, answer[0], visits, found), option) for option, visits, found in judged]


def compare(
    before: Sequence[Entry], verdicts: Sequence[Verdict], after: Sequence[Entry], new_verdicts: Sequence[Verdict]
) -> Judgement:
    """What speaks against the new visits, and whom they harm."""
    fitted = {entry.appointment_id for entry, verdict in zip(before, verdicts, strict=True) if verdict.allowed}
    refused = [(entry, verdict) for entry, verdict in zip(after, new_verdicts, strict=True) if not verdict.allowed]
    return Judgement(
        against={entry.appointment_id: verdict for entry, verdict in refused if entry.new},
        harmed=[(entry, verdict) for entry, verdict in refused if not entry.new and entry.appointment_id in fitted],
    )


def blame(judgement: Judgement, new: Iterable[Entry]) -> dict[UUID, Refusal]:
    """What speaks against each new visit; harm done to another counts against the new one that comes before it."""
    found = {appointment_id: refusal(verdict) for appointment_id, verdict in judgement.against.items()}
    fine = sorted(entry for entry in new if entry.appointment_id not in found)
    for harmed, verdict in judgement.harmed:
        if earlier := [entry for entry in fine if entry.day <= harmed.day] or fine[:1]:
            found.setdefault(earlier[-1].appointment_id, harm(harmed, verdict))
    return found


def refusal(verdict: Verdict) -> Refusal:
    """A verdict that refuses, in the words of the HTTP contract."""
    return Refusal(rule=verdict.rule or "closed", detail=verdict.detail or "", earliest=verdict.earliest)


def harm(harmed: Entry, verdict: Verdict) -> Refusal:
    """A new visit that makes one already agreed break a rule."""
    detail = f"With it the visit already agreed for {harmed.day} would break a rule. {verdict.detail or ''}"
    return Refusal(rule=verdict.rule or "closed", detail=detail.strip())


def entries(visits: Iterable[Appointment], zone: ZoneInfo) -> list[Entry]:
    """The days of visits already agreed; no cadence has to do with a year that cannot be meant."""
    return [
        Entry(day=day_of(one.starts_at, zone), starts_at=one.starts_at, appointment_id=one.appointment_id)
        for one in visits
        if one.starts_at.year in YEARS
    ]


def affected(judgement: Judgement) -> list[Affected]:
    """The visits that stay and do not fit any more."""
    return [
        Affected(
            appointment_id=entry.appointment_id,
            starts_at=entry.starts_at,
            rule=verdict.rule or "closed",
            detail=verdict.detail or "",
            earliest=verdict.earliest,
        )
        for entry, verdict in judgement.harmed
    ]
