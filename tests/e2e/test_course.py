"""A whole course on the real stack: booked in one go, lived through from visit to visit, counted at the end."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.e2e.house import Course, House, local

pytestmark = pytest.mark.timeout(240)

MAINTENANCE = 8
VISITS = 30 + MAINTENANCE


@pytest.fixture(scope="module")
def finished_course(house: House) -> Course:
    """All 30 sessions and the maintenance visits of the proposal took place as they were booked."""
    course = house.course(starts_on="2026-02-16")
    course.book(one["starts_at"] for one in course.propose("course")["appointments"])
    for visit in course.itinerary():
        course.give(visit)
    return course


@pytest.fixture(scope="module")
def autumn_course(finished_course: Course) -> Course:
    """Six visits around the end of daylight saving time took place."""
    course = finished_course.house.course(starts_on="2026-10-19", email="ann@client.example")
    course.book(one["starts_at"] for one in course.propose(6)["appointments"])
    for visit in course.itinerary():
        course.give(visit)
    return course


def days(course: Course) -> list[date]:
    return [local(one["starts_at"]).date() for one in course.itinerary()]


def test_every_session_is_counted_once_everywhere(finished_course: Course) -> None:
    chart = finished_course.stack.get(f"records/clients/{finished_course.client_id}/chart", "therapist")
    assert len(chart["sessions"]) == VISITS
    assert [one["status"] for one in finished_course.itinerary()] == ["fulfilled"] * VISITS
    assert [one["ordinal"] for one in finished_course.itinerary()] == list(range(1, VISITS + 1))
    now = finished_course.now()
    assert (now["sessions_completed"], now["next_ordinal"], now["status"]) == (VISITS, VISITS + 1, "maintenance")
    assert now["phase"] == {"kind": "maintenance", "number": 1, "sessions": None, "done": MAINTENANCE}
    assert (now["deviations"], now["slips"]) == ([], 0)


def test_each_visit_was_reminded_of_twice_and_no_more(finished_course: Course) -> None:
    wanted = {(one["appointment_id"], lead) for one in finished_course.itinerary() for lead in ("P2D", "PT3H")}
    assert finished_course.reminders() == dict.fromkeys(wanted, 1)


def test_every_letter_belongs_to_a_message_and_is_there_once(finished_course: Course) -> None:
    told = [one for one in finished_course.messages() if one["kind"] != "note"]
    letters = Counter(letter.message_id for letter in finished_course.letters())
    assert letters == Counter(one["message_id"] for one in told)
    kinds = Counter(one["kind"] for one in told)
    assert kinds == {"booking": 1, "reminder": 2 * VISITS, "exercise": 1, "break": 2}
    assert all(one["status"] == "sent" for one in told)


def test_reminders_and_bookings_carry_a_calendar_file(finished_course: Course) -> None:
    kinds = {one["message_id"]: one["kind"] for one in finished_course.messages()}
    for letter in finished_course.letters():
        assert letter.has_calendar == (kinds[letter.message_id] in ("reminder", "booking"))


def test_both_breaks_are_kept(finished_course: Course) -> None:
    found = days(finished_course)
    assert found[15] - found[14] >= timedelta(weeks=2)
    assert found[30] - found[29] >= timedelta(weeks=3)


def test_the_breaks_ended_by_themselves_at_midnight(finished_course: Course) -> None:
    history = finished_course.stack.get(f"protocol/courses/{finished_course.course_id}/history")["history"]
    ended = [local(one["at"]) for one in history if one["type"] == "BreakEnded"]
    found = days(finished_course)
    assert [at.date() for at in ended] == [found[14] + timedelta(weeks=2), found[29] + timedelta(weeks=3)]
    assert [f"{at:%H:%M}" for at in ended] == ["00:00", "00:00"]


@pytest.mark.parametrize(
    ("name", "sessions"),
    [
        ("full_body", range(4, VISITS + 1)),
        ("intensive", range(6, VISITS + 1)),
        ("exercise", range(11, VISITS + 1)),
        ("pir", range(11, VISITS + 1)),
        ("periosteal", range(26, 31)),
    ],
)
def test_the_notes_allow_what_the_protocol_allows(finished_course: Course, name: str, sessions: range) -> None:
    assert [n for n, note in sorted(finished_course.notes.items()) if note["allowed"][name]] == list(sessions)


def test_the_minutes_of_each_note_add_up_to_the_visit(finished_course: Course) -> None:
    for note in finished_course.notes.values():
        assert sum(step["minutes"] for step in note["sequence"]) == note["minutes"] == 60


@pytest.mark.parametrize(("name", "change"), [("finished", date(2026, 3, 8)), ("autumn", date(2026, 11, 1))])
def test_a_visit_at_ten_stays_at_ten_across_a_clock_change(
    finished_course: Course, autumn_course: Course, name: str, change: date
) -> None:
    visits = (finished_course if name == "finished" else autumn_course).itinerary()
    around = [one["starts_at"] for one in visits if abs(local(one["starts_at"]).date() - change) < timedelta(weeks=2)]
    assert {f"{local(one):%H:%M}" for one in around} == {"10:00"}
    assert len({one[11:16] for one in around}) == 2, "in UTC the hour changes"


@pytest.mark.parametrize("name", ["finished", "autumn"])
def test_reminders_keep_to_the_wall_clock_and_to_elapsed_hours(
    finished_course: Course, autumn_course: Course, name: str
) -> None:
    course = finished_course if name == "finished" else autumn_course
    starts = {one["appointment_id"]: local(one["starts_at"]) for one in course.itinerary()}
    for one in [one for one in course.messages() if one["kind"] == "reminder"]:
        visit, sent = starts[one["appointment_id"]], local(one["sent_at"])
        # 07:00, three hours before, lies in the client's quiet hours: they end at 08:00.
        expected = visit - timedelta(days=2) if one["lead"] == "P2D" else visit.replace(hour=8)
        assert sent == expected, one


def test_a_moved_visit_is_reminded_of_at_its_new_time_only_and_a_cancelled_one_not(autumn_course: Course) -> None:
    course = autumn_course
    course.book(["2026-11-16T15:00:00Z", "2026-11-18T15:00:00Z"])
    moved, cancelled = (one for one in course.itinerary() if one["status"] == "booked")
    path = f"scheduling/appointments/{moved['appointment_id']}/move"
    course.stack.post(path, {"starts_at": "2026-11-20T15:00:00Z"}, "front_desk")
    course.stack.post(f"scheduling/appointments/{cancelled['appointment_id']}/cancel", {"reason": "client_ill"})
    course.stack.move_clock("2026-11-21T15:00:00Z")
    sent = {one["lead"]: one["sent_at"] for one in reminders_of(course, moved) if one["status"] == "sent"}
    assert sent == {"P2D": "2026-11-18T15:00:00Z", "PT3H": "2026-11-20T13:00:00Z"}
    assert {one["status"] for one in reminders_of(course, cancelled)} == {"withdrawn"}
    assert course.reminders()[moved["appointment_id"], "P2D"] == 1
    assert course.reminders()[cancelled["appointment_id"], "P2D"] == 0


def reminders_of(course: Course, visit: dict[str, Any]) -> list[dict[str, Any]]:
    found = [one for one in course.messages() if one["kind"] == "reminder"]
    return [one for one in found if one["appointment_id"] == visit["appointment_id"]]


def test_nobody_and_nothing_is_booked_twice(finished_course: Course, autumn_course: Course) -> None:
    found = finished_course.stack.get("scheduling/calendar?from=2026-01-01&to=2027-01-01")["appointments"]
    held = sorted((one["starts_at"], one["ends_at"]) for one in found if one["status"] != "cancelled")
    assert len(held) == VISITS + 7
    assert all(before[1] <= after[0] for before, after in pairwise(held)), "one therapist, one room"
