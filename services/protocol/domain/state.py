"""A course as it stands: what its events add up to."""

import datetime as dt
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Cadence, Pause, Restart
from services.protocol.domain.definition import Definition
from shared.events import protocol as told
from shared.events.records import SessionCompleted


class Given(Struct, frozen=True):
    """A counted session: its day and its figures."""

    on: date
    session: SessionCompleted

    @property
    def order(self) -> tuple[date, dt.datetime]:
        """Sessions are in the order they took place, whenever they were written down."""
        return self.on, self.session.started_at


class Visit(Struct, frozen=True):
    """An appointment to come."""

    appointment_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    on: date


class Course(Struct, frozen=True, kw_only=True):
    """`entered` is the phase last announced, `pause` the break in force; the sessions themselves are the truth.

    `lapse` says what becomes of a long gap, until the next session: `undecided`, `continue`, `repeat`.
    """

    opened: own.CourseOpened
    given: tuple[Given, ...] = ()
    visits: tuple[Visit, ...] = ()
    entered: str = ""
    entered_on: date | None = None
    pause: Break | None = None
    pauses: tuple[Pause, ...] = ()
    permitted: frozenset[tuple[str, date]] = frozenset()
    restart: Restart | None = None
    closed: bool = False
    closed_on: date | None = None
    forgotten: bool = False
    cleared_on: date | None = None
    exercised: tuple[own.ExerciseObserved, ...] = ()
    met_weeks: frozenset[date] = frozenset()
    flagged: frozenset[tuple[str, UUID | date | None]] = frozenset()
    deviations: tuple[told.DeviationNoted, ...] = ()
    slips: int = 0
    judged_to: date | None = None
    lapsed_since: date | None = None
    lapse: str = ""
    review_at: dt.datetime | None = None
    digest: str = ""
    prepared_at: dt.datetime | None = None

    @property
    def completed(self) -> int:
        """Sessions so far, those given before Seriatim came among them."""
        return self.opened.sessions_before + len(self.given)

    @property
    def ids(self) -> dict[str, Any]:
        """Whose events these are."""
        return {"client_id": self.opened.client_id, "course_id": self.opened.course_id}

    @property
    def last_day(self) -> date | None:
        """The day of the last session."""
        days = [self.opened.last_session_on, self.given[-1].on if self.given else None]
        return max((day for day in days if day), default=None)

    def session(self, session_id: UUID) -> Given | None:
        """A counted session by its id."""
        return next((given for given in self.given if given.session.session_id == session_id), None)

    def cadence(self, definition: Definition, upto: int | None = None) -> Cadence:
        """What the cadence is judged by; `upto` leaves out all but the first so many sessions."""
        opened, days = self.opened, [given.on for given in self.given[:upto]]
        if opened.last_session_on:
            days.insert(0, opened.last_session_on)
        return Cadence(
            definition=definition,
            days=tuple(sorted(days)),
            starts_on=opened.starts_on,
            before=opened.sessions_before - (1 if opened.last_session_on else 0),
            restart=self.restart,
            pauses=self.pauses,
            permitted=self.permitted,
            closed=self.closed,
        )

    def status(self, today: date) -> str:
        """One word for the whole: `series`, `break`, `maintenance`, `paused`, `closed`."""
        if self.closed:
            return "closed"
        if any(pause.covers(today) for pause in self.pauses):
            return "paused"
        resting = self.pause is not None and today < self.pause.first_day
        return "break" if resting else self.entered.partition(" ")[0]


def week_of(cleared_on: date, day: date) -> date:
    """The first day of the seven-day week, counted from clearance, that the day lies in."""
    return cleared_on + dt.timedelta(weeks=(day - cleared_on).days // 7)
