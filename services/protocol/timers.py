"""One timer a course: when time alone may change something."""

from collections.abc import Iterator
from datetime import datetime

from services.protocol.domain.commands import Review
from services.protocol.domain.course import stream
from services.protocol.domain.events import ReviewScheduled
from shared.events.protocol import CourseClosed
from shared.messages import Command
from shared.store.timers import Due, SetTimer, StopTimer, Timers

KIND = "review"


def on_review_scheduled(event: ReviewScheduled) -> Iterator[SetTimer]:
    """Look at the course then."""
    yield SetTimer(kind=KIND, key=event.course_id, due_at=event.at)


def on_course_closed(event: CourseClosed) -> Iterator[StopTimer]:
    """A closed course waits for nothing."""
    yield StopTimer(kind=KIND, key=event.course_id)


def review(timer: SetTimer, now: datetime) -> tuple[str, Command]:
    """The course looks at what time has done."""
    return stream(timer.key), Review(now=now)


TIMERS: Timers = {ReviewScheduled: on_review_scheduled, CourseClosed: on_course_closed}
DUE: Due = {KIND: review}
