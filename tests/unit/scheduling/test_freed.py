"""What of a freed time suits somebody who waits, and until when they may answer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.freed import Freed, answer_by, suiting
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import Span, Times
from services.scheduling.domain.waiting import Wanted

NEW_YORK = ZoneInfo("America/New_York")
ADA, BEN, ROOM = (UUID(int=n) for n in range(1, 4))
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=NEW_YORK).astimezone(UTC)


def worker(who: UUID, start: str = "09:00", end: str = "17:00") -> Worker:
    """Somebody who has time on Tuesdays from start to end."""
    return Worker(therapist_id=who, name=str(who), hours=[Span(weekday="tue", from_=start, to=end)], rooms=[])


def roster(*people: Worker) -> Roster:
    rooms = {ROOM: Workplace(room_id=ROOM, name="Front room")}
    return Roster(zone=NEW_YORK, grid=30, workers={one.therapist_id: one for one in people}, rooms=rooms)


def freed(start: str, end: str, who: UUID | None = ADA) -> Freed:
    return Freed(therapist_id=who, starts_at=at(start), ends_at=at(end))


def found(roster: Roster, freed: Freed, minutes: int = 60, after: datetime = LONG_AGO, **wanted: Any) -> list[str]:
    slots = suiting(roster, freed, Wanted(minutes=minutes, **wanted), after, ())
    return [f"{slot.starts_at.astimezone(NEW_YORK):%dT%H:%M}" for slot in slots]


TEN = freed("03T10:00", "03T11:00")
JUST_THEN = worker(ADA, "10:00", "11:00")


def test_the_freed_time_itself_is_found_and_what_was_free_all_along_is_not():
    assert found(roster(JUST_THEN), TEN) == ["03T10:00"]
    assert found(roster(JUST_THEN), TEN, minutes=30) == ["03T10:00", "03T10:30"]
    assert found(roster(worker(ADA)), TEN) == ["03T10:00", "03T10:30", "03T09:30"]


def test_a_longer_visit_may_use_the_freed_time_with_what_is_free_beside_it():
    assert found(roster(worker(ADA, "10:00", "12:00")), TEN, minutes=90) == ["03T10:00", "03T10:30"]
    assert found(roster(JUST_THEN), TEN, minutes=90) == []


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"weekdays": ["tue", "wed"]}, True),
        ({"weekdays": ["wed"]}, False),
        ({"from_": "10:00", "to": "11:00"}, True),
        ({"from_": "10:30"}, False),
        ({"to": "10:30"}, False),
        ({"therapist_id": ADA}, True),
        ({"therapist_id": BEN}, False),
        ({"first_day": at("03T12:00").date(), "last_day": at("03T12:00").date()}, True),
        ({"first_day": at("04T12:00").date()}, False),
        ({"last_day": at("02T12:00").date()}, False),
        ({"equipment": ["hoist"]}, False),
    ],
)
def test_a_wish_is_a_condition(wanted: dict[str, Any], fits: bool):
    assert found(roster(JUST_THEN, worker(BEN)), TEN, **wanted) == (["03T10:00"] if fits else [])


def test_a_time_offered_before_or_that_has_begun_is_not_found():
    slots = suiting(roster(JUST_THEN), TEN, Wanted(minutes=60), LONG_AGO, {(ADA, at("03T10:00"))})
    assert slots == []
    assert found(roster(JUST_THEN), TEN, after=at("03T10:00")) == []
    assert found(roster(JUST_THEN), TEN, after=at("03T09:59")) == ["03T10:00"]


def test_when_the_practice_is_open_after_all_everybody_is_free():
    assert len(found(roster(worker(ADA), worker(BEN)), freed("03T09:00", "03T11:00", who=None))) == 8


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("03T10:00", "03T12:00"),
        ("03T19:00", "03T21:00"),
        ("03T20:00", "04T09:00"),
        ("03T22:00", "04T10:00"),
        ("04T02:00", "04T10:00"),
        ("07T20:30", "08T09:30"),  # the clocks change in this night
    ],
)
def test_the_time_to_answer_does_not_run_at_night(now: str, until: str):
    night = Times(from_="21:00", to="08:00")
    assert answer_by(at(now), timedelta(hours=2), night, NEW_YORK) == at(until)


def test_a_long_time_to_answer_goes_over_several_days():
    night = Times(from_="21:00", to="08:00")
    assert answer_by(at("03T20:00"), timedelta(hours=15), night, NEW_YORK) == at("05T09:00")
