"""Regular visits over HTTP: agreeing on them, seeing what was stepped over and deciding. `weeks.py` books them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict

from services.scheduling.bodies import AppointmentWanted, BookBody, each_once, plain_day, whole_minute
from services.scheduling.booking import attempt, persistently
from services.scheduling.domain import itinerary
from services.scheduling.domain.reflowing import minutes_of
from services.scheduling.domain.regular import AgreeRolling, DecideStep, EndRolling
from services.scheduling.domain.rolling import Rhythm, Rolling, RollingAgreed, WeekSteppedOver, stream
from services.scheduling.domain.slots import WEEKDAYS
from services.scheduling.domain.visits import Itinerary
from services.scheduling.queries import known_therapist
from services.scheduling.readable import readable
from services.scheduling.rolling_views import InsteadBody, RhythmBody, RollingView, SteppedDays, SteppedOver
from shared.decider import Unknown
from shared.http.problems import Malformed
from shared.http.routes import Call
from shared.questions.protocol import AskCourse, CourseFacts
from shared.store.store import Store


async def agree(call: Call) -> dict[str, Any]:
    """Keep visits in this rhythm booked. Raises `Unknown` for course or therapist."""
    course: CourseFacts | None = await call.service.ask(AskCourse(course_id=call.path_id("course_id")))
    if course is None or course.status == "closed":
        raise Unknown("There is no such open course.")
    rhythm = rhythm_of(call.body, await usual(call, course))
    await known_therapist(call.service.store, rhythm.therapist_id)
    command = AgreeRolling(client_id=course.client_id, course_id=course.course_id, rhythm=rhythm)
    return await call.put({stream(course.course_id): command}, {"course_id": course.course_id})


async def usual(call: Call, course: CourseFacts) -> dict[str, Any]:
    """The rhythm of the course's last visit, if it has any."""
    state: Itinerary = await call.service.store.state(itinerary.stream(course.client_id))
    visits = [one for one in state.appointments.values() if one.course_id == course.course_id and one.holds]
    if not visits:
        return {}
    last = max(visits, key=lambda one: one.starts_at)
    local = last.starts_at.astimezone(call.service.practice.tz)
    return {
        "weekday": WEEKDAYS[local.weekday()],
        "time": f"{local:%H:%M}",
        "therapist_id": last.therapist_id,
        "minutes": minutes_of(last),
        "equipment": last.equipment,
    }


def rhythm_of(body: RhythmBody, last: dict[str, Any]) -> Rhythm:
    """What was asked for, and for the rest the last visit. Raises `Malformed` for what neither says."""
    asked = {name: value for name, value in asdict(body).items() if value is not None}
    known = last | asked
    for name in ("weekday", "time", "therapist_id", "minutes"):
        if name not in known:
            raise Malformed(name, "The course has no visit yet whose rhythm could be taken over. Give this.")
    return Rhythm(**known | {"equipment": each_once(known.get("equipment", ()))})


async def end(call: Call) -> dict[str, Any]:
    """Book no more visits ahead; those booked stay."""
    course_id = call.path_id("course_id")
    rolling: Rolling = await call.service.store.state(stream(course_id))
    if rolling.agreed is None:
        await known_course(call, course_id)
    return await call.put({stream(course_id): EndRolling(reason="asked")}, {"course_id": course_id})


async def show(call: Call) -> RollingView:
    """The rhythm, and the days about which nobody has decided."""
    course_id = call.path_id("course_id")
    await known_course(call, course_id)
    return await shown(call, course_id)


async def known_course(call: Call, course_id: UUID) -> None:
    """Raise `Unknown` where there is no such course, or it is an erased client's."""
    if await call.service.ask(AskCourse(course_id=course_id)) is None:
        raise Unknown("There is no such course.")


async def show_agreed(call: Call, ids: dict[str, Any]) -> RollingView:
    """The same after a change."""
    return await shown(call, UUID(str(ids["course_id"])))


async def shown(call: Call, course_id: UUID) -> RollingView:
    """The course's regular visits as they are agreed on now."""
    rolling: Rolling = await call.service.store.state(stream(course_id))
    return RollingView(
        course_id=course_id,
        weeks=call.service.practice.booking.rolling_weeks,
        rhythm=rolling.agreed.rhythm if rolling.agreed else None,
        stepped_over=await stepped(call.service.store, course_id),
    )


async def show_stepped(call: Call) -> SteppedDays:
    """Every day the desk has to decide about."""
    return SteppedDays(stepped_over=await stepped(call.service.store))


async def stepped(store: Store, course_id: UUID | None = None) -> list[SteppedOver]:
    """The days stepped over, of all courses or one."""
    rows = await store.fetch(
        "select * from stepped_over where $1::uuid is null or course_id = $1 order by starts_at, course_id", course_id
    )
    return readable("stepped_over", "course_id", rows, stepped_view)


def stepped_view(row: Any) -> SteppedOver:
    """A row as answers show it."""
    return msgspec.convert(dict(row) | {"alternatives": msgspec.json.decode(row["alternatives"])}, SteppedOver)


async def book_instead(call: Call) -> dict[str, Any]:
    """Book another time for a day stepped over; checked like any booking."""
    course_id, day = call.path_id("course_id"), path_day(call)
    if call.body.starts_at:
        whole_minute("starts_at", call.body.starts_at)
    course: CourseFacts | None = await call.service.ask(AskCourse(course_id=course_id))
    if course is None:
        raise Unknown("There is no such course.")
    return await persistently(lambda: book_once(call, course, day))


async def book_once(call: Call, course: CourseFacts, day: date) -> dict[str, Any]:
    """Once: the visit is booked and the day decided, both or neither."""
    rolling: Rolling = await call.service.store.state(stream(course.course_id))
    if rolling.agreed is None or day not in rolling.open:
        raise Unknown("Nothing is open about this day.")
    visit = instead(call.body, rolling.agreed, rolling.open[day])
    body = BookBody(client_id=course.client_id, course_id=course.course_id, appointments=[visit])
    decided = {stream(course.course_id): DecideStep(day=day, booked=True)}
    return await attempt(call, body, course, decided)


def instead(body: InsteadBody, agreed: RollingAgreed, step: WeekSteppedOver) -> AppointmentWanted:
    """The visit as the desk wants it, or as it was proposed first. Raises `Malformed` when neither says when."""
    first = next(iter(step.alternatives), None)
    if body.starts_at is None and first is None:
        raise Malformed("starts_at", "No other time was found in this week. Give one.")
    proposed = first if first and body.starts_at in (None, first.starts_at) else None
    return AppointmentWanted(
        starts_at=body.starts_at or (first or step).starts_at,
        minutes=agreed.rhythm.minutes,
        therapist_id=body.therapist_id or (proposed.therapist_id if proposed else agreed.rhythm.therapist_id),
        equipment=agreed.rhythm.equipment,
    )


async def leave(call: Call) -> dict[str, Any]:
    """The week stays without a visit."""
    course_id, day = call.path_id("course_id"), path_day(call)
    command = DecideStep(day=day, booked=False)
    return await call.put({stream(course_id): command}, {"course_id": course_id, "day": day})


def path_day(call: Call) -> date:
    """The day in the address; what is no day is unknown."""
    try:
        return plain_day(call.request.match_info["day"])
    except ValueError as error:
        raise Unknown("Nothing is open about this day.") from error
