"""A course told in days: what the tests of `protocol` say to its decider."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import services.protocol as package
from services.protocol.domain import commands as c
from services.protocol.domain.course import course_decider
from services.protocol.domain.definition import Definition
from services.protocol.domain.parsing import parse
from services.protocol.domain.shelf import Shelf
from services.protocol.domain.state import Course
from shared.clock import day_of
from shared.decider import Refused
from shared.events.records import ExerciseLogged, RegionWorked, SessionCompleted

ZONE = ZoneInfo("America/New_York")
FOLDER = Path(package.__file__).parent / "definitions"
SPACE = UUID(int=0)
CLIENT, COURSE, THERAPIST = (uuid5(SPACE, name) for name in ("client", "course", "therapist"))
START = date(2026, 1, 5)
"""A Monday."""


def definition(name: str = "fibromyalgia", **policy: Any) -> Definition:
    return parse((FOLDER / f"{name}.toml").read_bytes(), policy)


def day(text: str) -> date:
    """`"3-15"` is 15 March 2026."""
    month, number = text.split("-")
    return date(2026, int(month), int(number))


def instant(on: date, hour: int = 10) -> datetime:
    return datetime.combine(on, datetime.min.time(), ZONE).replace(hour=hour).astimezone(UTC)


def days(first: date, count: int, weekdays: tuple[int, ...] = (0, 2)) -> list[date]:
    """The first days on these weekdays (Monday is 0)."""
    ahead = (first + timedelta(days=n) for n in range(1000))
    return [one for one in ahead if one.weekday() in weekdays][:count]


def session(on: date, name: str = "", **more: Any) -> SessionCompleted:
    """A session on a day, its id made from the name."""
    given: dict[str, Any] = {
        "client_id": CLIENT, "course_id": COURSE, "therapist_id": THERAPIST, "pain_before": 5, "pain_after": 4,
        "session_id": uuid5(SPACE, name or str(on)), "started_at": instant(on), "ended_at": instant(on, 11),
        "regions": [],
    }  # fmt: skip
    return SessionCompleted(**given | more)


def region(name: Any = "neck", minutes: int = 8, *techniques: Any, side: Any = None) -> RegionWorked:
    return RegionWorked(region=name, minutes=minutes, side=side, techniques=list(techniques))


class Told:
    """A course that remembers its events; every command comes on a day, with time passing in between."""

    def __init__(self, protocol: str = "fibromyalgia", *, policy: dict[str, Any] | None = None, **opening: Any) -> None:
        self.definition = definition(protocol, **(policy or {}))
        self.decider = course_decider(Shelf([self.definition]), ZONE)
        self.events: list[Any] = []
        self.now = instant(opening.pop("on", START), 8)
        self.found: Course | None = None
        asked: dict[str, Any] = {"client_id": CLIENT, "course_id": COURSE, "protocol": protocol, "starts_on": START}
        self.do(c.OpenCourse(now=self.now, **asked | opening))

    @staticmethod
    def at(on: date) -> datetime:
        return instant(on)

    @property
    def state(self) -> Course:
        assert self.found
        return self.found

    def do(self, command: Any) -> list[Any]:
        events: list[Any] = self.decider.decide(command, self.found)
        for event in events:
            self.found = self.decider.evolve(self.found, event)
        self.events += events
        return events

    def refused(self, command: Any) -> str:
        try:
            self.do(command)
        except Refused as refused:
            return refused.rule
        raise AssertionError("not refused")

    def until(self, on: date, hour: int = 9) -> "Told":
        """Time passes: every review that falls due on the way is done."""
        target = instant(on, hour)
        while self.found and self.found.review_at and self.found.review_at <= target:
            if self.found.review_at <= self.now:
                break
            self.now = self.found.review_at
            self.do(c.Review(now=self.now))
        self.now = max(self.now, target)
        return self

    def give(self, *on: date, **more: Any) -> "Told":
        """Sessions on these days, each written down on its evening."""
        for one in on:
            self.until(one, 12)
            self.write(session(one, **more))
        return self

    def write(self, given: SessionCompleted) -> list[Any]:
        """A session written down now."""
        return self.do(c.CountSession(now=self.now, session=given))

    def withdraw(self, on: date, name: str = "") -> list[Any]:
        return self.do(c.WithdrawSession(now=self.now, session_id=uuid5(SPACE, name or str(on))))

    def exercise(self, on: date, name: str = "", **more: Any) -> list[Any]:
        self.until(on, 20)
        ids = {"client_id": CLIENT, "exercise_id": uuid5(SPACE, f"exercise {name or on}")}
        logged = ExerciseLogged(**ids, date=on, regions=["neck"], minutes=10, **more)
        return self.do(c.CountExercise(now=self.now, exercise=logged))

    def visit(self, on: date, name: str = "", minutes: int = 60) -> list[Any]:
        starts = instant(on)
        ids = {"appointment_id": uuid5(SPACE, f"visit {name or on}")}
        ends = starts + timedelta(minutes=minutes)
        return self.do(c.AgreeVisit(now=self.now, starts_at=starts, ends_at=ends, **ids))

    def say(self, kind: type[Any], **more: Any) -> list[Any]:
        return self.do(kind(now=self.now, **more))

    def of(self, *kinds: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def rules(self) -> list[str]:
        """Deviations as they stand."""
        return [one.rule for one in self.state.deviations]

    @property
    def status(self) -> str:
        return self.state.status(day_of(self.now, ZONE))


def whole(count: int, **opening: Any) -> Told:
    """A course with so many sessions, Mondays and Wednesdays, weekly in maintenance, breaks kept."""
    told = Told(**opening)
    told.give(*schedule(count))
    return told


def schedule(count: int) -> list[date]:
    """The days of a course that keeps every rule."""
    first = days(START, min(count, 15))
    found = list(first)
    if count > 15:
        found += days(first[-1] + timedelta(weeks=2), min(count - 15, 15))
    if count > 30:
        found += days(found[-1] + timedelta(weeks=3), count - 30, (0,))
    return found


def kinds(events: Iterable[Any]) -> list[str]:
    """Class names, less what is only housekeeping."""
    quiet = {"SessionObserved", "ReviewScheduled", "NotePrepared", "VisitAgreed", "VisitDropped", "WeeksJudged"}
    return [type(event).__name__ for event in events if type(event).__name__ not in quiet]
