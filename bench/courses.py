"""A course told to the decider of `protocol`, session by session, for the lines that measure it."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.protocol.app import build, protocols
from services.protocol.domain import commands as c
from shared.clock import Clock, at, parse_time
from shared.config import Config, Practice
from shared.events.records import ExerciseLogged, RegionWorked, SessionCompleted
from shared.messages import Event
from shared.service import Service

ZONE, FIRST = ZoneInfo("America/New_York"), date(2026, 1, 5)
THERAPIST = UUID(int=3)


class Told:
    """A fibromyalgia course that goes on twice a week, with exercise after session 10, and remembers its events."""

    def __init__(self) -> None:
        config, practice = Config(), Practice(zone=str(ZONE))
        self.definition = protocols(practice)["fibromyalgia"]
        self.service = Service(build(config, practice), config, practice, Clock())
        self.decider = self.service.store.engine.deciders["course"]
        self.course_id, self.client_id = UUID(hashlib.md5(b"course1").hexdigest()), UUID(int=2)  # noqa: S324 - an id
        self.events: list[Event] = []
        self.state: Any = None
        self.day = FIRST
        ids = {"client_id": self.client_id, "course_id": self.course_id}
        self.tell(c.OpenCourse(now=noon(FIRST), protocol="fibromyalgia", starts_on=FIRST, **ids))

    def tell(self, command: c.CourseCommand) -> None:
        """Decide, and fold what came of it."""
        events = self.decider.decide(command, self.state)
        self.events += events
        self.state = self.decider.fold(self.state, events)

    def go_on(self) -> None:
        """The next session, with what falls due before it and a day of exercise after it."""
        self.tell(self.next_session())
        if self.state.cleared_on:
            self.tell(c.CountExercise(now=noon(self.day + timedelta(days=1)), exercise=self._exercise()))

    def next_day(self) -> date:
        """Three or four days on, or the first after a break."""
        ahead = self.day + timedelta(days=3 + len(self.state.given) % 2) if self.state.given else FIRST
        return max(ahead, self.state.pause.first_day) if self.state.pause else ahead

    def next_session(self) -> c.CountSession:
        """The next session, on its day; what falls due before it has been looked at by then."""
        self.day, number = self.next_day(), len(self.state.given)
        while self.state.review_at and self.state.review_at <= noon(self.day):
            self.tell(c.Review(now=self.state.review_at))
        began = at(self.day, parse_time("10:00"), ZONE)
        worked = [RegionWorked(region=name, minutes=8, techniques=["kneading"]) for name in ("neck", "upper_back")]
        session = SessionCompleted(
            client_id=self.client_id, course_id=self.course_id, therapist_id=THERAPIST, session_id=UUID(int=number),
            started_at=began, ended_at=began + timedelta(hours=1), pain_before=6, pain_after=4, regions=worked,
            tender_points=["knee_left"],
        )  # fmt: skip
        return c.CountSession(now=noon(self.day), session=session)

    def _exercise(self) -> ExerciseLogged:
        on, number = self.day + timedelta(days=1), len(self.events)
        return ExerciseLogged(
            client_id=self.client_id, exercise_id=UUID(int=number), date=on, regions=["neck"], minutes=10
        )


def told(events: int = 0, sessions: int = 0) -> Told:
    """A course of so many events, or of so many sessions."""
    course = Told()
    while len(course.events) < events or len(course.state.given) < sessions:
        course.go_on()
    return course


def noon(day: date) -> datetime:
    """Twelve o'clock of a day."""
    return at(day, parse_time("12:00"), ZONE)
