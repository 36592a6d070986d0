"""What a course survives: a service killed in the middle of a day, and the bus away for a while."""

import signal
import time
from typing import Any

import psutil
import pytest

from tests.e2e.house import Course, House
from tests.e2e.stack import Started, is_problem, wait_until

pytestmark = pytest.mark.timeout(180)

SOON = 15
"""Seconds: what the dead process had fetched and not yet handled comes again after two."""
SERVICES = ("records", "protocol", "scheduling", "notify")


@pytest.fixture(scope="module")
def course_under_way(house: House) -> Course:
    """Eight visits are booked, none has taken place."""
    course = house.course(starts_on="2026-02-16")
    course.book(one["starts_at"] for one in course.propose(8)["appointments"])
    return course


def booked(course: Course) -> list[dict[str, Any]]:
    return [one for one in course.itinerary() if one["status"] == "booked"]


def record(course: Course) -> str:
    """Write down the next visit at its end, without waiting for anyone to hear of it."""
    visit = booked(course)[0]
    course.stack.move_clock(visit["ends_at"])
    path = f"records/clients/{course.client_id}/sessions"
    return str(course.stack.post(path, course.session(visit), "therapist")["session_id"])


def all_ready(stack: Started) -> bool:
    return all(stack.call("GET", f"{service}/readyz").status == 200 for service in SERVICES)


def assert_nothing_is_lost(course: Course, session_id: str, sessions: int) -> None:
    """The session is in the chart, counted, and fulfilled in the calendar; both its reminders were sent once."""
    course.stack.settle()
    chart = course.stack.get(f"records/clients/{course.client_id}/chart", "therapist")
    assert chart["sessions"][0]["session_id"] == session_id
    assert course.now()["sessions_completed"] == len(chart["sessions"]) == sessions
    done = [one for one in course.itinerary() if one["status"] == "fulfilled"]
    assert len(done) == sessions
    reminders = course.reminders()
    for one in done:
        assert [reminders[one["appointment_id"], lead] for lead in ("P2D", "PT3H")] == [1, 1]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_killed_after_a_session_was_written_down_loses_nothing(
    course_under_way: Course, service: str
) -> None:
    stack, before = course_under_way.stack, course_under_way.now()["sessions_completed"]
    session_id = record(course_under_way)
    stack.child(f"services.{service}").kill()
    wait_until(lambda: stack.said(f"{service} is ready again."))
    began = time.monotonic()
    assert_nothing_is_lost(course_under_way, session_id, before + 1)
    assert time.monotonic() - began < SOON


def test_nothing_is_booked_while_the_bus_is_away_and_all_accepted_before_is_there_when_it_is_back(
    course_under_way: Course,
) -> None:
    course, stack = course_under_way, course_under_way.stack
    before = course.now()["sessions_completed"]
    session_id = record(course)
    server = stack.child("nats-server")
    server.send_signal(signal.SIGSTOP)
    try:
        refusal = course.ask_for("2026-04-29T14:00:00Z")
        assert is_problem(refusal, 503)
        assert refusal.json["type"] == "/problems/unavailable"
        assert int(refusal.headers["Retry-After"]) > 0
        assert len(course.itinerary()) == 8, "what is stored can be read"
    finally:
        server.kill()
    wait_until(lambda: stack.said("nats is ready again."))
    wait_until(lambda: all_ready(stack))
    assert_nothing_is_lost(course, session_id, before + 1)
    assert len(course.itinerary()) == 8


def test_what_is_accepted_while_postgres_dies_is_there_when_it_is_back_and_nothing_else(
    course_under_way: Course,
) -> None:
    course, stack = course_under_way, course_under_way.stack
    before = course.now()["sessions_completed"]
    session_id = record(course)
    answers: dict[str, int] = {}

    def back() -> bool:
        name = f"Ann {len(answers)}"
        answers[name] = stack.call("POST", "records/clients", {"name": name}).status
        return stack.said("postgres is ready again.") and all_ready(stack)

    postmaster = (stack.data / "postgres" / "postmaster.pid").read_text().splitlines()[0]
    psutil.Process(int(postmaster)).kill()
    wait_until(back)
    assert set(answers.values()) == {201, 503}
    known = {one["name"] for one in stack.get("records/clients?limit=500")["clients"]}
    assert known - {"Zoë Lopez"} == {name for name, status in answers.items() if status == 201}
    assert_nothing_is_lost(course, session_id, before + 1)
