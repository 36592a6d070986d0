"""The day board: what stands in a column, and in which order."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.web.answers.scheduling import Hours, Slot, Therapist, Visit
from services.web.views.board import Facts, board, visit_item
from services.web.views.laying import Item
from shared.clock import at, parse_time

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 3, 4)
ANA = UUID(int=101)
NINE_TO_FIVE = (Hours(weekday="wed", begin="09:00", end="17:00"),)


def when(clock: str, on: date = DAY) -> datetime:
    return at(on, parse_time(clock), ZONE)


def visit(start: str, minutes: int = 60, **more: Any) -> Visit:
    given: dict[str, Any] = {
        "appointment_id": UUID(int=1), "client_id": UUID(int=2), "therapist_id": ANA, "room_id": UUID(int=3),
        "starts_at": when(start), "ends_at": when(start) + timedelta(minutes=minutes), "status": "booked",
        "ordinal": 13, "course_id": UUID(int=4),
    }  # fmt: skip
    return Visit(**(given | more))


def free(start: str, end: str) -> Slot:
    return Slot(therapist_id=ANA, starts_at=when(start), ends_at=when(end))


def column(
    *visits: Visit, slots: Sequence[Slot] = (), hours: Sequence[Hours] = NINE_TO_FIVE, now: str = "08:00"
) -> list[Item]:
    worker = Therapist(therapist_id=ANA, name="Ana Petrov", hours=list(hours))
    facts = Facts(
        on=DAY, now=when(now), zone=ZONE, therapists=[worker], visits=visits, slots=slots,
        names={UUID(int=2): "Rosa Alvarez"}, rooms={UUID(int=3): "Room 1"},
    )  # fmt: skip
    return list(board(facts).columns[0].items)


def test_a_visit_says_who_when_which_session_where_and_how_it_stands():
    (shown,) = [item for item in column(visit("11:00")) if item.kind == "visit"]
    assert (shown.name, shown.times, shown.what) == ("Rosa Alvarez", "11:00–12:00", "session 13")
    assert (shown.where, shown.href) == ("Room 1, expected", f"/courses/{UUID(int=4)}")


def test_entries_stand_in_order_and_fill_the_day():
    items = column(visit("11:00"), slots=[free("09:00", "10:00"), free("09:30", "11:00")])
    assert [(item.kind, item.times, item.span) for item in items if item.kind != "gap"] == [
        ("free", "09:00–11:00", 24), ("visit", "11:00–12:00", 12),
    ]  # fmt: skip
    assert sum(item.span for item in items) == 8 * 12


def test_overlapping_visits_are_pushed_down_and_none_is_lost():
    items = column(visit("11:00", status="missed"), visit("11:00"), visit("14:00"))
    assert [item.times for item in items if item.kind == "visit"] == ["11:00–12:00", "11:00–12:00", "14:00–15:00"]
    assert sum(item.span for item in items) == 8 * 12


def test_time_off_is_marked_and_long_stretches_are_cut_to_the_longest_span():
    hours = [Hours(weekday="wed", begin="12:30", end="17:00")]
    items = column(visit("07:00"), hours=hours)
    assert [(item.what, item.span) for item in items if item.kind == "off"] == [("Not working", 48), ("", 6)]


def test_a_visit_that_was_called_off_is_not_on_the_board():
    assert not [item for item in column(visit("11:00", status="cancelled")) if item.kind == "visit"]


def test_a_visit_nobody_has_marked_ten_minutes_on_is_not_here_yet():
    tones = [
        [item.tone for item in column(visit("11:00"), now=now) if item.kind == "visit"] for now in ("11:05", "11:11")
    ]
    assert tones == [[""], ["unsure"]]


def test_a_short_visit_is_written_on_one_line():
    (shown,) = [item for item in column(visit("11:00", minutes=30)) if item.kind == "visit"]
    assert shown.tone == "short"


def test_the_clock_beside_the_board_survives_a_clock_change():
    sunday = date(2026, 3, 8)
    worker = Therapist(therapist_id=ANA, name="Ana", hours=[Hours(weekday="sun", begin="00:00", end="05:00")])
    facts = Facts(
        on=sunday, now=datetime.now(UTC), zone=ZONE, therapists=[worker], visits=[], slots=[], names={}, rooms={}
    )
    assert board(facts).hours == ("00:00", "01:00", "03:00", "04:00")


def test_a_day_without_anything_is_nine_to_five():
    facts = Facts(on=DAY, now=when("08:00"), zone=ZONE, therapists=[], visits=[], slots=[], names={}, rooms={})
    assert board(facts).hours[0] == "09:00"
    assert len(board(facts).hours) == 8


@pytest.mark.parametrize(
    ("status", "hours", "said"),
    [
        ("booked", 1, "not here yet"),
        ("arrived", 1, "is here"),
        ("booked", 25, "what happened?"),
        ("arrived", 25, "what happened?"),
        ("missed", 25, "did not come"),
    ],
)
def test_a_visit_of_an_earlier_day_without_an_outcome_is_asked_about(status: str, hours: int, said: str):
    found = visit("11:00", status=status)
    facts = Facts(
        on=DAY, now=found.starts_at + timedelta(hours=hours), zone=ZONE, therapists=[], visits=[found], slots=[],
        names={}, rooms={},
    )  # fmt: skip
    assert visit_item(facts, found).where == f"Room, {said}"
