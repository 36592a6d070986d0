"""Read models of how courses are kept: phase, pauses, slips, gaps, deviations, weeks of exercise."""

import datetime as dt
from collections.abc import Iterator

from services.protocol.domain import events as own
from services.protocol.domain.judgements import mark_of
from shared.events import protocol as told
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_series_started(recorded: Recorded) -> Iterator[Statement]:
    """The course is in a series."""
    yield "update course set phase = 'series' where course_id = $1", (recorded.event.course_id,)


def on_maintenance_started(recorded: Recorded) -> Iterator[Statement]:
    """The course is in maintenance."""
    yield "update course set phase = 'maintenance' where course_id = $1", (recorded.event.course_id,)


def on_break_started(recorded: Recorded) -> Iterator[Statement]:
    """No massage until that day."""
    event: told.BreakStarted = recorded.event
    yield "update course set break_until = $2 where course_id = $1", (event.course_id, event.first_day)


def on_break_ended(recorded: Recorded) -> Iterator[Statement]:
    """The break is over."""
    yield "update course set break_until = null where course_id = $1", (recorded.event.course_id,)


def on_course_paused(recorded: Recorded) -> Iterator[Statement]:
    """An agreed absence."""
    event: told.CoursePaused = recorded.event
    yield (
        "insert into course_pause (course_id, first_day, last_day) values ($1, $2, $3)",
        (event.course_id, event.paused_from, event.to),
    )


def on_course_resumed(recorded: Recorded) -> Iterator[Statement]:
    """The pause in force ends the day before; without one, those to come are called off."""
    event: told.CourseResumed = recorded.event
    yield (
        """
        delete from course_pause p where course_id = $1 and first_day >= $2 and (first_day = $2 or not exists
            (select from course_pause q
             where q.course_id = $1 and q.first_day <= $2 and coalesce(q.last_day, $2) >= $2))
        """,
        (event.course_id, event.on),
    )
    yield (
        """
        update course_pause set last_day = $3
        where course_id = $1 and first_day < $2 and coalesce(last_day, $2) >= $2
        """,
        (event.course_id, event.on, event.on - dt.timedelta(days=1)),
    )


def on_cadence_slipped(recorded: Recorded) -> Iterator[Statement]:
    """A week with too few sessions."""
    event: told.CadenceSlipped = recorded.event
    yield "insert into slip values ($1, $2) on conflict do nothing", (event.course_id, event.week_from)


def on_slip_lifted(recorded: Recorded) -> Iterator[Statement]:
    """It had enough, or was not to be judged."""
    event: own.SlipLifted = recorded.event
    yield "delete from slip where course_id = $1 and week_from = $2", (event.course_id, event.week_from)


def on_course_lapsed(recorded: Recorded) -> Iterator[Statement]:
    """A long gap."""
    event: told.CourseLapsed = recorded.event
    yield "insert into lapse values ($1, $2) on conflict do nothing", (event.course_id, event.since)


def on_lapse_lifted(recorded: Recorded) -> Iterator[Statement]:
    """There was no long gap."""
    event: own.LapseLifted = recorded.event
    yield "delete from lapse where course_id = $1 and since = $2", (event.course_id, event.since)


def on_deviation_noted(recorded: Recorded) -> Iterator[Statement]:
    """Something against the protocol; noted again it is the same one."""
    event: told.DeviationNoted = recorded.event
    rule, of, region = mark_of(event)
    yield (
        "insert into deviation values ($1, $2, $3, $4) on conflict do nothing",
        (event.course_id, rule, f"{of} {region}", event.session_id),
    )


def on_deviation_lifted(recorded: Recorded) -> Iterator[Statement]:
    """It was put right."""
    event: own.DeviationLifted = recorded.event
    yield (
        "delete from deviation where course_id = $1 and rule = $2 and mark = $3",
        (event.course_id, event.rule, f"{event.of or event.on} {event.region}"),
    )


def on_exercise_judged(recorded: Recorded) -> Iterator[Statement]:
    """A week of exercise was met, missed or left out."""
    event: own.ExerciseJudged = recorded.event
    yield (
        """
        insert into exercise_week values ($1, $2, $3)
        on conflict (course_id, week_from) do update set met = excluded.met
        """,
        (event.course_id, event.week_from, event.met),
    )


def on_clearance_changed(recorded: Recorded) -> Iterator[Statement]:
    """Weeks count from another day now: they are judged anew."""
    yield "delete from exercise_week where course_id = $1", (recorded.event.course_id,)


KEEPING: Projections = {
    told.SeriesStarted: on_series_started,
    told.MaintenanceStarted: on_maintenance_started,
    told.BreakStarted: on_break_started,
    told.BreakEnded: on_break_ended,
    told.CoursePaused: on_course_paused,
    told.CourseResumed: on_course_resumed,
    told.CadenceSlipped: on_cadence_slipped,
    own.SlipLifted: on_slip_lifted,
    told.CourseLapsed: on_course_lapsed,
    own.LapseLifted: on_lapse_lifted,
    told.DeviationNoted: on_deviation_noted,
    own.DeviationLifted: on_deviation_lifted,
    own.ExerciseJudged: on_exercise_judged,
    own.ExerciseHeld: on_clearance_changed,
    own.ClearanceMoved: on_clearance_changed,
}
