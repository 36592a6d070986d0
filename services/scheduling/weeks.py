"""Regular visits are booked ahead, week by week; what cannot be is stepped over, and the desk is asked.

All new visits of one look, and what was stepped over, are one unit of work: the client gets one letter.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import uuid_utils.compat as uuid
from msgspec import Struct

from services.scheduling.availability import Search, roster
from services.scheduling.booking import held, sessions_before
from services.scheduling.domain import itinerary
from services.scheduling.domain.fitting import Want, fit
from services.scheduling.domain.instead import alternatives
from services.scheduling.domain.placing import BookAppointments, Placement, clash
from services.scheduling.domain.regular import EndRolling, KeepWeeks
from services.scheduling.domain.rolling import A_WEEK, Rhythm, Rolling, WeekSteppedOver, next_look, stream
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import whole_day
from services.scheduling.domain.visits import Itinerary
from services.scheduling.judging import Entry, refusals
from services.scheduling.offers import by_itself
from shared.clock import at, day_of, parse_time
from shared.decider import Refusal
from shared.messages import Command
from shared.questions.protocol import AskCourse, CourseFacts
from shared.service import Service

OFFERED = 3
NOT_EXPECTED = ("paused", "closed", "not_started")
"""Rules by which a day is neither booked nor stepped over, but looked at again later."""


class Look(Struct, frozen=True, kw_only=True):
    """One look at a course's weeks ahead; `days` have not been dealt with."""

    service: Service
    course: CourseFacts
    rhythm: Rhythm
    state: Itinerary
    roster: Roster
    days: Sequence[date]

    @property
    def not_before(self) -> datetime:
        """Nothing is booked sooner than the practice's notice."""
        return self.service.clock.now() + timedelta(minutes=self.service.practice.booking.notice_minutes)

    def without_visit(self) -> list[date]:
        """The days that can still be booked and whose week (Monday to Sunday) has no visit of the course."""
        zone = self.service.practice.tz
        visits = (one for one in self.state.appointments.values() if one.course_id == self.course.course_id)
        weeks = {day_of(one.starts_at, zone).isocalendar()[:2] for one in visits if one.holds}
        return [day for day in self.days if day.isocalendar()[:2] not in weeks and self.start(day) > self.not_before]

    def start(self, day: date) -> datetime:
        """When the usual visit begins on a day."""
        return at(day, parse_time(self.rhythm.time), self.service.practice.tz)

    def entry(self, starts_at: datetime) -> Entry:
        """A visit that might be."""
        day = day_of(starts_at, self.service.practice.tz)
        return Entry(day=day, new=True, starts_at=starts_at, appointment_id=uuid.uuid7())


async def due_courses(service: Service) -> list[UUID]:
    """Courses whose weeks ahead are to be looked at."""
    rows = await service.store.fetch("select course_id from rolling where due order by course_id")
    return [UUID(int=row["course_id"].int) for row in rows]


async def keep_booked(service: Service, course_id: UUID) -> None:
    """Book the usual visits of the weeks ahead; list to the desk what cannot be.

    Raises `Unavailable` when a neighbour is away, `Refused` when somebody was quicker.
    """
    rolling: Rolling = await service.store.state(stream(course_id))
    if rolling.agreed is None:
        return
    course: CourseFacts | None = await service.ask(AskCourse(course_id=course_id))
    if course is None or course.status == "closed":
        commands: dict[str, Command] = {stream(course_id): EndRolling(reason="closed")}
    elif course.status == "maintenance" or (course.status == "paused" and rolling.done):
        commands = await found(await looked(service, course, rolling))
    else:
        commands = {stream(course_id): kept(service, rolling.agreed.rhythm)}
    await service.store.put(commands, by_itself(service))


async def looked(service: Service, course: CourseFacts, rolling: Rolling) -> Look:
    """What is known of the weeks ahead."""
    assert rolling.agreed is not None  # noqa: S101 - asked before
    state: Itinerary = await service.store.state(itinerary.stream(course.client_id))
    today, weeks = day_of(service.clock.now(), service.practice.tz), service.practice.booking.rolling_weeks
    within = whole_day(today, service.practice.tz)[0], whole_day(today + (weeks + 1) * A_WEEK, service.practice.tz)[1]
    return Look(
        service=service,
        course=course,
        rhythm=rolling.agreed.rhythm,
        state=state,
        roster=await roster(service, Search(within=within, client_taken=held(state))),
        days=rolling.ahead(today, weeks),
    )


async def found(look: Look) -> dict[str, Command]:
    """The commands that come of the look: visits that can be are booked, the others stepped over."""
    wanted = {day: placed(look, day) for day in look.without_visit()}
    against = {day: why for day, why in wanted.items() if isinstance(why, Refusal)}
    cadence = await refused(look, list(wanted))
    against = cadence | against | {day: why for day, why in cadence.items() if why.rule in NOT_EXPECTED}
    visits = [one for day, one in wanted.items() if isinstance(one, Placement) and day not in against]
    asked = {day: why for day, why in against.items() if why.rule not in NOT_EXPECTED}
    stepped = [await stepped_over(look, day, why, visits) for day, why in asked.items()]
    done = [day for day in look.days if day not in against]
    commands: dict[str, Command] = {stream(look.course.course_id): kept(look.service, look.rhythm, done, stepped)}
    return commands | ({itinerary.stream(look.course.client_id): booking(look, visits)} if visits else {})


def placed(look: Look, day: date) -> Placement | Refusal:
    """The usual visit on a day, or what the calendar or the client's other visits say against it."""
    want = Want(
        appointment_id=uuid.uuid7(),
        course_id=look.course.course_id,
        therapist_id=look.rhythm.therapist_id,
        starts_at=look.start(day),
        minutes=look.rhythm.minutes,
        equipment=look.rhythm.equipment,
    )
    one = fit(look.roster, want)
    return one.against or one.taken or clash(one, held(look.state)) or one


async def refused(look: Look, days: Sequence[date]) -> dict[date, Refusal]:
    """What the cadence says against visits on these days, asked once."""
    new = [look.entry(look.start(day)) for day in days]
    (against,) = await judged(look, [new])
    return {one.day: against[one.appointment_id] for one in new if one.appointment_id in against}


async def judged(look: Look, options: Sequence[Sequence[Entry]]) -> list[dict[UUID, Refusal]]:
    """What the cadence says against each choice of visits."""
    if not any(options):
        return [{} for _ in options]
    return await refusals(look.service, look.course.course_id, look.state, look.course.client_id, options)


async def stepped_over(look: Look, day: date, why: Refusal, visits: Sequence[Placement]) -> WeekSteppedOver:
    """The day, why there is no visit on it, and up to three other times of its week that go with the new visits."""
    others = alternatives(look.roster, look.rhythm, day, look.not_before)
    times = [one.starts_at for one in visits]
    options = [[look.entry(one) for one in (*times, other.starts_at)] for other in others]
    fine = [one for one, against in zip(others, await judged(look, options), strict=True) if not against]
    return WeekSteppedOver(
        client_id=look.course.client_id,
        course_id=look.course.course_id,
        day=day,
        starts_at=look.start(day),
        rule=why.rule,
        detail=why.detail,
        alternatives=fine[:OFFERED],
    )


def kept(
    service: Service, rhythm: Rhythm, days: Sequence[date] = (), stepped: Sequence[WeekSteppedOver] = ()
) -> KeepWeeks:
    """The look itself, and when the next is due."""
    zone, weeks = service.practice.tz, service.practice.booking.rolling_weeks
    again = next_look(rhythm, day_of(service.clock.now(), zone), weeks)
    return KeepWeeks(days=tuple(days), stepped=tuple(stepped), again_at=whole_day(again, zone)[0])


def booking(look: Look, visits: Sequence[Placement]) -> BookAppointments:
    """The visits, all at once."""
    return BookAppointments(
        client_id=look.course.client_id,
        now=look.service.clock.now(),
        version=look.state.version,
        placements=tuple(visits),
        sessions_before=sessions_before(look.state, look.course),
    )
