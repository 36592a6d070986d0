"""Sessions and visits that a course hears of. A fact is never refused."""

from bisect import bisect_left
from datetime import date
from typing import Literal
from uuid import UUID

from services.protocol.domain import commands as c
from services.protocol.domain import events as own
from services.protocol.domain import flags
from services.protocol.domain.cadence import stand
from services.protocol.domain.deciding import Deciding
from services.protocol.domain.judgements import mark_of
from services.protocol.domain.state import Course, Given, Mark
from shared.clock import day_of
from shared.events import protocol as told
from shared.events.records import SessionCompleted
from shared.vocabulary import DeviationRule, Reason

News = Literal["withdrawn", "amended", "late"]


def count_session(deciding: Deciding, command: c.CountSession) -> None:
    """A session takes its place in the course, or its figures are replaced; what it went against is flagged."""
    session, on = command.session, day_of(command.session.started_at, deciding.zone)
    known = deciding.course.sessions.get(session.session_id) if deciding.course else None
    if flag := _stray(deciding, session, on):
        _keep_stray(deciding, session, flag, on)
    elif known is None or known.session != session:
        take_in(deciding, Given(on, session), known)


def take_in(deciding: Deciding, given: Given, known: Given | None = None) -> None:
    """Count the session, or put what is known of it right. That its visit is over, `scheduling` says."""
    session, on = given.session, given.on
    before = place_of(deciding.state, session.session_id)
    deciding.add([own.SessionObserved(**deciding.ids, session=session, on=on)])
    place = place_of(deciding.state, session.session_id) or 0
    if before is None:
        deciding.add([_counted(deciding, session, deciding.state.opened.sessions_before + place + 1, on)])
    deciding.follow(flags.of_sessions, place if before is None else min(place, before))
    deciding.settle(deciding.state.last_day or on)
    if known and known.on != on:
        _put_right(deciding, session.session_id, "amended")
    elif known is None and place < len(deciding.state.given) - 1:
        _put_right(deciding, session.session_id, "late")


def take_up(deciding: Deciding) -> None:
    """An open course counts the sessions that were set aside while it was closed, unless they finish it."""
    while one := next((given for given in sorted(deciding.state.aside, key=lambda one: one.order)), None):
        if deciding.state.closed_on and one.on > deciding.state.closed_on:
            return
        take_in(deciding, one)


def _counted(deciding: Deciding, session: SessionCompleted, ordinal: int, on: date) -> told.SessionCounted:
    session_id, appointment_id = session.session_id, session.appointment_id
    return told.SessionCounted(
        **deciding.ids, session_id=session_id, appointment_id=appointment_id, ordinal=ordinal, on=on
    )


def _put_right(deciding: Deciding, session_id: UUID, why: News) -> None:
    """News of the past: say where the course stands now, and why."""
    standing = stand(deciding.state.cadence(deciding.definition))
    phase, sessions = standing.phase.name if standing.phase else "", deciding.state.completed
    right = own.CoursePutRight(
        **deciding.ids, session_id=session_id, why=why, sessions=sessions, phase=phase, done=standing.done
    )
    deciding.add([right])


def place_of(state: Course, session_id: UUID) -> int | None:
    """The session's index among those counted."""
    known = state.sessions.get(session_id)
    return bisect_left(state.given, known.order, key=lambda given: given.order) if known else None


def _stray(deciding: Deciding, session: SessionCompleted, on: date) -> DeviationRule | None:
    """A session that names a course which is not there, is another client's, or was closed by then: not counted.

    One that took place before the closing and was written down after it counts.
    """
    course = deciding.course
    if course is None or course.opened.client_id != session.client_id:
        return "foreign_course"
    return "closed" if course.closed_on is not None and on > course.closed_on else None


def _keep_stray(deciding: Deciding, session: SessionCompleted, rule: DeviationRule, on: date) -> None:
    """Flagged once a session and rule; after the closing it is kept, in case the course is opened again."""
    found, course_id = deciding.found, session.course_id
    if course_id is None or (found and found.forgotten):
        return
    if rule == "closed" and Given(on, session) not in deciding.state.aside:
        if session.session_id in deciding.state.sessions:
            _take_out(deciding, session.session_id, None, "amended")
        deciding.add([own.SessionSetAside(**deciding.ids, session=session, on=on)])
    noted = told.DeviationNoted(
        client_id=session.client_id,
        course_id=course_id,
        session_id=session.session_id,
        rule=rule,
        on=on,
        source="policy",
    )
    if found is None or found.noted.get(mark_of(noted)) != noted:
        deciding.add([noted])


def note_screening(deciding: Deciding, command: c.NoteScreening) -> None:
    """What a screening found stands until a session finds tender points later."""
    course = deciding.course
    if course is None or course.closed:
        return
    on = day_of(command.at, deciding.zone)
    observed = own.ScreeningObserved(**deciding.ids, on=on, tender_points=command.tender_points)
    known = course.screened
    if known is None or (known != observed and known.on <= on):
        deciding.add([observed])


def withdraw_session(deciding: Deciding, command: c.WithdrawSession) -> None:
    """The session did not take place here after all; a course that was finished by it goes on."""
    course, session_id = deciding.course, command.session_id
    if course is None:
        return
    if session_id in course.sessions:
        _take_out(deciding, session_id, command.reason, "withdrawn")
    elif any(given.session.session_id == session_id for given in course.aside):
        deciding.add([told.SessionDiscounted(**deciding.ids, session_id=session_id, reason=command.reason)])
    strays: list[Mark] = [("closed", session_id, None), ("foreign_course", session_id, None)]
    deciding.add([flags.lifted(deciding.state, mark) for mark in strays if mark in deciding.state.noted])


def _take_out(deciding: Deciding, session_id: UUID, reason: Reason | None, why: News) -> None:
    place = place_of(deciding.state, session_id) or 0
    deciding.add([told.SessionDiscounted(**deciding.ids, session_id=session_id, reason=reason)])
    if deciding.state.finished and stand(deciding.state.cadence(deciding.definition)).phase:
        deciding.add([told.CourseReopened(**deciding.ids, on=deciding.today)])
        take_up(deciding)
    deciding.follow(flags.of_sessions, place, gone=session_id)
    deciding.settle(deciding.today)
    _put_right(deciding, session_id, why)


def agree_visit(deciding: Deciding, command: c.AgreeVisit) -> None:
    """An appointment to come; the backstop looks at its day a minute later."""
    if deciding.course:
        _use_up(deciding, command.appointment_id, None)
        visit = {name: getattr(command, name) for name in ("appointment_id", "starts_at", "ends_at")}
        deciding.add([own.VisitAgreed(**deciding.ids, **visit, on=day_of(command.starts_at, deciding.zone))])


def drop_visit(deciding: Deciding, command: c.DropVisit) -> None:
    """An appointment that is no more to come; it may use up a session all the same."""
    if deciding.course:
        if any(visit.appointment_id == command.appointment_id for visit in deciding.state.visits):
            deciding.add([own.VisitDropped(**deciding.ids, appointment_id=command.appointment_id)])
        on = day_of(command.used_at, deciding.zone) if command.used_at else None
        _use_up(deciding, command.appointment_id, on)


def _use_up(deciding: Deciding, appointment_id: UUID, on: date | None) -> None:
    """The course's place moves with it, its count of sessions does not."""
    ids, used = {**deciding.ids, "appointment_id": appointment_id}, deciding.state.used
    known = used.get(appointment_id)
    if known == on:
        return
    deciding.add([own.SessionUsedUp(**ids, on=on) if on else own.SessionGivenBack(**ids)])
    deciding.judge_from(min(day for day in (known, on) if day))
    deciding.settle(deciding.today)
