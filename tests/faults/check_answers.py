"""What the front door acknowledged is there, once; what it refused is not; what nobody asked for is not either."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.protocol.domain.events import CourseOpened
from services.scheduling.domain.waiting import WaitlistJoined, WaitlistLeft
from shared.events.protocol import CourseClosed
from shared.events.records import (
    ClientErased,
    ClientRegistered,
    ExerciseLogged,
    SessionAmended,
    SessionCompleted,
    SessionWithdrawn,
)
from shared.events.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from shared.messages import Recorded
from tests.faults.evidence import Evidence
from tests.faults.journal import MAYBE, Question

ACTOR = "owner:terminal-owner"
EXPECTED = (200, 201, 202, 409, *MAYBE)

Thing = tuple[str, ...]


def check(evidence: Evidence) -> Iterator[str]:
    """Findings about answers."""
    for question in evidence.questions:
        yield from _answers(question)
    for kind, (service, event, of_event, of_answer) in KINDS.items():
        asked = [question for question in evidence.questions if question.asked.kind == kind]
        stored = [of_event(one) for one in evidence.logs[service].of(event) if one.cause.actor == ACTOR]
        yield from _compare(kind, asked, Counter(stored), of_answer)
    yield from _keys(evidence)


def _answers(question: Question) -> Iterator[str]:
    kind, key = question.asked.kind, question.asked.key
    for answer in question.answers:
        if answer.status is not None and answer.status not in EXPECTED:
            yield f"{kind} {key}: answered {answer.status}: {answer.body}"
    if failed := [answer for answer in question.answers if answer.status == 500]:
        yield f"{kind} {key}: answered 500 ({len(failed)} times)"
    statuses = {answer.status for answer in question.answers if answer.status and answer.status not in MAYBE}
    if len(statuses) > 1:
        yield f"{kind} {key}: one key, several outcomes: {sorted(statuses)}"


def _compare(
    kind: str, asked: list[Question], stored: Counter[Thing], of_answer: Callable[[Question, Any], Iterable[Thing]]
) -> Iterator[str]:
    wanted: Counter[Thing] = Counter()
    for question in asked:
        told = {tuple(of_answer(question, body)) for body in question.acknowledged}
        if len(told) > 1:
            yield f"{kind} {question.asked.key}: one key, several answers"
        wanted.update(next(iter(told), ()))
    for thing, times in (wanted - stored).items():
        yield f"{kind} {thing}: acknowledged and not there ({times} missing)"
    extra = stored - wanted
    if extra.total() > sum(_possible(question) for question in asked if question.outcome == "unknown"):
        yield from (f"{kind} {thing}: there {times} times more than acknowledged" for thing, times in extra.items())


def _possible(question: Question) -> int:
    """How many things a question of unknown outcome may have made."""
    return len((question.asked.body or {}).get("appointments", ())) or 1


def _keys(evidence: Evidence) -> Iterator[str]:
    """A remembered key belongs to a write that was acknowledged or whose outcome is unknown."""
    kept = {key.rpartition(" ")[2] for log in evidence.logs.values() for key in log.requests}
    for question in evidence.questions:
        if question.outcome == "refused" and question.asked.key in kept:
            yield f"{question.asked.kind} {question.asked.key}: refused and remembered as done"
        if question.outcome == "acknowledged" and question.asked.key not in kept:
            yield f"{question.asked.kind} {question.asked.key}: acknowledged and not remembered"


def _field(name: str) -> tuple[Callable[[Recorded], Thing], Callable[[Question, Any], Iterable[Thing]]]:
    """A thing known by one id, in the event and in the answer alike."""
    return (
        lambda recorded: (str(getattr(recorded.event, name)),),
        lambda _, body: [(str(body[name]),)],
    )


def _booked(_: Question, body: Any) -> Iterator[Thing]:
    for one in body["appointments"]:
        yield (one["appointment_id"],)


def _move(recorded: Recorded) -> Thing:
    return str(recorded.event.appointment_id), recorded.event.starts_at.isoformat(), str(recorded.event.therapist_id)


def _moved(question: Question, _: Any) -> Iterator[Thing]:
    wish = question.asked.body
    starts_at = msgspec.convert(wish["starts_at"], datetime)
    yield question.asked.path.split("/")[2], starts_at.astimezone(UTC).isoformat(), wish["therapist_id"]


def _amended(question: Question, _: Any) -> Iterator[Thing]:
    yield question.asked.path.split("/")[2], str(question.asked.body["pain_after"])


def _named(field: str) -> tuple[Callable[[Recorded], Thing], Callable[[Question, Any], Iterable[Thing]]]:
    """A thing known by one id, in the event and in the path of the question."""
    return _field(field)[0], lambda question, _: [(question.asked.path.split("/")[2],)]


KINDS: dict[str, tuple[str, type, Callable[[Recorded], Thing], Callable[[Question, Any], Iterable[Thing]]]] = {
    "client": ("records", ClientRegistered, *_field("client_id")),
    "session": ("records", SessionCompleted, *_field("session_id")),
    "amend": ("records", SessionAmended, lambda one: (str(one.event.session_id), str(one.event.pain_after)), _amended),
    "withdraw": ("records", SessionWithdrawn, *_named("session_id")),
    "erase": ("records", ClientErased, *_named("client_id")),
    "exercise": ("records", ExerciseLogged, *_field("exercise_id")),
    "course": ("protocol", CourseOpened, *_field("course_id")),
    "close": ("protocol", CourseClosed, *_named("course_id")),
    "book": ("scheduling", AppointmentBooked, _field("appointment_id")[0], _booked),
    "move": ("scheduling", AppointmentMoved, _move, _moved),
    "cancel": ("scheduling", AppointmentCancelled, *_named("appointment_id")),
    "join": ("scheduling", WaitlistJoined, *_field("waitlist_id")),
    "leave": ("scheduling", WaitlistLeft, *_named("waitlist_id")),
}
