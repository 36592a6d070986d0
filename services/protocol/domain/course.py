"""One client following one protocol: what is asked of a course, and what comes of it."""

from datetime import date
from zoneinfo import ZoneInfo

from services.protocol.domain import commands as c
from services.protocol.domain import counting, flags, training
from services.protocol.domain import events as own
from services.protocol.domain.anchoring import session_at
from services.protocol.domain.cadence import stand
from services.protocol.domain.deciding import Act, Deciding
from services.protocol.domain.evolving import evolve, fold
from services.protocol.domain.shelf import Shelf
from services.protocol.domain.state import Course
from services.protocol.domain.weeks import decided
from shared.clock import day_of
from shared.decider import Decider, refuse
from shared.events import protocol as told
from shared.messages import Event

ASKED = set(c.OpenCourse.__struct_fields__) - {"now"}
EVENTS: tuple[type[Event], ...] = (*own.PRIVATE, *told.PUBLISHED)


def stream(course_id: object) -> str:
    """The stream of a course."""
    return f"course-{course_id}"


def course_decider(definitions: Shelf, zone: ZoneInfo) -> Decider[c.CourseCommand, Event, Course | None]:
    """The decider of courses under these definitions; days are those of the practice's zone."""

    def decide(command: c.CourseCommand, state: Course | None) -> list[Event]:
        return Deciding(definitions, zone, state, command.now).decide(ACT[type(command)], command)

    return Decider(decide=decide, evolve=evolve, many=fold, initial=None, events=EVENTS)


def _open_course(deciding: Deciding, command: c.OpenCourse) -> None:
    if deciding.found:
        return
    definition, given = deciding.offered(command.protocol), {name: getattr(command, name) for name in ASKED}
    begins = session_at(definition, command.event_at)
    event_on = day_of(begins, deciding.zone) if begins else None
    deciding.add([own.CourseOpened(**given, event_on=event_on, version=definition.version)])
    deciding.settle(command.last_session_on or command.starts_on)
    deciding.pass_time()


def _grant_override(deciding: Deciding, command: c.GrantOverride) -> None:
    if command.rule == "closed":
        raise refuse("closed", "A closed course takes no sessions. Reopen it instead.")
    if (command.rule, command.date) not in deciding.state.permitted:
        given = {name: getattr(command, name) for name in ("rule", "date", "reason", "granted_by")}
        deciding.add([told.OverrideGranted(**deciding.ids, **given)])


def _pause_course(deciding: Deciding, command: c.PauseCourse) -> None:
    if deciding.state.closed:
        raise refuse("closed", "The course is closed. Reopen it first.")
    last = command.to or date.max
    if any(pause.first <= last and command.paused_from <= (pause.to or date.max) for pause in deciding.state.pauses):
        raise refuse("paused", "The course is paused already on some of these days. Resume it first.")
    first, reason = command.paused_from, command.reason
    deciding.add([told.CoursePaused(**deciding.ids, paused_from=first, to=command.to, reason=reason)])
    _judge_anew(deciding, first)


def _judge_anew(deciding: Deciding, day: date) -> None:
    """A pause began or ended on this day: sessions in it are flagged, its weeks are not judged."""
    deciding.judge_from(day)
    deciding.pass_time()


def _resume_course(deciding: Deciding, _: c.ResumeCourse) -> None:
    if any(pause.to is None or pause.to >= deciding.today for pause in deciding.state.pauses):
        deciding.add([told.CourseResumed(**deciding.ids, on=deciding.today)])
        _judge_anew(deciding, deciding.today)


def _close_course(deciding: Deciding, command: c.CloseCourse) -> None:
    if not deciding.state.closed:
        reason, cancel = command.reason, command.cancel_appointments
        closed = told.CourseClosed(**deciding.ids, reason=reason, on=deciding.today, cancel_appointments=cancel)
        deciding.add([closed])


def _reopen_course(deciding: Deciding, _: c.ReopenCourse) -> None:
    if not deciding.state.closed:
        return
    if stand(deciding.state.cadence(deciding.definition)).phase is None:
        raise refuse("closed", "All sessions of this course are done. Open a new one.")
    deciding.add([told.CourseReopened(**deciding.ids, on=deciding.today, asked=True)])
    counting.take_up(deciding)
    deciding.settle(deciding.today)
    deciding.pass_time()


def _decide_lapse(deciding: Deciding, command: c.DecideLapse) -> None:
    """Until the next session a therapist may still say otherwise than the practice's setting did."""
    if deciding.state.closed:
        raise refuse("closed", "The course is closed. Reopen it first.")
    if deciding.state.lapse == command.decision:
        return
    if deciding.state.lapse not in ("undecided", "continue"):
        raise refuse("no_lapse", "There is no long gap to decide about.")
    deciding.follow(decided, command.decision, deciding.today)
    deciding.pass_time()


def _forget_client(deciding: Deciding, _: c.ForgetClient) -> None:
    if deciding.course:
        if not deciding.course.closed:
            deciding.add([told.CourseClosed(**deciding.ids, reason="other", on=deciding.today)])
        deciding.add([own.ClientForgotten(**deciding.ids)])


def _review(deciding: Deciding, _: c.Review) -> None:
    if deciding.course and (deciding.course.stale or not deciding.course.closed):
        deciding.pass_time()
    if deciding.course and not deciding.course.closed:
        deciding.follow(flags.of_visits)


ACT: dict[type[c.CourseCommand], Act] = {
    c.OpenCourse: _open_course,
    c.CountSession: counting.count_session,
    c.WithdrawSession: counting.withdraw_session,
    c.NoteScreening: counting.note_screening,
    c.CountExercise: training.count_exercise,
    c.AgreeVisit: counting.agree_visit,
    c.DropVisit: counting.drop_visit,
    c.GrantOverride: _grant_override,
    c.PauseCourse: _pause_course,
    c.ResumeCourse: _resume_course,
    c.CloseCourse: _close_course,
    c.ReopenCourse: _reopen_course,
    c.DecideLapse: _decide_lapse,
    c.ForgetClient: _forget_client,
    c.Review: _review,
}
