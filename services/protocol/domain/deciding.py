"""One decision about a course: events come about one by one, and what follows sees what came before."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from services.protocol.domain import commands as c
from services.protocol.domain import events as own
from services.protocol.domain import flags
from services.protocol.domain.definition import Definition
from services.protocol.domain.evolving import apply
from services.protocol.domain.exercise import judged, milestones
from services.protocol.domain.following import break_over, cleared, phases
from services.protocol.domain.note import prepare
from services.protocol.domain.shelf import Shelf
from services.protocol.domain.state import Course
from services.protocol.domain.walk import judged_until
from services.protocol.domain.weeks import lapses, next_days, slips
from shared.clock import at, day_of
from shared.decider import Unknown
from shared.events import protocol as told
from shared.messages import Event

P = ParamSpec("P")
BACKSTOP = dt.timedelta(minutes=1)
"""Visits are judged a minute after they changed: a re-planned course is many events, and only their sum counts."""


class Deciding:
    """One decision: events are folded in as they come, so that what follows sees what came before."""

    def __init__(self, definitions: Shelf, zone: ZoneInfo, state: Course | None, now: dt.datetime) -> None:
        self._definitions = definitions
        self.zone = zone
        self.now = now
        self.today = day_of(now, zone)
        self._events: list[Event] = []
        self.found = state.copy() if state else None

    def decide(self, act: "Act", command: c.CourseCommand) -> list[Event]:
        """The events of the command and everything that follows from them."""
        act(self, command)
        if self.course and (self._events or isinstance(command, c.Review)):
            self._schedule(self.course)
            self._prepare_note(self.course)
        return self._events

    @property
    def course(self) -> Course | None:
        """The course, if it has been opened and its client not been erased."""
        return self.found if self.found and not self.found.forgotten else None

    @property
    def state(self) -> Course:
        """The course. Raises `Unknown` where there is none."""
        if self.found is None or self.found.forgotten:
            raise Unknown("There is no course with this id.")
        return self.found

    @cached_property
    def definition(self) -> Definition:
        """The protocol the course follows, in the version it started with."""
        opened = self.state.opened
        return self._definitions.of(opened.protocol, opened.version)

    def offered(self, protocol: str) -> Definition:
        """The definition that a course opened now follows."""
        return self._definitions[protocol]

    @property
    def ids(self) -> dict[str, Any]:
        """Whose events these are."""
        return self.state.ids

    def add(self, events: Sequence[Event]) -> None:
        """Events come about, and the course with them."""
        if events:
            self._events += events
            self.found = apply(self.found, events)

    def follow(
        self, what: Callable[Concatenate[Definition, Course, P], Iterator[Event]], *args: P.args, **more: P.kwargs
    ) -> None:
        """Add what follows from the course as it now stands."""
        self.add(list(what(self.definition, self.state, *args, **more)))

    def settle(self, on: dt.date) -> None:
        """Phases, breaks and clearance after the sessions changed; twice, as a break may end and another begin."""
        so_far = len(self._events)
        self.follow(phases, on, self.today)
        if len(self._events) > so_far:
            self.follow(phases, on, self.today)
        self.follow(break_over, self.today)
        cleared_on = self.state.cleared_on
        self.follow(cleared)
        if self.state.cleared_on != cleared_on:
            self.follow(flags.of_exercise)
        self.follow(milestones, self.today)

    def pass_time(self) -> None:
        """End a break that is over, notice a lapse, judge weeks gone by; all anew where news of the past came."""
        self.follow(break_over, self.today)
        self._judge_gaps()
        self.follow(slips, self.today)
        self.follow(judged, self.today)
        self.follow(milestones, self.today)
        until = judged_until(self.state, self.today)
        if self.state.stale or self.state.judged_to != until:
            self.add([own.WeeksJudged(**self.ids, to=until)])

    def _judge_gaps(self) -> None:
        """A series that starts again, or does not after all, changes what its sessions are judged by."""
        restarts = {lapse.since: lapse.restart for lapse in self.state.lapses if lapse.restart}
        self.follow(lapses, self.today)
        now = {lapse.since: lapse.restart for lapse in self.state.lapses if lapse.restart}
        if changed := [since for since in restarts | now if restarts.get(since) != now.get(since)]:
            self.judge_from(min(changed))
            self.settle(self.today)

    def judge_from(self, day: dt.date) -> None:
        """Flag the sessions from this day on anew."""
        first = bisect_left(self.state.days, day)
        self.follow(flags.of_sessions, first)

    def _schedule(self, state: Course) -> None:
        """One timer a course: the next instant at which time alone may change something.

        What was due already (a session written down late) is looked at in a minute, when the next may be there too.
        """
        soon, day = self.now + BACKSTOP, min(next_days(self.definition, state, self.today), default=None)
        due = at(day, dt.time(), self.zone) if day else None
        if state.stale or (due and due <= self.now) or (not state.closed and self._visits_changed(state)):
            due = min(soon, due) if due and due > self.now else soon
        waiting = state.review_at if state.review_at and state.review_at > self.now else None
        if due and (waiting is None or due < waiting):
            self.add([own.ReviewScheduled(**self.ids, at=due)])

    def _visits_changed(self, state: Course) -> bool:
        """Whether the backstop has something new to look at; a visit that is gone matters where one was flagged."""
        news = {type(event) for event in self._events}
        if own.VisitDropped in news and any(one.appointment_id for one in state.deviations):
            return True
        return own.VisitAgreed in news or told.CourseReopened in news

    def _prepare_note(self, state: Course) -> None:
        if state.closed:
            return
        note = prepare(self.definition, state)
        if (digest := note.digest) != state.digest:
            settings = self._definitions.settings.get(self.definition.id, "")
            self.add([told.NotePrepared(
                **self.ids, ordinal=note.ordinal, prepared_at=self.now, digest=digest, settings=settings
            )])  # fmt: skip


Act = Callable[[Deciding, Any], None]
