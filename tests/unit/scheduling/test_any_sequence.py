"""Whatever the desk does in whatever order: no overlap, no visit in a break, none lost and none there twice.

The deciders of itinerary and course, the roster, the cadence and the re-flow are the real ones; only the database and
the bus between them are left out.
"""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.protocol.domain.commands import PauseCourse
from services.protocol.domain.judging import verdicts
from services.protocol.domain.reflow import reflow as choose_days
from services.scheduling.clearing import parts
from services.scheduling.domain import itinerary
from services.scheduling.domain.attendance import CancelAppointment, MarkArrived, MarkMissed, Undo
from services.scheduling.domain.facts import FulfilAppointment
from services.scheduling.domain.fitting import Want, fit
from services.scheduling.domain.minutes import merged, stretch
from services.scheduling.domain.placing import BookAppointments, Placement, Rearrange
from services.scheduling.domain.reflowing import without
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import WEEKDAYS, Interval, Span, overlap, whole_day
from services.scheduling.domain.visits import Appointment
from services.scheduling.judging import Entry, blame, compare, entries
from services.scheduling.reflow import Reflow, put_right, still_to_come
from shared.clock import at, day_of, parse_time
from shared.config import Practice
from shared.decider import Refused
from shared.questions.protocol import AskReflow
from tests.unit.protocol.told import CLIENT as SOMEBODY
from tests.unit.protocol.told import COURSE, ZONE, Told, session

ADA, BEN, ROOM, ATTIC = (UUID(int=n) for n in range(1, 5))
FIRST = date(2026, 1, 5)
A_DAY = timedelta(days=1)


class World:
    """A client with a course, two therapists, two rooms, and a desk."""

    def __init__(self, done: int) -> None:
        self.course = Told(sessions_before=done, last_session_on=FIRST - 5 * A_DAY) if done else Told()
        self.state = itinerary.decider.initial
        self.now = at(FIRST, parse_time("08:00"), ZONE)
        self.away: dict[UUID | None, list[Interval]] = {ADA: [], BEN: [], None: []}
        self.gone: set[UUID] = set()
        self.ids = 1000
        service = SimpleNamespace(practice=Practice(zone="America/New_York"), ask=self.ask)
        self.call: Any = SimpleNamespace(service=service, new_id=self.new_id, now=self.now)

    def new_id(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids)

    async def ask(self, question: AskReflow) -> Any:
        return choose_days(self.cadence, question)

    @property
    def cadence(self) -> Any:
        return self.course.state.cadence(self.course.definition)

    @property
    def visits(self) -> list[Appointment]:
        """The course's open visits."""
        return self.state.open_visits(COURSE)

    @property
    def coming(self) -> list[Appointment]:
        return [one for one in self.visits if still_to_come(one, self.now)]

    def roster(self) -> Roster:
        hours = [Span(weekday=day, from_="09:00", to="17:00") for day in WEEKDAYS[:5]]
        people = {
            one: Worker(therapist_id=one, name="A", hours=hours, rooms=[], away=merged(map(stretch, self.away[one])))
            for one in (ADA, BEN)
        }
        rooms = {one: Workplace(room_id=one, name="R") for one in (ROOM, ATTIC)}
        found = Roster(zone=ZONE, grid=60, workers=people, rooms=rooms, closed=merged(map(stretch, self.away[None])))
        for one in self.gone:
            found = without(found, one)
        return found

    def do(self, command: Any) -> None:
        for event in itinerary.decide(command, self.state):
            self.state = itinerary.decider.evolve(self.state, event)

    def rearrange(self, **more: Any) -> None:
        self.do(Rearrange(client_id=SOMEBODY, now=self.now, version=self.state.version, **more))

    def want(self, day: int, therapist: UUID, appointment_id: UUID | None = None) -> Placement:
        on = day_of(self.now, ZONE) + day * A_DAY
        return fit(
            self.roster(),
            Want(
                appointment_id=appointment_id or self.new_id(),
                course_id=COURSE,
                therapist_id=therapist,
                starts_at=at(on, parse_time("10:00"), ZONE),
                minutes=60,
            ),
        )

    def right(self, reflow: Reflow) -> dict[str, Any]:
        moves, bookings = asyncio.run(put_right(reflow, self.roster()))
        return {"moves": tuple(moves), "bookings": tuple(bookings)}

    def reflow(self, **more: Any) -> Reflow:
        ids = {"client_id": SOMEBODY, "course_id": COURSE, "state": self.state}
        return Reflow(**({"call": self.call, **ids, "later": self.coming} | more))

    def right_all(self) -> None:
        """The course is put right from now on."""
        found = self.roster()
        leaving = frozenset(
            one.appointment_id for one in self.coming if found.outside(found.workers[one.therapist_id], one.time)
        )
        self.rearrange(**self.right(self.reflow(leaving=leaving)))

    def clear(self, hit: list[Appointment]) -> None:
        """Those visits leave their place."""
        for reflow in parts(self.call, SOMEBODY, self.state, [one.appointment_id for one in hit]):
            self.rearrange(**self.right(reflow))

    def begin(self, visits: int) -> None:
        """The course is booked ahead on Mondays and Wednesdays, as far as the cadence takes them."""
        days: list[int] = []
        for ahead in range(1, 200):
            day = day_of(self.now, ZONE) + ahead * A_DAY
            agreed = [day_of(self.now, ZONE) + n * A_DAY for n in days]
            if day.weekday() in (0, 2) and all(one.allowed for one in verdicts(self.cadence, [*agreed, day])):
                days.append(ahead)
            if len(days) == visits:
                break
        self.book(days)

    # What the desk can do. Each gives by how much the number of open visits changes.

    def book(self, days: list[int]) -> int:
        wanted = [self.want(day, ADA if n % 2 else BEN) for n, day in enumerate(days)]
        new = [
            Entry(day=day_of(one.starts_at, ZONE), new=True, starts_at=one.starts_at, appointment_id=one.appointment_id)
            for one in wanted
        ]
        before = sorted(entries(self.visits, ZONE))
        after = sorted([*before, *new])
        judged = [verdicts(self.cadence, [one.day for one in found]) for found in (before, after)]
        against = blame(compare(before, judged[0], after, judged[1]), new)
        placements = [
            Placement(**{name: getattr(one, name) for name in one.__struct_fields__ if name != "against"},
                      against=one.against or against.get(one.appointment_id))
            for one in wanted
        ]  # fmt: skip
        command = BookAppointments(
            client_id=SOMEBODY, now=self.now, version=self.state.version, placements=tuple(placements),
            sessions_before={},
        )  # fmt: skip
        self.do(command)
        return len(days)

    def lose(self, which: int, *, missed: bool) -> int:
        visit = self.coming[which % len(self.coming)]
        ids = {"client_id": SOMEBODY, "appointment_id": visit.appointment_id}
        loss = MarkMissed(**ids, now=visit.starts_at) if missed else CancelAppointment(**ids, reason="client_ill")
        later = [one for one in self.coming if one.starts_at > visit.starts_at]
        self.rearrange(losses=(loss,), **self.right(self.reflow(later=later, lost=[visit])))
        return 0

    def move(self, which: int, day: int) -> int:
        """Alone; only where the cadence takes it and no other visit is harmed."""
        visit = self.coming[which % len(self.coming)]
        target = self.want(day, visit.therapist_id, visit.appointment_id)
        days = [day_of(one.starts_at, ZONE) for one in self.visits if one is not visit]
        if target.against or not all(
            one.allowed for one in verdicts(self.cadence, sorted([*days, day_of(target.starts_at, ZONE)]))
        ):
            return 0
        self.rearrange(moves=(target,))
        return 0

    def arrive_and_undo(self, which: int) -> int:
        visit = self.coming[which % len(self.coming)]
        ids = {"client_id": SOMEBODY, "appointment_id": visit.appointment_id, "now": visit.starts_at}
        for command in (MarkArrived(**ids, zone=ZONE), Undo(**ids)):
            self.do(command)
        return 0

    def miss_and_undo(self, which: int) -> int:
        visit = self.coming[which % len(self.coming)]
        for command in (MarkMissed, Undo):
            self.do(command(client_id=SOMEBODY, appointment_id=visit.appointment_id, now=visit.starts_at))
        return 0

    def fulfil(self) -> int:
        """The next visit takes place."""
        visit = self.coming[0]
        day = day_of(visit.starts_at, ZONE)
        self.now = self.call.now = visit.ends_at
        self.course.until(day, 18)
        given = session(day, started_at=visit.starts_at, ended_at=visit.ends_at)
        self.course.write(given)
        self.do(
            FulfilAppointment(
                client_id=SOMEBODY,
                session_id=given.session_id,
                started_at=visit.starts_at,
                course_id=COURSE,
                appointment_id=visit.appointment_id,
            )
        )
        return -1

    def absence(self, who: UUID | None, first: int, days: int) -> int:
        """A therapist is away, or (nobody named) the practice is closed; what it hits is put right."""
        start = day_of(self.now, ZONE) + first * A_DAY
        time = whole_day(start, ZONE)[0], whole_day(start + days * A_DAY, ZONE)[0]
        self.away[who].append(time)
        self.clear([one for one in self.coming if who in (None, one.therapist_id) and overlap(one.time, time)])
        return 0

    def leave(self, who: UUID) -> int:
        """A therapist leaves, unless nobody would be left."""
        if not self.gone:
            self.gone.add(who)
            self.clear([one for one in self.coming if one.therapist_id == who])
        return 0

    def pause(self, first: int, days: int) -> int:
        start = day_of(self.now, ZONE) + first * A_DAY
        to = start + days * A_DAY
        self.course.do(PauseCourse(now=self.course.now, paused_from=start, to=to, reason="client_away"))
        self.right_all()
        return 0


some, far = st.integers(0, 20), st.integers(1, 30)
WHO = st.sampled_from([ADA, BEN])
ASKS = st.one_of(
    st.builds(lambda days: partial(World.book, days=days), st.lists(far, min_size=1, max_size=6)),
    st.builds(
        lambda first, n: partial(World.book, days=[first + 7 * k // 2 for k in range(n)]), far, st.integers(2, 8)
    ),
    st.builds(lambda which, missed: partial(World.lose, which=which, missed=missed), some, st.booleans()),
    st.builds(lambda which, day: partial(World.move, which=which, day=day), some, far),
    st.builds(lambda which: partial(World.arrive_and_undo, which=which), some),
    st.builds(lambda which: partial(World.miss_and_undo, which=which), some),
    st.just(World.fulfil),
    st.builds(
        lambda who, first, days: partial(World.absence, who=who, first=first, days=days),
        st.none() | WHO, far, st.integers(1, 9),
    ),
    st.builds(lambda who: partial(World.leave, who=who), WHO),
    st.builds(lambda first, days: partial(World.pause, first=first, days=days), far, st.integers(1, 9)),
)  # fmt: skip


def wrong(world: World) -> Iterator[str]:
    """What must never be."""
    open_visits = [one for one in world.state.appointments.values() if one.open]
    if any(overlap(one.time, other.time) for one, other in combinations(open_visits, 2)):
        yield "two visits overlap"
    judged = verdicts(world.cadence, [day_of(one.starts_at, ZONE) for one in world.visits])
    yield from (f"{one.date}: {one.rule}" for one in judged if not one.allowed)
    found = world.roster()
    for one in world.coming:
        if against := found.outside(found.workers[one.therapist_id], one.time):
            yield f"{one.starts_at}: {against.detail}"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([0, 8, 12, 14, 27]), st.integers(3, 12), st.lists(ASKS, min_size=1, max_size=12))
def test_no_sequence_of_commands_breaks_the_itinerary(done, visits, asks):
    world = World(done)
    world.begin(visits)
    for ask in asks:
        before = len(world.visits)
        needs_nothing = getattr(ask, "func", ask) in (World.book, World.absence, World.leave, World.pause)
        if not world.coming and not needs_nothing:
            continue
        try:
            change = ask(world)
        except Refused as refused:
            if refused.rule == "no_free_time":
                return
            assert (len(world.visits), list(wrong(world))) == (before, [])
            continue
        assert len(world.visits) == before + change
        assert list(wrong(world)) == [], ask


def test_moving_the_third_of_three_leaves_three():
    world = World(0)
    world.book([1, 3, 8])
    third = world.coming[2].appointment_id
    world.move(2, 10)
    assert [one.appointment_id for one in world.coming][2] == third
    assert len(world.state.appointments) == 3
