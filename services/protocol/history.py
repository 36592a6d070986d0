"""A course's history in sentences a person can read; what is clinical in it is for those who treat."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from services.protocol.domain import events as own
from services.protocol.domain.naming import sourced
from services.protocol.views import OF_TREATMENT
from shared.events import protocol as told
from shared.messages import Event, Instant, Recorded


class Happening(Struct, frozen=True, kw_only=True):
    """What happened, when, and who is behind it."""

    at: Instant
    actor: str
    type: str
    text: str


def happenings(events: list[Recorded], *, clinical: bool) -> list[Happening]:
    """The course's events worth telling, in order; without `clinical` not what was found in treating or at home."""
    return [
        Happening(at=recorded.recorded_at, actor=recorded.cause.actor, type=recorded.type, text=tell(recorded.event))
        for recorded in events
        if (tell := TELL.get(type(recorded.event))) and (clinical or not _is_clinical(recorded.event))
    ]


def _is_clinical(event: Event) -> bool:
    if isinstance(event, told.DeviationNoted | own.DeviationLifted):
        return event.rule in OF_TREATMENT
    return isinstance(event, told.ExerciseMilestone) and event.kind in ("steps", "walked_minutes")


def _opened(event: own.CourseOpened) -> str:
    before = f", {event.sessions_before} sessions given before" if event.sessions_before else ""
    return f"Course opened ({event.protocol}), starting {event.starts_on}{before}."


def _put_right(event: own.CoursePutRight) -> str:
    where = f"{event.phase} with {event.done} done" if event.phase else "at its end"
    why = {"withdrawn": "a session was withdrawn", "amended": "a session was amended", "late": "a session came in late"}
    return f"Put right, as {why[event.why]}: {event.sessions} sessions, now {where}."


def _override(event: told.OverrideGranted) -> str:
    rule = event.rule.replace("_", " ")
    return f"{event.date} allowed against the rule {rule} by {event.granted_by} ({event.reason})."


def _milestone(event: told.ExerciseMilestone) -> str:
    return {
        "cleared": f"Exercise at home may begin: {event.per_week} days a week.",
        "week_met": f"Exercise target of the week met: {event.value} days.",
        "four_weeks": f"Exercise target met {event.value} weeks in a row.",
        "steps": f"{event.value} steps.",
        "walked_minutes": f"{event.value} minutes walked.",
    }[event.kind]


TELL: dict[type[Event], Callable[[Any], str]] = {
    own.CourseOpened: _opened,
    own.LapseDecided: lambda e: f"After the long gap: {e.decision}.",
    own.DeviationLifted: lambda e: f"No longer against the protocol: {e.rule.replace('_', ' ')}.",
    own.SlipLifted: lambda e: f"Week from {e.week_from}: enough sessions after all, or not to be judged.",
    own.LapseLifted: lambda e: f"No long gap after {e.since} after all.",
    own.MilestoneLifted: lambda e: f"Exercise, week from {e.week_from}: not met after all.",
    own.ClearanceMoved: lambda e: f"Weeks of exercise count from {e.on}.",
    own.SessionSetAside: lambda e: f"A session on {e.on}, after the closing, was set aside.",
    own.CoursePutRight: _put_right,
    own.ExerciseHeld: lambda _: "Exercise at home has to wait again.",
    own.SeriesRepeated: lambda e: f"Series {e.number} starts again: {e.sessions} sessions set back.",
    own.RepetitionLifted: lambda e: f"After the gap since {e.since} no series starts again after all.",
    told.SeriesStarted: lambda e: f"Series {e.number} began ({e.sessions} sessions).",
    told.SessionCounted: lambda e: f"Session {e.ordinal} took place on {e.on}.",
    told.SessionDiscounted: lambda e: f"A session was withdrawn{f' ({e.reason})' if e.reason else ''}.",
    told.SeriesCompleted: lambda e: f"Series {e.number} completed on {e.on}.",
    told.BreakStarted: lambda e: f"Break of {e.weeks} weeks began; first free day {e.first_day}.",
    told.BreakEnded: lambda e: f"Break ended on {e.on}{', early' if e.early else ''}.",
    told.MaintenanceStarted: lambda e: f"Maintenance began on {e.on}.",
    told.CadenceSlipped: lambda e: f"Week from {e.week_from}: {e.sessions} of {e.expected} sessions.",
    told.CourseLapsed: lambda e: f"No session since {e.since}.",
    told.DeviationNoted: lambda e: f"Against the protocol on {e.on}: {sourced(e)}.",
    told.ExerciseMilestone: _milestone,
    told.OverrideGranted: _override,
    told.CoursePaused: lambda e: f"Paused from {e.paused_from}{f' to {e.to}' if e.to else ''} ({e.reason}).",
    told.CourseResumed: lambda e: f"Resumed on {e.on}.",
    told.CourseClosed: lambda e: f"Closed on {e.on} ({e.reason}){', visits called off' * e.cancel_appointments}.",
    told.CourseReopened: lambda e: f"Reopened on {e.on}.",
}
