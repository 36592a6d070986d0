"""One client following one protocol: what is asked of a course, and what comes of it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.protocol.domain import commands as c
from services.protocol.domain import events as own
from services.protocol.domain.deciding import Act, Deciding
from services.protocol.domain.definition import Definition
from services.protocol.domain.exercise import reached, target
from services.protocol.domain.following import Following
from services.protocol.domain.state import Course, evolve
from shared.clock import day_of
from shared.decider import Decider, refuse
from shared.events import protocol as told
from shared.messages import Event

EVENTS: tuple[type[Event], ...] = (*own.PRIVATE, *told.PUBLISHED)


def stream(course_id: object) -> str:
    """The stream of a course."""
    return f"course-{course_id}"


def course_decider(
    definitions: Mapping[str, Definition], zone: ZoneInfo
) -> Decider[c.CourseCommand, Event, Course | None]:
    """The decider of courses under these definitions; days are those of the practice's zone."""

    def decide(command: c.CourseCommand, state: Course | None) -> list[Event]:
        return Deciding(definitions, zone, state, command.now).decide(ACT[type(command)], command)

    return Decider(decide=decide, evolve=evolve, initial=None, events=EVENTS)


def _open_course(deciding: Deciding, command: c.OpenCourse) -> None:
    if deciding.found:
        return
    given = {name: getattr(command, name) for name in own.CourseOpened.__struct_fields__}
    deciding.add([own.CourseOpened(**given)])
    deciding.settle(command.last_session_on or command.starts_on)
    deciding.pass_time()


def _count_session(deciding: Deciding, command: c.CountSession) -> None:
    session, on = command.session, day_of(command.session.started_at, deciding.zone)
    if flag := _stray(deciding, session):
        marks = deciding.found.flagged if deciding.found else frozenset()
        if (flag, session.session_id) not in marks:
            deciding.add([_deviation(session, flag, on)])
        return
    before = deciding.state
    known = before.session(session.session_id)
    if known and known.session == session:
        return
    deciding.add([own.SessionObserved(**deciding.ids, session=session, on=on)])
    given = deciding.state.session(session.session_id)
    assert given is not None  # noqa: S101 - just observed
    if known is None:
        ordinal = deciding.state.opened.sessions_before + deciding.state.given.index(given) + 1
        deciding.add([_counted(deciding.ids, session, ordinal, on)])
    if session.appointment_id:
        _drop(deciding, session.appointment_id)
    deciding.follow(lambda following: following.deviations_of(given, before))
    deciding.settle(on)


def _stray(deciding: Deciding, session: Any) -> str | None:
    """A session that names a course which is not there, is closed, or is another client's: flagged, not counted."""
    if deciding.found is None or deciding.found.forgotten or deciding.found.opened.client_id != session.client_id:
        return "foreign_course"
    return "closed" if deciding.found.closed and not deciding.found.session(session.session_id) else None


def _withdraw_session(deciding: Deciding, command: c.WithdrawSession) -> None:
    if deciding.found and (given := deciding.found.session(command.session_id)):
        deciding.add([told.SessionDiscounted(**deciding.ids, session_id=command.session_id)])
        deciding.settle(given.on)


def _count_exercise(deciding: Deciding, command: c.CountExercise) -> None:
    logged = command.exercise
    if deciding.found is None or any(e.exercise_id == logged.exercise_id for e in deciding.state.exercised):
        return
    observed = own.ExerciseObserved(
        **deciding.ids, exercise_id=logged.exercise_id, on=logged.date, steps=logged.steps,
        walked_minutes=logged.walked_minutes,
    )  # fmt: skip
    before, per_week = deciding.state, target(deciding.definition, deciding.state) or None
    deciding.add([observed])
    if per_week is not None and (before.cleared_on is None or logged.date < before.cleared_on):
        deciding.add([told.DeviationNoted(**deciding.ids, rule="exercise_too_early", on=logged.date)])
    for mark in reached(deciding.definition, before, observed):
        deciding.add(
            [told.ExerciseMilestone(
                **deciding.ids, kind=mark.kind, on=logged.date, per_week=per_week, value=mark.value
            )]
        )  # fmt: skip


def _agree_visit(deciding: Deciding, command: c.AgreeVisit) -> None:
    if deciding.found:
        on = day_of(command.starts_at, deciding.zone)
        visit = {name: getattr(command, name) for name in ("appointment_id", "starts_at", "ends_at")}
        deciding.add([own.VisitAgreed(**deciding.ids, **visit, on=on)])


def _drop_visit(deciding: Deciding, command: c.DropVisit) -> None:
    if deciding.found:
        _drop(deciding, command.appointment_id)


def _drop(deciding: Deciding, appointment_id: Any) -> None:
    if any(visit.appointment_id == appointment_id for visit in deciding.state.visits):
        deciding.add([own.VisitDropped(**deciding.ids, appointment_id=appointment_id)])


def _grant_override(deciding: Deciding, command: c.GrantOverride) -> None:
    if (command.rule, command.date) not in deciding.state.permitted:
        given = {name: getattr(command, name) for name in ("rule", "date", "reason", "granted_by")}
        deciding.add([told.OverrideGranted(**deciding.ids, **given)])


def _pause_course(deciding: Deciding, command: c.PauseCourse) -> None:
    _must_be_open(deciding)
    if any(pause.to is None or pause.to >= command.paused_from for pause in deciding.state.pauses):
        raise refuse("paused", "The course is paused already. Resume it first.")
    deciding.add(
        [told.CoursePaused(**deciding.ids, paused_from=command.paused_from, to=command.to, reason=command.reason)]
    )


def _resume_course(deciding: Deciding, _: c.ResumeCourse) -> None:
    if deciding.state.pauses and deciding.state.pauses[-1].covers(deciding.today):
        deciding.add([told.CourseResumed(**deciding.ids, on=deciding.today)])


def _close_course(deciding: Deciding, command: c.CloseCourse) -> None:
    if not deciding.state.closed:
        deciding.add([told.CourseClosed(**deciding.ids, reason=command.reason, on=deciding.today)])


def _reopen_course(deciding: Deciding, _: c.ReopenCourse) -> None:
    if deciding.state.closed:
        deciding.add([told.CourseReopened(**deciding.ids, on=deciding.today)])


def _decide_lapse(deciding: Deciding, command: c.DecideLapse) -> None:
    if not deciding.state.lapse_undecided:
        raise refuse("no_lapse", "There is no long gap to decide about.")
    following = Following(deciding.definition, deciding.state)
    deciding.add(list(following.decided(command.decision)))


def _forget_client(deciding: Deciding, _: c.ForgetClient) -> None:
    if deciding.found and not deciding.found.forgotten:
        if not deciding.found.closed:
            deciding.add([told.CourseClosed(**deciding.ids, reason="other", on=deciding.today)])
        deciding.add([own.ClientForgotten(**deciding.ids)])


def _review(deciding: Deciding, _: c.Review) -> None:
    if deciding.found and not deciding.found.closed:
        deciding.pass_time()
        deciding.follow(lambda following: following.visits_against())


def _must_be_open(deciding: Deciding) -> None:
    if deciding.state.closed:
        raise refuse("closed", "The course is closed. Reopen it first.")


def _counted(ids: dict[str, Any], session: Any, ordinal: int, on: dt.date) -> told.SessionCounted:
    return told.SessionCounted(
        **ids, session_id=session.session_id, appointment_id=session.appointment_id, ordinal=ordinal, on=on
    )


def _deviation(session: Any, rule: Any, on: dt.date) -> told.DeviationNoted:
    return told.DeviationNoted(
        client_id=session.client_id, course_id=session.course_id, rule=rule, on=on, session_id=session.session_id
    )


ACT: dict[type[c.CourseCommand], Act] = {
    c.OpenCourse: _open_course,
    c.CountSession: _count_session,
    c.WithdrawSession: _withdraw_session,
    c.CountExercise: _count_exercise,
    c.AgreeVisit: _agree_visit,
    c.DropVisit: _drop_visit,
    c.GrantOverride: _grant_override,
    c.PauseCourse: _pause_course,
    c.ResumeCourse: _resume_course,
    c.CloseCourse: _close_course,
    c.ReopenCourse: _reopen_course,
    c.DecideLapse: _decide_lapse,
    c.ForgetClient: _forget_client,
    c.Review: _review,
}
