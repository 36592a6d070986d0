"""A course as it stands: what its events add up to."""

import datetime as dt
from copy import copy
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Cadence, Pause, Restart
from services.protocol.domain.definition import Definition
from shared.events import protocol as told
from shared.events.records import SessionCompleted
from shared.vocabulary import Region

Mark = tuple[str, UUID | date | None, Region | None]
"""A deviation's rule and what it is about: a session (and a region in it), an appointment, or a day of exercise."""


class Given(Struct, frozen=True, gc=False):
    """A counted session: its day and its figures."""

    on: date
    session: SessionCompleted

    @property
    def order(self) -> tuple[date, dt.datetime, UUID]:
        """Sessions are in the order they took place, whenever they were written down."""
        return self.on, self.session.started_at, self.session.session_id

    def is_before(self, other: "Given") -> bool:
        """Whether this one took place first."""
        return self.on < other.on or self.order < other.order


class Visit(Struct, frozen=True, gc=False):
    """An appointment to come."""

    appointment_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    on: date


class Lapse(Struct, frozen=True, gc=False):
    """A long gap after the day `since`, noticed on the day `on`.

    `decision` is `undecided`, `continue` or `repeat`, made on the day `decided_on`; `restart` where a series is
    repeated for it.
    """

    since: date
    on: date
    decision: str = "undecided"
    decided_on: date | None = None
    restart: Restart | None = None


class Course(Struct, kw_only=True, gc=False):
    """Its tuples, sets and tables are exchanged, never changed, so that copies share them; `sessions` is its own.

    `entered` is the phase last announced, `pause` the break in force; the sessions themselves are the truth (`given`
    in their order, `days` those of each, `sessions` by id). `trained` are the distinct days of exercise, in order.

    What was told and may be taken back: `slipped` weeks, `lapses`, `noted` deviations, `met_weeks` and `streaks` of
    exercise, and `exercise_weeks` as judged. What ended by `judged_to` is settled, unless news of the past came
    (`stale`). `aside` are sessions after the closing; `used` are the days of visits that used up a session and did
    not take place; `prepared` is the last note.
    """

    opened: own.CourseOpened
    given: tuple[Given, ...] = ()
    days: tuple[date, ...] = ()
    sessions: dict[UUID, Given] = {}
    aside: tuple[Given, ...] = ()
    screened: own.ScreeningObserved | None = None
    used: dict[UUID, date] = {}
    visits: tuple[Visit, ...] = ()
    entered: str = ""
    entered_on: date | None = None
    pause: Break | None = None
    pauses: tuple[Pause, ...] = ()
    overrides: tuple[told.OverrideGranted, ...] = ()
    permitted: frozenset[tuple[str, date]] = frozenset()
    lapses: tuple[Lapse, ...] = ()
    closed: bool = False
    closed_on: date | None = None
    finished: bool = False
    forgotten: bool = False
    cleared_on: date | None = None
    exercised: tuple[own.ExerciseObserved, ...] = ()
    trained: tuple[date, ...] = ()
    met_weeks: frozenset[date] = frozenset()
    streaks: frozenset[date] = frozenset()
    exercise_weeks: dict[date, own.ExerciseJudged] = {}
    noted: dict[Mark, told.DeviationNoted] = {}
    slipped: dict[date, told.CadenceSlipped] = {}
    judged_to: date | None = None
    stale: bool = False
    review_at: dt.datetime | None = None
    prepared: told.NotePrepared | None = None

    def copy(self) -> "Course":
        """The same, to be changed by whoever asked for it."""
        found = copy(self)
        found.sessions = self.sessions.copy()
        return found

    @property
    def completed(self) -> int:
        """Sessions so far, those given before Seriatim came among them."""
        return self.opened.sessions_before + len(self.given)

    @property
    def ids(self) -> dict[str, Any]:
        """Whose events these are."""
        return {"client_id": self.opened.client_id, "course_id": self.opened.course_id}

    @property
    def deviations(self) -> tuple[told.DeviationNoted, ...]:
        """Deviations as they stand, in the order they were noted."""
        return tuple(self.noted.values())

    @property
    def digest(self) -> str:
        """That of the note prepared last; empty where there is none."""
        return self.prepared.digest if self.prepared else ""

    @property
    def slips(self) -> int:
        """How many weeks had too few sessions."""
        return len(self.slipped)

    @property
    def last_day(self) -> date | None:
        """The day of the last session."""
        before = self.opened.last_session_on
        last = self.days[-1] if self.days else before
        return max(last, before) if last and before else last

    @property
    def gap(self) -> Lapse | None:
        """The long gap that nobody has ended yet."""
        last = self.last_day
        return self.lapses[-1] if self.lapses and last and self.lapses[-1].since >= last else None

    @property
    def lapse(self) -> str:
        """What becomes of the gap in force: `undecided`, `continue`, `repeat`; empty where there is none."""
        return self.gap.decision if self.gap else ""

    def cadence(self, definition: Definition, upto: int | None = None) -> Cadence:
        """What the cadence is judged by; with `upto`, as it was for the session at that index (from 0).

        A session counted here took place while the course was open, even if it is closed by now.
        """
        opened, days = self.opened, self.days if upto is None else self.days[:upto]
        if opened.last_session_on:
            days = tuple(sorted((*days, opened.last_session_on)))
        return Cadence(
            definition=definition,
            days=days,
            starts_on=opened.starts_on,
            before=opened.sessions_before - (1 if opened.last_session_on else 0),
            restart=self._restart(upto) if self.lapses else None,
            pauses=self.pauses,
            permitted=self.permitted,
            closed=self.closed and upto is None,
            used=self._used(upto) if self.used else (),
            event_on=opened.event_on,
        )

    def _used(self, upto: int | None) -> tuple[date, ...]:
        """Days on which a session was used up, all or those before the session at this index."""
        day = self._until(upto)
        return tuple(sorted(on for on in self.used.values() if on < day))

    def _until(self, upto: int | None) -> date:
        """The day of the session at this index, or the end of days."""
        return self.days[upto] if upto is not None and upto < len(self.days) else date.max

    def _restart(self, upto: int | None) -> Restart | None:
        """The last restart, or the last before the session at this index."""
        day = self._until(upto)
        restarts = (lapse.restart for lapse in reversed(self.lapses) if lapse.restart)
        return next((restart for restart in restarts if restart.since < day), None)

    def not_begun(self, definition: Definition, today: date) -> bool:
        """Whether nobody has started it, long after the day it starts on (policy): no slip, no lapse."""
        begun = self.completed or self.closed or any(pause.covers(today) for pause in self.pauses)
        return not begun and (today - self.opened.starts_on).days >= definition.policy.begin_days

    def status(self, today: date) -> str:
        """One word for the whole: `series`, `break`, `maintenance`, `paused`, `closed`."""
        if self.closed:
            return "closed"
        if any(pause.covers(today) for pause in self.pauses):
            return "paused"
        resting = self.pause is not None and today < self.pause.first_day
        return "break" if resting else self.entered.partition(" ")[0]
