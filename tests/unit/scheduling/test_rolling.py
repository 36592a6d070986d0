"""Regular visits of one course: agreed, looked at, stepped over, decided; and which days a look is about."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scheduling.domain.instead import alternatives
from services.scheduling.domain.regular import AgreeRolling, DecideStep, EndRolling, KeepWeeks, LookAhead, decider
from services.scheduling.domain.rolling import (
    A_WEEK,
    Rhythm,
    Rolling,
    RollingAgreed,
    RollingDue,
    RollingEnded,
    SteppedWeekDecided,
    WeeksKept,
    WeekSteppedOver,
    first_on,
    next_look,
)
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import A_DAY, WEEKDAYS, Span, whole_day
from shared.decider import Unknown
from tests.spec import given

NEW_YORK = ZoneInfo("America/New_York")
CLIENT, COURSE, ADA, BEN, ROOM = (UUID(int=n) for n in range(1, 6))
OF = {"client_id": CLIENT, "course_id": COURSE}
RHYTHM = Rhythm(weekday="wed", time="10:00", therapist_id=ADA, minutes=60)
TODAY = date(2026, 3, 2)
FIRST = date(2026, 3, 4)
AGAIN = datetime(2026, 3, 5, 5, tzinfo=UTC)
AGREED = RollingAgreed(**OF, rhythm=RHYTHM)
AGREE = AgreeRolling(**OF, rhythm=RHYTHM)
DUE = RollingDue(**OF)


def stepped(day: date) -> WeekSteppedOver:
    starts_at = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
    return WeekSteppedOver(**OF, day=day, starts_at=starts_at, rule="closed_day", detail="The practice is closed then.")


def keep(*days: date, over: tuple[WeekSteppedOver, ...] = ()) -> KeepWeeks:
    return KeepWeeks(days=days, stepped=over, again_at=AGAIN)


def kept(*days: date) -> WeeksKept:
    return WeeksKept(**OF, days=list(days), again_at=AGAIN)


def folded(*events: object) -> Rolling:
    return given(decider, *events).state


def test_a_rhythm_is_agreed_once_and_may_be_replaced():
    given(decider).when(AGREE, AGREE).then(AGREED)
    other = Rhythm(weekday="fri", time="10:00", therapist_id=BEN, minutes=45)
    changed = RollingAgreed(**OF, rhythm=other)
    given(decider, AGREED).when(AgreeRolling(**OF, rhythm=other)).then(changed)
    assert folded(AGREED, stepped(FIRST), kept(), changed).open == {}


def test_a_look_is_done_once_whoever_was_quicker():
    given(decider, AGREED).when(keep(FIRST)).then(kept(FIRST))
    given(decider, AGREED, kept(FIRST)).when(keep(FIRST)).then_refused("not_due")
    given(decider).when(keep(FIRST)).then_refused("not_due")


def test_a_look_is_due_again_when_time_has_gone_by_and_only_if_something_is_agreed():
    given(decider, AGREED, kept()).when(LookAhead(), LookAhead()).then(DUE)
    given(decider).when(LookAhead()).then_nothing()
    given(decider, AGREED, RollingEnded(**OF, reason="asked")).when(LookAhead()).then_nothing()


def test_after_a_pause_the_days_ahead_are_looked_at_anew():
    days = [FIRST + n * A_WEEK for n in range(4)]
    before = (AGREED, kept(*days))
    assert folded(*before).ahead(TODAY, 4) == []
    found = given(decider, *before).when(LookAhead(anew_from=days[2]))
    found.then(RollingDue(**OF, anew_from=days[2]))
    assert found.state.ahead(TODAY, 4) == days[2:]


def test_what_was_stepped_over_is_asked_about_until_the_desk_decides():
    over = given(decider, AGREED).when(keep(FIRST + A_WEEK, over=(stepped(FIRST),)))
    over.then(stepped(FIRST), kept(FIRST + A_WEEK))
    assert list(over.state.open) == [FIRST]
    assert over.state.ahead(TODAY, 3) == [FIRST + 2 * A_WEEK]
    decided = SteppedWeekDecided(**OF, day=FIRST, booked=False)
    found = given(decider, AGREED, stepped(FIRST), kept()).when(DecideStep(day=FIRST, booked=False))
    found.then(decided)
    assert found.state.ahead(TODAY, 1) == []
    for past in ((AGREED,), (AGREED, stepped(FIRST), kept(), decided), ()):
        with pytest.raises(Unknown):
            given(decider, *past).when(DecideStep(day=FIRST, booked=True))


def test_an_end_ends_what_was_asked_too():
    ended = RollingEnded(**OF, reason="closed")
    found = given(decider, AGREED, stepped(FIRST), kept()).when(
        EndRolling(reason="closed"), EndRolling(reason="closed")
    )
    found.then(ended)
    assert found.state == Rolling()


@for_all(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(WEEKDAYS), st.integers(1, 12))
def test_looking_when_told_never_misses_a_week(today: date, weekday: str, weeks: int):
    rhythm = Rhythm(weekday=weekday, time="10:00", therapist_id=ADA, minutes=60)
    state = folded(RollingAgreed(**OF, rhythm=rhythm))
    seen = state.ahead(today, weeks)
    assert seen == [first_on(rhythm, today) + n * A_WEEK for n in range(weeks)]
    again = next_look(rhythm, today, weeks)
    assert today < again <= today + A_WEEK
    assert state.ahead(again - A_DAY, weeks) == seen
    assert state.ahead(again, weeks)[-1] == seen[-1] + A_WEEK


def roster(*people: Worker) -> Roster:
    rooms = {ROOM: Workplace(room_id=ROOM, name="Front room")}
    return Roster(zone=NEW_YORK, grid=15, workers={one.therapist_id: one for one in people}, rooms=rooms)


def worker(who: UUID, *days: str, hours: tuple[str, str] = ("09:00", "17:00")) -> Worker:
    spans = [Span(weekday=day, from_=hours[0], to=hours[1]) for day in days]
    return Worker(therapist_id=who, name=str(who), hours=spans, rooms=[])


def proposed(found: Roster, not_before: datetime | None = None) -> list[tuple[str, UUID]]:
    start = not_before or whole_day(TODAY, NEW_YORK)[0]
    offers = alternatives(found, RHYTHM, FIRST, start)
    return [(f"{one.starts_at.astimezone(NEW_YORK):%d %H:%M}", one.therapist_id) for one in offers]


def test_other_days_of_the_week_are_proposed_the_nearest_first():
    found = roster(worker(ADA, "mon", "tue", "thu", "fri"))
    assert proposed(found) == [("05 10:00", ADA), ("03 10:00", ADA), ("06 10:00", ADA), ("02 10:00", ADA)]
    assert proposed(found, whole_day(FIRST, NEW_YORK)[0] + timedelta(hours=1)) == [("05 10:00", ADA), ("06 10:00", ADA)]


def test_another_therapist_at_the_usual_time_comes_before_another_time():
    found = roster(worker(ADA, "thu", hours=("13:00", "17:00")), worker(BEN, "thu"))
    assert proposed(found) == [("05 10:00", BEN)]
    assert proposed(roster(worker(ADA, "thu", hours=("13:00", "17:00")))) == [("05 13:00", ADA)]
    assert proposed(roster(worker(ADA))) == []
