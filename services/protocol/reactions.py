"""What a course makes of sessions, exercise and appointments elsewhere."""

from collections.abc import Iterator

from services.protocol.domain import commands as c
from services.protocol.domain.course import stream
from shared.bus.hearing import Found, React, Reactions
from shared.events import records, scheduling
from shared.messages import Command, Recorded

Commands = Iterator[tuple[str, Command]]


def count_session(heard: Recorded, _: Found) -> Commands:
    """A session that names a course is counted there (or flagged)."""
    event = heard.event
    if event.course_id:
        figures = {name: getattr(event, name) for name in records.SessionCompleted.__struct_fields__}
        session = records.SessionCompleted(**figures)
        yield stream(event.course_id), c.CountSession(now=heard.recorded_at, session=session)


def amend_session(heard: Recorded, found: Found) -> Commands:
    """Corrected figures; a session that belongs to another course, or to none, is taken out of the one before."""
    for row in found:
        if row["course_id"] != heard.event.course_id:
            yield stream(row["course_id"]), _withdrawal(heard)
    yield from count_session(heard, found)


def withdraw_session(heard: Recorded, _: Found) -> Commands:
    """A session that did not take place is taken out again."""
    if heard.event.course_id:
        yield stream(heard.event.course_id), _withdrawal(heard)


def _withdrawal(heard: Recorded) -> c.WithdrawSession:
    return c.WithdrawSession(now=heard.recorded_at, session_id=heard.event.session_id, reason=heard.event.reason)


def note_screening(heard: Recorded, found: Found) -> Commands:
    """What a screening found, in every open course of the client."""
    points = tuple(heard.event.tender_points)
    for row in found:
        at = heard.recorded_at
        yield stream(row["course_id"]), c.NoteScreening(now=at, at=at, tender_points=points)


def count_exercise(heard: Recorded, found: Found) -> Commands:
    """Exercise counts in every open course of the client."""
    for row in found:
        yield stream(row["course_id"]), c.CountExercise(now=heard.recorded_at, exercise=heard.event)


def forget_client(heard: Recorded, found: Found) -> Commands:
    """An erased client's courses are closed and answer as unknown."""
    for row in found:
        yield stream(row["course_id"]), c.ForgetClient(now=heard.recorded_at)


def agree_visit(heard: Recorded, _: Found) -> Commands:
    """An appointment of a course: its length shapes the note, its day is looked at once more."""
    event = heard.event
    if event.course_id:
        yield (
            stream(event.course_id),
            c.AgreeVisit(
                now=heard.recorded_at,
                appointment_id=event.appointment_id,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
            ),
        )


def drop_visit(heard: Recorded, _: Found) -> Commands:
    """An appointment of a course that is no more to come; missed or called off late it may use up a session."""
    event = heard.event
    if event.course_id:
        used_at = event.starts_at if getattr(event, "uses_session", False) else None
        command = c.DropVisit(now=heard.recorded_at, appointment_id=event.appointment_id, used_at=used_at)
        yield stream(event.course_id), command


def course_of_session(heard: Recorded) -> tuple[str, tuple[object, ...]]:
    """The course that counts the session, or where it was flagged as one that belongs nowhere."""
    return (
        """
        select course_id from session_course where session_id = $1
        union select course_id from deviation where session_id = $1
        """,
        (heard.event.session_id,),
    )


def open_courses(heard: Recorded) -> tuple[str, tuple[object, ...]]:
    """The client's open courses."""
    return "select course_id from course where client_id = $1 and not closed", (heard.client_id,)


def all_courses(heard: Recorded) -> tuple[str, tuple[object, ...]]:
    """The client's courses, closed ones too."""
    return "select course_id from course where client_id = $1", (heard.client_id,)


REACTIONS: Reactions = {
    records.SessionCompleted: React(count_session),
    records.SessionAmended: React(amend_session, find=course_of_session),
    records.SessionWithdrawn: React(withdraw_session),
    records.ScreeningRecorded: React(note_screening, find=open_courses),
    records.ExerciseLogged: React(count_exercise, find=open_courses),
    records.ClientErased: React(forget_client, find=all_courses),
    scheduling.AppointmentBooked: React(agree_visit),
    scheduling.AppointmentMoved: React(agree_visit),
    scheduling.AppointmentReinstated: React(agree_visit),
    scheduling.AppointmentCancelled: React(drop_visit),
    scheduling.AppointmentMissed: React(drop_visit),
    scheduling.AppointmentFulfilled: React(drop_visit),
}
