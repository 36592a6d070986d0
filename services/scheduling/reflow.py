"""Putting later visits right: which of them may move, which days are free for them, and where each one goes.

Protocol chooses the days, so that as little as possible changes (`services/protocol/domain/reflow.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from services.scheduling.availability import Search, earliest_start, horizon
from services.scheduling.domain.choosing import choose
from services.scheduling.domain.fitting import Want, fit_slot, offer
from services.scheduling.domain.habits import FreeDays, Habits
from services.scheduling.domain.placing import Placement
from services.scheduling.domain.reflowing import minutes_of, share, times_of
from services.scheduling.domain.roster import Roster, Slot
from services.scheduling.domain.slots import A_DAY, Interval
from services.scheduling.domain.visits import Appointment, Itinerary
from services.scheduling.judging import entries
from shared.clock import YEARS, day_of
from shared.decider import Refusal, Refused, Unknown, refuse
from shared.http.routes import Call
from shared.questions.protocol import AskReflow, Candidate, NoWay, ReflowPlan

AFTERWARDS = 70 * A_DAY
"""How long after the last visit a new day may lie: past the longest break, with room for a few weeks."""


class Reflow(Struct, frozen=True, kw_only=True):
    """What is put right in one course of one client, or of a single visit outside any course.

    `later` visits may move, those of them that are `leaving` must; `lost` visits fall out and are replaced, as are
    `missing` ones that no appointment stands for; `dropped` visits fall out and are not; `target` is where a visit
    goes that the desk moved itself.
    """

    call: Call
    client_id: UUID
    course_id: UUID | None
    state: Itinerary
    later: Sequence[Appointment]
    leaving: frozenset[UUID] = frozenset()
    lost: Sequence[Appointment] = ()
    dropped: Sequence[Appointment] = ()
    missing: int = 0
    target: Placement | None = None

    def day(self, visit: Appointment | Placement) -> date:
        """The day a visit is on."""
        return day_of(visit.starts_at, self.call.service.practice.tz)

    @property
    def gone(self) -> list[UUID]:
        """The visits whose times count for nobody while the new ones are looked for."""
        target = [self.target.appointment_id] if self.target else []
        return [*(one.appointment_id for one in (*self.later, *self.lost, *self.dropped)), *target]

    @property
    def fixed(self) -> list[date]:
        """The days of the course that stay as they are; visits outside a course have nothing to do with each other."""
        if self.course_id is None:
            return []
        staying = (one for one in self.state.open_visits(self.course_id) if one.appointment_id not in self.gone)
        days = [one.day for one in entries(staying, self.call.service.practice.tz)]
        return sorted([*days, *([self.day(self.target)] if self.target else [])])

    @property
    def patterns(self) -> list[Appointment]:
        """Visits that show how the client's course usually is: weekdays, times, therapist."""
        known = [one for one in self.state.appointments.values() if one.course_id == self.course_id]
        return [*self.later, *self.lost] or sorted(known, key=lambda one: one.starts_at)[-3:]

    @property
    def within(self) -> Interval:
        """From when to when new times are looked for."""
        last = max([one.starts_at for one in self.patterns], default=self.call.now)
        end = horizon(self.call)
        return earliest_start(self.call), min(min(max(last, self.call.now), end) + AFTERWARDS, end)

    def search(self, leaving: Sequence[UUID] = (), also: Sequence[Interval] = ()) -> Search:
        """What of the calendar is needed; `leaving` are others' visits that left, `also` the client's new times."""
        gone = [*self.gone, *leaving]
        taken = [*times_of(self.state.appointments.values(), gone), *also]
        return Search(within=self.within, leaving=gone, client_taken=taken)

    @property
    def habits(self) -> Habits:
        """How the client's visits usually are."""
        visits = self.patterns[::-1]
        days = {self.day(one): one for one in visits}
        return Habits(zone=self.call.service.practice.tz, on={day.weekday(): one for day, one in days.items()}, at=days)


async def put_right(reflow: Reflow, found: Roster) -> tuple[list[Placement], list[Placement]]:
    """The visits that move and those that are added. Refuses (`no_free_time`) when not every one finds a day."""
    shares = share(reflow.later, reflow.leaving, await chosen_days(reflow, found), reflow.day)
    moves = [placed(reflow, found, visit, visit.appointment_id, day) for visit, day in shares.moves]
    like = [*reflow.lost, *reflow.patterns][0] if shares.fresh else None
    return moves, [placed(reflow, found, like, reflow.call.new_id(), day) for day in shares.fresh if like]


async def chosen_days(reflow: Reflow, found: Roster) -> list[date]:
    """One day for each visit, by the cadence, with the least change. Raises `Unknown`, refuses (`no_free_time`)."""
    was = [*map(reflow.day, [*reflow.lost, *reflow.later])]
    if not (was or reflow.missing) or not reflow.patterns:
        return []
    free = list(candidates(reflow, found))
    if reflow.course_id is None:
        return nearest_day(free, was[0])
    plan: ReflowPlan | None = await reflow.call.service.ask(question(reflow, reflow.course_id, was, free))
    if plan is None:
        raise Unknown("There is no such course.")
    if plan.unplaced:
        raise Refused(without_day(reflow, found, plan.unplaced[0]))
    return plan.days


def question(reflow: Reflow, course_id: UUID, was: list[date], free: list[Candidate]) -> AskReflow:
    """Which of the free days change least. A visit that is missing has no day: it is taken to be the first free one."""
    return AskReflow(
        course_id=course_id,
        client_id=reflow.client_id,
        sessions=len(was) + reflow.missing,
        was=was + [one.date for one in free[:1]] * reflow.missing,
        booked=reflow.fixed,
        candidates=free,
    )


def without_day(reflow: Reflow, found: Roster, visit: NoWay) -> Refusal:
    """The first visit no day will do for: from when one would, and free times near it with what speaks against them."""
    minutes, not_before = minutes_of(reflow.patterns[0]), reflow.within[0]
    near = ((one, choose(found, one.date, reflow.habits.wish(one.date), minutes, not_before)) for one in visit.near)
    return Refusal(
        rule="no_free_time",
        detail=f"Not every visit found a day. {visit.why} Change them one by one.",
        earliest=visit.due and max(visit.due, day_of(not_before, found.zone)),
        alternatives=[{**offer(choice.slot), "rule": one.rule, "detail": one.detail} for one, choice in near if choice],
    )


def nearest_day(free: Sequence[Candidate], day: date) -> list[date]:
    """The free day nearest to a day, rather later than earlier."""
    if not free:
        raise refuse("no_free_time", "No free time was found for this visit.")
    return [min((one.date for one in free), key=lambda other: (abs(other - day), other < day))]


def candidates(reflow: Reflow, found: Roster) -> Iterator[Candidate]:
    """The days to choose from, each with its rank: after the visits that stay, and after a lost one."""
    kept = {reflow.day(one) for one in reflow.later if one.appointment_id not in reflow.leaving}
    own = {reflow.day(one) for one in reflow.later} - kept
    lost = [*map(reflow.day, reflow.lost)]
    not_before, until = reflow.within
    day = max([day_of(not_before, found.zone), *reflow.fixed[-1:], *lost[:1]])
    free, habits = FreeDays(found, max(map(minutes_of, reflow.patterns)), reflow.within), reflow.habits
    taken = {*reflow.fixed, *lost}
    while day <= day_of(until, found.zone):
        if day in kept:
            yield Candidate(date=day, rank=0)
        elif day not in taken and (rank := free.rank(day, habits.wish(day))) is not None:
            yield Candidate(date=day, rank=1 if day in own else rank + 2)
        day += A_DAY


def placed(reflow: Reflow, found: Roster, like: Appointment, appointment_id: UUID, day: date) -> Placement:
    """A visit like another at the best free time of a day."""
    choice = choose(found, day, reflow.habits.wish(day), minutes_of(like), reflow.within[0])
    if choice is None:
        raise refuse("no_free_time", f"No time is free on {day} any more. Ask again.")
    return like_in(choice.slot, like, appointment_id, found)


def like_in(slot: Slot, like: Appointment, appointment_id: UUID, found: Roster) -> Placement:
    """A visit like another in a free time."""
    want = Want(
        appointment_id=appointment_id,
        course_id=like.course_id,
        therapist_id=like.therapist_id,
        starts_at=like.starts_at,
        minutes=minutes_of(like),
        equipment=like.equipment,
    )
    return fit_slot(slot, want, found)


def still_to_come(visit: Appointment, now: datetime) -> bool:
    """Whether a visit may be moved: what has begun is left alone, and what lies in a year that cannot be meant."""
    return visit.status == "booked" and visit.starts_at > now and visit.starts_at.year in YEARS
