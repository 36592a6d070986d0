"""One decision about a course: events come about one by one, and what follows sees what came before."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.protocol.domain import commands as c
from services.protocol.domain import events as own
from services.protocol.domain.definition import Definition
from services.protocol.domain.following import Following, backstop_at
from services.protocol.domain.note import prepare
from services.protocol.domain.state import Course, evolve
from shared.clock import at, day_of
from shared.decider import Unknown
from shared.events import protocol as told
from shared.messages import Event


class Deciding:
    """One decision: events are folded in as they come, so that what follows sees what came before."""

    def __init__(
        self, definitions: Mapping[str, Definition], zone: ZoneInfo, state: Course | None, now: dt.datetime
    ) -> None:
        self._definitions = definitions
        self.zone = zone
        self.now = now
        self.today = day_of(now, zone)
        self._events: list[Event] = []
        self.found = state

    def decide(self, act: "Act", command: c.CourseCommand) -> list[Event]:
        """The events of the command and everything that follows from them."""
        act(self, command)
        if self._events and self.found and not self.found.forgotten:
            self._schedule()
            self._prepare_note()
        return self._events

    @property
    def state(self) -> Course:
        """The course, which must have been opened."""
        if self.found is None or self.found.forgotten:
            raise Unknown("There is no course with this id.")
        return self.found

    @property
    def definition(self) -> Definition:
        """The protocol the course follows."""
        return self._definitions[self.state.opened.protocol]

    @property
    def ids(self) -> dict[str, Any]:
        """Whose events these are."""
        return {"client_id": self.state.opened.client_id, "course_id": self.state.opened.course_id}

    def add(self, events: Iterable[Event]) -> None:
        """Events come about one by one."""
        for event in events:
            self._events.append(event)
            self.found = evolve(self.found, event)

    def follow(self, what: Callable[[Following], Iterator[Event]]) -> None:
        """Add what follows from the course as it now stands."""
        self.add(list(what(Following(self.definition, self.state))))

    def settle(self, on: dt.date) -> None:
        """Phases, breaks and clearance after the sessions changed; twice, for a break that ends as another begins."""
        for _ in range(2):
            self.follow(lambda following: following.phases(on))
        self.follow(lambda following: following.cleared(on))

    def pass_time(self) -> None:
        """End a break that is over, judge weeks gone by, notice a lapse."""
        self.follow(lambda following: following.break_over(self.today))
        self.follow(lambda following: following.weeks(self.today))
        self.follow(lambda following: following.lapse(self.today))

    def _schedule(self) -> None:
        """One timer a course: the next instant at which time alone may change something."""
        if self.found is None or self.found.closed:
            return
        days = list(Following(self.definition, self.state).next_days())
        instants = [at(day, dt.time(), self.zone) for day in days]
        if any(isinstance(event, own.VisitAgreed | told.CourseReopened) for event in self._events):
            instants.append(backstop_at(self.now))
        later = [instant for instant in instants if instant > self.now]
        if later and min(later) != self.state.review_at:
            self.add([own.ReviewScheduled(**self.ids, at=min(later))])

    def _prepare_note(self) -> None:
        if self.state.closed or self.state.forgotten:
            return
        note = prepare(self.definition, self.state)
        if note.digest != self.state.digest:
            self.add([told.NotePrepared(**self.ids, ordinal=note.ordinal, prepared_at=self.now, digest=note.digest)])


Act = Callable[[Deciding, Any], None]
