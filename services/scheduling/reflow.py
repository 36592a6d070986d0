"""Putting the later visits right when one falls out or moves: as many as before, on days the cadence allows."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from services.scheduling.availability import Search, earliest_start, horizon, roster
from services.scheduling.changing import Case, minutes_of
from services.scheduling.domain.attendance import CancelAppointment, MarkMissed
from services.scheduling.domain.choosing import Wish, choose, keep
from services.scheduling.domain.fitting import Want, fit_slot
from services.scheduling.domain.placing import Placement, Rearrange
from services.scheduling.domain.roster import Roster
from services.scheduling.domain.slots import A_DAY, WEEKDAYS
from services.scheduling.domain.visits import Appointment
from shared.clock import day_of
from shared.decider import Unknown, refuse
from shared.questions import AskPlan, Candidate, CoursePlan

AFTERWARDS = 70 * A_DAY
"""How long after the last visit a new day may lie: past the longest break, with room for a few weeks."""


class Reflow(Struct, frozen=True, kw_only=True):
    """What is put right: `later` visits may move, `target` is where the visit itself goes, absent when it is lost."""

    case: Case
    later: list[Appointment]
    found: Roster
    target: Placement | None = None

    def day(self, visit: Appointment | Placement) -> date:
        """The day a visit is on."""
        return day_of(visit.starts_at, self.found.zone)

    @property
    def lost_day(self) -> date:
        """The day the visit leaves."""
        return self.day(self.case.visit)

    @property
    def fixed(self) -> list[date]:
        """The days of the course that stay as they are."""
        moving = {one.appointment_id for one in self.later}
        staying = [self.day(one) for one in self.case.rest() if one.appointment_id not in moving]
        return sorted([*staying, *([self.day(self.target)] if self.target else [])])

    @property
    def sessions(self) -> int:
        """How many days are needed: one for each later visit, and one in place of a lost one."""
        return len(self.later) + (self.target is None)

    def wish(self, day: date) -> Wish:
        """The time and therapist the course has on this weekday, else those of the visit itself."""
        visits = [*self.later, self.case.visit]
        like = next((one for one in visits if self.day(one).weekday() == day.weekday()), self.case.visit)
        start, end = (instant.astimezone(self.found.zone) for instant in (like.starts_at, like.ends_at))
        return Wish(
            weekdays={WEEKDAYS[self.day(one).weekday()] for one in visits},
            from_=f"{start:%H:%M}",
            to=f"{end:%H:%M}",
            therapist_id=like.therapist_id,
            equipment=like.equipment,
        )


async def put_right(
    case: Case,
    staying: Sequence[Appointment],
    *,
    lost: CancelAppointment | MarkMissed | None = None,
    target: Placement | None = None,
) -> Rearrange:
    """The command that loses or moves the visit and moves the course's others but those that stay: all or none."""
    later = [one for one in case.rest() if still_to_come(one, staying, case.call.now)]
    leaving = [case.visit.appointment_id, *(one.appointment_id for one in later)]
    last = max([one.starts_at for one in later], default=max(case.visit.starts_at, case.call.now))
    within = (earliest_start(case.call), min(last + AFTERWARDS, horizon(case.call)))
    search = Search(within=within, leaving=leaving, client_taken=case.elsewhere(leaving))
    reflow = Reflow(case=case, later=later, found=await roster(case.call.service, search), target=target)
    moves, fresh = keep(later, await chosen_days(reflow, within[1]), reflow.day)
    return Rearrange(
        client_id=case.client_id,
        now=case.call.now,
        version=case.state.version,
        lost=lost,
        moves=(*([target] if target else []), *(moved(reflow, visit, day) for visit, day in moves)),
        bookings=tuple(added(reflow, day) for day in fresh),
    )


def still_to_come(visit: Appointment, staying: Sequence[Appointment], now: datetime) -> bool:
    """Whether a visit may be moved: what has begun, and what stays, is left alone."""
    return visit.status == "booked" and visit.starts_at > now and visit not in staying


async def chosen_days(reflow: Reflow, until: datetime) -> list[date]:
    """Days by the cadence, out of those that are free; the later visits' own days are the first choice."""
    visit = reflow.case.visit
    assert visit.course_id is not None  # noqa: S101 - only a visit of a course is put right
    if reflow.sessions == 0:
        return []
    plan: CoursePlan | None = await reflow.case.call.service.ask(
        AskPlan(
            course_id=visit.course_id,
            client_id=reflow.case.client_id,
            sessions=reflow.sessions,
            candidates=list(candidates(reflow, until)),
            booked=reflow.fixed,
        )
    )
    if plan is None:
        raise Unknown("There is no such course.")
    if plan.unplaced or len(plan.sessions) < reflow.sessions:
        why = plan.unplaced[0].why if plan.unplaced else "there are too few free days"
        raise refuse("no_free_time", f"Not every visit found a day ({why}). Change them one by one.")
    return [session.date for session in plan.sessions]


def candidates(reflow: Reflow, until: datetime) -> Iterator[Candidate]:
    """The days to choose from, each with its rank."""
    kept = {reflow.day(one) for one in reflow.later}
    not_before = earliest_start(reflow.case.call)
    first = [day_of(not_before, reflow.found.zone), *reflow.fixed[-1:]]
    day = max(first if reflow.target else [*first, reflow.lost_day])
    length = max(minutes_of(one) for one in (*reflow.later, reflow.case.visit))
    while day <= day_of(until, reflow.found.zone):
        if day in kept:
            yield Candidate(date=day, rank=0)
        elif day not in reflow.fixed and day != reflow.lost_day:
            choice = choose(reflow.found, day, reflow.wish(day), length, not_before)
            if choice:
                yield Candidate(date=day, rank=min(choice.rank + 1, 2))
        day += A_DAY


def moved(reflow: Reflow, visit: Appointment, day: date) -> Placement:
    """A later visit on its new day."""
    return placed(reflow, visit, visit.appointment_id, day)


def added(reflow: Reflow, day: date) -> Placement:
    """The visit in place of the lost one."""
    return placed(reflow, reflow.case.visit, reflow.case.call.new_id(), day)


def placed(reflow: Reflow, like: Appointment, appointment_id: UUID, day: date) -> Placement:
    """A visit like another at the best free time of a day."""
    minutes, not_before = minutes_of(like), earliest_start(reflow.case.call)
    choice = choose(reflow.found, day, reflow.wish(day), minutes, not_before)
    if choice is None:
        raise refuse("no_free_time", f"No time is free on {day} any more. Ask again.")
    want = Want(
        appointment_id=appointment_id,
        course_id=like.course_id,
        therapist_id=like.therapist_id,
        starts_at=like.starts_at,
        minutes=minutes,
        equipment=like.equipment,
    )
    return fit_slot(choice.slot, want, reflow.found)
