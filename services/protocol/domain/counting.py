"""Facts from elsewhere that a course takes in: sessions, exercise, appointments. A fact is never refused."""

from datetime import date
from uuid import UUID

from services.protocol.domain import commands as c
from services.protocol.domain import events as own
from services.protocol.domain import flags
from services.protocol.domain.cadence import stand
from services.protocol.domain.deciding import Deciding
from services.protocol.domain.exercise import Reached, reached, target_on
from services.protocol.domain.state import Course
from shared.clock import day_of
from shared.events import protocol as told
from shared.events.records import ExerciseLogged, SessionCompleted
from shared.vocabulary import DeviationRule


def count_session(deciding: Deciding, command: c.CountSession) -> None:
    """A session takes its place in the course, or its figures are replaced; what it went against is flagged."""
    session, on = command.session, day_of(command.session.started_at, deciding.zone)
    known = deciding.course.session(session.session_id) if deciding.course else None
    if flag := _stray(deciding, session, on):
        _flag_stray(deciding, session, flag, on)
    elif known is None or known.session != session:
        before = place_of(deciding.state, session.session_id)
        deciding.add([own.SessionObserved(**deciding.ids, session=session, on=on)])
        _take_in(deciding, session, on, before)


def _take_in(deciding: Deciding, session: SessionCompleted, on: date, before: int | None) -> None:
    place = place_of(deciding.state, session.session_id) or 0
    if before is None:
        ordinal = deciding.state.opened.sessions_before + place + 1
        deciding.add([_counted(deciding, session, ordinal, on)])
    if session.appointment_id:
        _drop(deciding, session.appointment_id)
    deciding.follow(flags.of_sessions, min(place, place if before is None else before))
    deciding.settle(deciding.state.last_day or on)


def _counted(deciding: Deciding, session: SessionCompleted, ordinal: int, on: date) -> told.SessionCounted:
    session_id, appointment_id = session.session_id, session.appointment_id
    return told.SessionCounted(
        **deciding.ids, session_id=session_id, appointment_id=appointment_id, ordinal=ordinal, on=on
    )


def place_of(state: Course, session_id: UUID) -> int | None:
    """The session's index among those counted."""
    return next((n for n, given in enumerate(state.given) if given.session.session_id == session_id), None)


def _stray(deciding: Deciding, session: SessionCompleted, on: date) -> DeviationRule | None:
    """A session that names a course which is not there, is another client's, or was closed by then: not counted.

    One that took place before the closing and was written down after it counts.
    """
    course = deciding.course
    if course is None or course.opened.client_id != session.client_id:
        return "foreign_course"
    late = course.closed_on is not None and on > course.closed_on
    return "closed" if late and not course.session(session.session_id) else None


def _flag_stray(deciding: Deciding, session: SessionCompleted, rule: DeviationRule, on: date) -> None:
    """Once a session and rule; an erased client's course is silent."""
    found, course_id = deciding.found, session.course_id
    if course_id is None or (found and (found.forgotten or (rule, session.session_id) in found.flagged)):
        return
    ids = {"client_id": session.client_id, "course_id": course_id, "session_id": session.session_id}
    deciding.add([told.DeviationNoted(**ids, rule=rule, on=on)])


def withdraw_session(deciding: Deciding, command: c.WithdrawSession) -> None:
    """The session did not take place here after all; a course that was finished by it goes on."""
    course = deciding.course
    place = place_of(course, command.session_id) if course else None
    if course is None or place is None:
        return
    finished = course.closed and stand(course.cadence(deciding.definition)).phase is None
    deciding.add([told.SessionDiscounted(**deciding.ids, session_id=command.session_id)])
    if finished:
        deciding.add([told.CourseReopened(**deciding.ids, on=deciding.today)])
    deciding.follow(flags.of_sessions, place, gone=command.session_id)
    deciding.settle(deciding.today)


def count_exercise(deciding: Deciding, command: c.CountExercise) -> None:
    """Exercise at home: flagged before clearance, else counted toward the week's target and the milestones."""
    logged, before = command.exercise, deciding.course
    if before is None or any(e.exercise_id == logged.exercise_id for e in before.exercised):
        return
    observed = _observed(deciding, logged)
    deciding.add([observed])
    if deciding.definition.exercises and (before.cleared_on is None or logged.date < before.cleared_on):
        _flag_exercise(deciding, logged.date)
    per_week = target_on(deciding.definition, before, logged.date) or None
    for mark in reached(deciding.definition, before, observed):
        deciding.add([_milestone(deciding, mark, logged.date, per_week)])


def _milestone(deciding: Deciding, mark: Reached, on: date, per_week: int | None) -> told.ExerciseMilestone:
    return told.ExerciseMilestone(**deciding.ids, kind=mark.kind, on=on, per_week=per_week, value=mark.value)


def _observed(deciding: Deciding, logged: ExerciseLogged) -> own.ExerciseObserved:
    steps, walked = logged.steps, logged.walked_minutes
    return own.ExerciseObserved(
        **deciding.ids, exercise_id=logged.exercise_id, on=logged.date, steps=steps, walked_minutes=walked
    )


def _flag_exercise(deciding: Deciding, on: date) -> None:
    if ("exercise_too_early", on) not in deciding.state.flagged:
        deciding.add([told.DeviationNoted(**deciding.ids, rule="exercise_too_early", on=on)])


def agree_visit(deciding: Deciding, command: c.AgreeVisit) -> None:
    """An appointment to come; the backstop looks at its day a minute later."""
    if deciding.course:
        visit = {name: getattr(command, name) for name in ("appointment_id", "starts_at", "ends_at")}
        deciding.add([own.VisitAgreed(**deciding.ids, **visit, on=day_of(command.starts_at, deciding.zone))])


def drop_visit(deciding: Deciding, command: c.DropVisit) -> None:
    """An appointment that is no more to come."""
    if deciding.course:
        _drop(deciding, command.appointment_id)


def _drop(deciding: Deciding, appointment_id: UUID) -> None:
    if any(visit.appointment_id == appointment_id for visit in deciding.state.visits):
        deciding.add([own.VisitDropped(**deciding.ids, appointment_id=appointment_id)])
