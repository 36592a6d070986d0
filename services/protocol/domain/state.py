"""A course as it stands: what its events add up to."""

import datetime as dt
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.domain import events as own
from services.protocol.domain.cadence import Break, Cadence, Pause
from services.protocol.domain.definition import Definition
from shared.events import protocol as told
from shared.events.records import SessionCompleted
from shared.messages import Event


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
    """`entered` is the phase last announced, `pause` the break in force; the sessions themselves are the truth."""

    opened: own.CourseOpened
    given: tuple[Given, ...] = ()
    visits: tuple[Visit, ...] = ()
    entered: str = ""
    entered_on: date | None = None
    pause: Break | None = None
    pauses: tuple[Pause, ...] = ()
    permitted: frozenset[tuple[str, date]] = frozenset()
    set_back: int = 0
    closed: bool = False
    forgotten: bool = False
    cleared_on: date | None = None
    exercised: tuple[own.ExerciseObserved, ...] = ()
    met_weeks: frozenset[date] = frozenset()
    flagged: frozenset[tuple[str, UUID | date | None]] = frozenset()
    deviations: tuple[told.DeviationNoted, ...] = ()
    slips: int = 0
    judged_to: date | None = None
    lapsed_since: date | None = None
    lapsed: bool = False
    lapse_undecided: bool = False
    review_at: dt.datetime | None = None
    digest: str = ""
    prepared_at: dt.datetime | None = None

    @property
    def completed(self) -> int:
        """Sessions so far, those given before Seriatim came among them."""
        return self.opened.sessions_before + len(self.given)

    @property
    def last_day(self) -> date | None:
        """The day of the last session."""
        return self.given[-1].on if self.given else self.opened.last_session_on

    def session(self, session_id: UUID) -> Given | None:
        """A counted session by its id."""
        return next((given for given in self.given if given.session.session_id == session_id), None)

    def cadence(self, definition: Definition) -> Cadence:
        """What the cadence is judged by."""
        opened, days = self.opened, [given.on for given in self.given]
        if opened.last_session_on:
            days.insert(0, opened.last_session_on)
        return Cadence(
            definition=definition,
            days=tuple(sorted(days)),
            starts_on=opened.starts_on,
            before=opened.sessions_before - (1 if opened.last_session_on else 0),
            set_back=self.set_back,
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
        return "break" if self.pause else self.entered.partition(" ")[0]


def evolve(state: Course | None, event: Event) -> Course | None:
    """Fold an event in."""
    if isinstance(event, own.CourseOpened):
        return Course(opened=event)
    if state is None:
        return None  # a session named a course that does not exist: flagged, and no more
    fold = EVOLVE.get(type(event))
    return fold(state, event) if fold else state


def _observed(state: Course, event: own.SessionObserved) -> Course:
    others = [given for given in state.given if given.session.session_id != event.session.session_id]
    given = tuple(sorted([*others, Given(event.on, event.session)], key=lambda one: one.order))
    return replace(state, given=given, lapsed=False, lapse_undecided=False)


def _discounted(state: Course, event: told.SessionDiscounted) -> Course:
    given = tuple(one for one in state.given if one.session.session_id != event.session_id)
    return replace(state, given=given)


def _agreed(state: Course, event: own.VisitAgreed) -> Course:
    visit = Visit(event.appointment_id, event.starts_at, event.ends_at, event.on)
    others = [other for other in state.visits if other.appointment_id != event.appointment_id]
    return replace(state, visits=tuple(sorted([*others, visit], key=lambda one: one.starts_at)))


def _dropped(state: Course, event: own.VisitDropped) -> Course:
    visits = tuple(visit for visit in state.visits if visit.appointment_id != event.appointment_id)
    return replace(state, visits=visits)


def _entered(state: Course, event: told.SeriesStarted | told.MaintenanceStarted) -> Course:
    name = "maintenance" if isinstance(event, told.MaintenanceStarted) else f"series {event.number}"
    return replace(state, entered=name, entered_on=event.on, judged_to=None)


def _break_started(state: Course, event: told.BreakStarted) -> Course:
    pause = Break(number=event.number, weeks=event.weeks, started_on=event.started_on, first_day=event.first_day)
    return replace(state, pause=pause)


def _deviated(state: Course, event: told.DeviationNoted) -> Course:
    mark = (event.rule, event.session_id or event.appointment_id or event.on)
    return replace(state, deviations=(*state.deviations, event), flagged=state.flagged | {mark})


def _milestone(state: Course, event: told.ExerciseMilestone) -> Course:
    if event.kind == "cleared":
        return replace(state, cleared_on=event.on)
    if event.kind == "week_met" and state.cleared_on:
        return replace(state, met_weeks=state.met_weeks | {week_of(state.cleared_on, event.on)})
    return state


def week_of(cleared_on: date, day: date) -> date:
    """The first day of the seven-day week, counted from clearance, that the day lies in."""
    return cleared_on + dt.timedelta(weeks=(day - cleared_on).days // 7)


def _resumed(state: Course, event: told.CourseResumed) -> Course:
    last = Pause(state.pauses[-1].first, event.on - dt.timedelta(days=1))
    return replace(state, pauses=(*state.pauses[:-1], last))


EVOLVE: dict[type[Event], Callable[[Course, Any], Course]] = {
    own.SessionObserved: _observed,
    told.SessionDiscounted: _discounted,
    own.VisitAgreed: _agreed,
    own.VisitDropped: _dropped,
    own.ExerciseObserved: lambda state, event: replace(state, exercised=(*state.exercised, event)),
    own.WeeksJudged: lambda state, event: replace(state, judged_to=event.to),
    own.SeriesRepeated: lambda state, event: replace(state, set_back=state.set_back + event.sessions),
    own.LapseDecided: lambda state, _: replace(state, lapse_undecided=False),
    own.ReviewScheduled: lambda state, event: replace(state, review_at=event.at),
    own.ClientForgotten: lambda state, _: replace(state, forgotten=True),
    told.SeriesStarted: _entered,
    told.MaintenanceStarted: _entered,
    told.BreakStarted: _break_started,
    told.BreakEnded: lambda state, _: replace(state, pause=None),
    told.NotePrepared: lambda state, event: replace(state, digest=event.digest, prepared_at=event.prepared_at),
    told.CadenceSlipped: lambda state, _: replace(state, slips=state.slips + 1),
    told.CourseLapsed: lambda state, event: replace(state, lapsed_since=event.since, lapsed=True, lapse_undecided=True),
    told.DeviationNoted: _deviated,
    told.ExerciseMilestone: _milestone,
    told.OverrideGranted: lambda state, event: replace(state, permitted=state.permitted | {(event.rule, event.date)}),
    told.CoursePaused: lambda state, event: replace(state, pauses=(*state.pauses, Pause(event.paused_from, event.to))),
    told.CourseResumed: _resumed,
    told.CourseClosed: lambda state, _: replace(state, closed=True),
    told.CourseReopened: lambda state, _: replace(state, closed=False),
}
