"""When reminders and notes are due: every example of domain.md §3.8, and both changes of the clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.notify.domain.due import Policy, note_due_at, quiet, quiet_span, reminder_at, sendable_at

NEW_YORK = ZoneInfo("America/New_York")
POLICY = Policy(zone="America/New_York")
HOURS = quiet("21:00", "08:00", "America/New_York")
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


def due(visit: str, lead: str, *, made: datetime = LONG_AGO, zone: str = "America/New_York") -> object:
    return reminder_at(ny(visit), lead, made, quiet("21:00", "08:00", zone), POLICY)


def test_two_days_are_the_same_wall_clock_time_two_calendar_days_earlier():
    assert due("2026-03-18 10:00", "P2D") == ny("2026-03-16 10:00")


def test_three_hours_are_elapsed_time():
    assert due("2026-03-18 13:00", "PT3H") == ny("2026-03-18 10:00")


def test_two_days_cross_the_spring_change_at_the_same_wall_clock_time():
    assert due("2026-03-09 10:00", "P2D") == datetime(2026, 3, 7, 15, tzinfo=UTC)


def test_two_days_cross_the_autumn_change_at_the_same_wall_clock_time():
    assert due("2026-11-02 10:00", "P2D") == datetime(2026, 10, 31, 14, tzinfo=UTC)


def test_three_hours_across_the_spring_change_are_three_hours():
    night = quiet("00:00", "00:00", "America/New_York")
    assert reminder_at(ny("2026-03-08 04:00"), "PT3H", LONG_AGO, night, POLICY) == datetime(2026, 3, 8, 5, tzinfo=UTC)


def test_three_hours_across_the_autumn_change_are_three_hours():
    night = quiet("00:00", "00:00", "America/New_York")
    assert reminder_at(ny("2026-11-01 04:00"), "PT3H", LONG_AGO, night, POLICY) == datetime(2026, 11, 1, 6, tzinfo=UTC)


def test_a_time_that_does_not_exist_moves_forward_by_the_gap():
    night = quiet("00:00", "00:00", "America/New_York")
    assert reminder_at(ny("2026-03-10 02:30"), "P2D", LONG_AGO, night, POLICY) == ny("2026-03-08 03:30")


def test_a_time_that_happens_twice_is_the_first():
    night = quiet("00:00", "00:00", "America/New_York")
    moment = reminder_at(ny("2026-11-03 01:30"), "P2D", LONG_AGO, night, POLICY)
    assert moment == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_due_in_quiet_hours_waits_for_their_end():
    assert due("2026-03-18 10:00", "PT3H") == ny("2026-03-18 08:00")


def test_sixty_minutes_before_the_visit_is_early_enough():
    assert due("2026-03-18 09:00", "PT3H") == ny("2026-03-18 08:00")


@pytest.mark.parametrize("visit", ["2026-03-18 08:00", "2026-03-18 08:59"])
def test_else_it_goes_out_in_the_last_minute_of_the_evening_before(visit):
    assert due(visit, "PT3H") == ny("2026-03-17 20:59")


def test_quiet_hours_are_the_clients_own_clock():
    # 11:00 in New York is 08:00 in Los Angeles: due at 05:00 there, and at 08:00 the visit begins.
    assert due("2026-03-18 11:00", "PT3H", zone="America/Los_Angeles") == ny("2026-03-17 23:59")
    # 13:00 in New York, due at 10:00, which is 07:00 in Los Angeles: wait for 08:00 there.
    assert due("2026-03-18 13:00", "PT3H", zone="America/Los_Angeles") == ny("2026-03-18 11:00")


def test_the_right_moment_abroad_may_be_earlier_than_at_home():
    # In Tokyo 10:00 in New York is 23:00: quiet from 21:00 there (08:00 here), so the last minute before.
    assert due("2026-03-18 13:00", "PT3H", zone="Asia/Tokyo") == ny("2026-03-18 07:59")
    assert due("2026-03-18 13:00", "PT3H") == ny("2026-03-18 10:00")


def test_a_lead_time_already_past_gives_no_reminder():
    made = ny("2026-03-17 09:00")
    assert due("2026-03-18 10:00", "P2D", made=made) == "not_made"
    assert due("2026-03-18 10:00", "PT3H", made=made) == ny("2026-03-18 08:00")


def test_is_too_late_when_the_evening_before_is_gone():
    assert due("2026-03-18 08:00", "PT3H", made=ny("2026-03-17 22:00")) == "too_late"


def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last():
    begins, ends = ny("2026-03-16 21:00"), ny("2026-03-17 08:00")
    assert quiet_span(begins, HOURS) == (begins, ends)
    assert quiet_span(ny("2026-03-16 20:59"), HOURS) is None
    assert quiet_span(ends, HOURS) is None


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    siesta = quiet("12:00", "14:00", "America/New_York")
    assert quiet_span(ny("2026-03-16 13:00"), siesta) == (ny("2026-03-16 12:00"), ny("2026-03-16 14:00"))
    assert quiet_span(ny("2026-03-16 14:00"), siesta) is None
    assert quiet_span(ny("2026-03-16 03:00"), quiet("08:00", "08:00", "America/New_York")) is None


def test_the_quiet_night_of_a_clock_change_is_an_hour_shorter_or_longer():
    spring, autumn = quiet_span(ny("2026-03-08 05:00"), HOURS), quiet_span(ny("2026-11-01 05:00"), HOURS)
    assert spring
    assert autumn
    assert (spring[1] - spring[0]).total_seconds() == 10 * 3600
    assert (autumn[1] - autumn[0]).total_seconds() == 12 * 3600


def test_what_is_held_up_goes_out_at_once_by_day_and_in_the_morning_by_night():
    visit = ny("2026-03-18 10:00")
    assert sendable_at(ny("2026-03-17 12:00"), HOURS, visit, POLICY) == ny("2026-03-17 12:00")
    assert sendable_at(ny("2026-03-18 07:00"), HOURS, visit, POLICY) == ny("2026-03-18 08:00")
    assert sendable_at(ny("2026-03-18 07:00"), HOURS, ny("2026-03-18 08:30"), POLICY) is None
    assert sendable_at(ny("2026-03-18 07:00"), HOURS, None, POLICY) == ny("2026-03-18 08:00")


def test_the_note_is_due_the_evening_before_at_six():
    assert note_due_at(ny("2026-03-09 10:00"), LONG_AGO, POLICY) == ny("2026-03-08 18:00")


def test_the_note_of_a_visit_agreed_later_is_due_at_once():
    made = ny("2026-03-08 19:30")
    assert note_due_at(ny("2026-03-09 10:00"), made, POLICY) == made
