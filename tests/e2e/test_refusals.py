"""What bad input gets: the status, the type, the rule or field, a sentence that helps, and nothing stored."""

from typing import Any

import pytest

from tests.e2e.house import Course, House, local
from tests.e2e.stack import Answer, is_problem

NOBODY = "01a1fdbe-0000-7000-8000-000000000000"
MONDAY = "2026-02-16T15:00:00Z"
pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("new_course", "course_in_its_break", "course_to_come")]


def malformed(answer: Answer, field: str) -> bool:
    assert is_problem(answer, 422)
    assert (answer.json["type"], answer.json["field"]) == ("/problems/malformed", field)
    return True


def refused(answer: Answer, rule: str, earliest: str | None = None) -> bool:
    assert is_problem(answer, 409)
    assert (answer.json["type"], answer.json["rule"]) == ("/problems/refused", rule), answer.json
    assert answer.json.get("earliest") == earliest
    return True


def session(course: Course, **changes: Any) -> Answer:
    """Try to write down a session of Thursday 12 February."""
    visit = {
        "appointment_id": None,
        "therapist_id": course.house.therapist_id,
        "starts_at": "2026-02-12T15:00:00Z",
        "ends_at": "2026-02-12T16:00:00Z",
    }
    body = course.session(visit) | changes
    return course.stack.call("POST", f"records/clients/{course.client_id}/sessions", body, role="therapist")


@pytest.mark.usefixtures("nothing_is_stored")
class TestMalformed:
    def test_an_unknown_field(self, house: House) -> None:
        answer = house.stack.call("POST", "records/clients", {"name": "Ann", "nickname": "A"})
        assert malformed(answer, "nickname")

    def test_a_wrong_type(self, house: House) -> None:
        assert malformed(house.stack.call("POST", "records/clients", {"name": 5}), "name")

    def test_a_missing_field(self, house: House) -> None:
        assert malformed(house.stack.call("POST", "records/clients", {}), "name")

    def test_a_time_without_a_zone(self, new_course: Course) -> None:
        assert malformed(new_course.ask_for("2026-02-16T10:00:00"), "appointments[0].starts_at")

    def test_a_session_that_ends_before_it_starts(self, new_course: Course) -> None:
        assert malformed(session(new_course, ended_at="2026-02-12T14:00:00Z"), "ended_at")

    def test_a_session_of_tomorrow(self, new_course: Course) -> None:
        tomorrow = {"started_at": "2026-02-14T15:00:00Z", "ended_at": "2026-02-14T16:00:00Z"}
        assert malformed(session(new_course, **tomorrow), "started_at")

    def test_a_region_of_no_minutes(self, new_course: Course) -> None:
        answer = session(new_course, regions=[{"region": "neck", "minutes": 0, "techniques": []}])
        assert malformed(answer, "regions[0].minutes")

    def test_a_visit_of_no_minutes(self, new_course: Course) -> None:
        assert malformed(new_course.ask_for(MONDAY, minutes=0), "appointments[0].minutes")

    def test_no_visits(self, new_course: Course) -> None:
        assert malformed(new_course.ask_for(), "appointments")

    def test_broken_json(self, house: House) -> None:
        assert malformed(house.stack.call("POST", "records/clients", b'{"name": "Ann"'), "body")

    def test_a_body_over_one_mebibyte(self, house: House) -> None:
        body = b'{"name": "' + b"x" * 2**20 + b'"}'
        assert is_problem(house.stack.call("POST", "records/clients", body), 413)


@pytest.mark.usefixtures("nothing_is_stored")
class TestRefused:
    def test_a_visit_in_the_past(self, new_course: Course) -> None:
        answer = new_course.ask_for("2026-02-12T15:00:00Z")
        assert refused(answer, "in_the_past", earliest="2026-02-13T14:00:00Z")

    def test_a_visit_outside_the_therapists_hours(self, new_course: Course) -> None:
        assert refused(new_course.ask_for("2026-02-16T23:00:00Z"), "outside_hours")

    def test_a_day_in_a_break(self, course_in_its_break: Course) -> None:
        answer = course_in_its_break.ask_for("2026-02-18T15:00:00Z")
        assert refused(answer, "break", earliest="2026-02-24")

    def test_a_day_before_the_course_starts(self, course_to_come: Course) -> None:
        assert refused(course_to_come.ask_for(MONDAY), "not_started", earliest="2026-03-02")

    def test_two_sessions_on_one_day(self, new_course: Course) -> None:
        answer = new_course.ask_for(MONDAY, "2026-02-16T17:00:00Z")
        assert refused(answer, "min_gap", earliest="2026-02-18")
        assert [item["index"] for item in answer.json["items"]] == [1]

    def test_the_third_session_in_seven_days(self, new_course: Course) -> None:
        answer = new_course.ask_for(MONDAY, "2026-02-18T15:00:00Z", "2026-02-20T15:00:00Z")
        assert refused(answer, "too_many_in_7_days", earliest="2026-02-23")
        assert [item["index"] for item in answer.json["items"]] == [2]

    def test_all_that_cannot_be_are_listed_with_free_times_that_can(self, new_course: Course) -> None:
        answer = new_course.ask_for(MONDAY, "2026-02-16T23:00:00Z", "2026-02-12T15:00:00Z")
        assert [(item["index"], item["rule"]) for item in answer.json["items"]] == [
            (1, "outside_hours"),
            (2, "in_the_past"),
        ]
        offered = [local(one["starts_at"]) for one in answer.json["items"][0]["alternatives"]]
        assert offered
        assert all(9 <= at.hour < 17 for at in offered)

    def test_a_second_open_course_of_the_same_protocol(self, new_course: Course) -> None:
        body = {"client_id": new_course.client_id, "protocol": "fibromyalgia", "starts_on": "2026-02-16"}
        assert refused(new_course.stack.call("POST", "protocol/courses", body), "course_already_open")


@pytest.mark.usefixtures("nothing_is_stored")
class TestWho:
    @pytest.mark.parametrize(
        "path",
        [
            f"records/clients/{NOBODY}",
            f"protocol/courses/{NOBODY}",
            f"scheduling/appointments/{NOBODY}",
            "records/clients/no-id",
        ],
    )
    def test_an_unknown_id(self, house: House, path: str) -> None:
        answer = house.stack.call("GET", path)
        assert is_problem(answer, 404)
        assert answer.json["type"] == "/problems/unknown"

    def test_an_unknown_client_of_a_booking(self, new_course: Course) -> None:
        stranger = Course(new_course.house, NOBODY, new_course.course_id, "")
        assert is_problem(stranger.ask_for(MONDAY), 404)

    def test_an_unknown_therapist_of_a_booking(self, new_course: Course) -> None:
        wanted = {"starts_at": MONDAY, "minutes": 60, "therapist_id": NOBODY}
        body = {"client_id": new_course.client_id, "appointments": [wanted]}
        assert is_problem(new_course.stack.call("POST", "scheduling/appointments", body), 404)

    @pytest.mark.parametrize("header", ["Bearer nonsense", "Basic b3duZXI6", ""])
    def test_a_wrong_token(self, house: House, header: str) -> None:
        answer = house.stack.call("POST", "records/clients", {"name": "Ann"}, headers={"Authorization": header})
        assert is_problem(answer, 401)
        assert answer.json["type"] == "/problems/unauthorized"

    def test_a_role_that_may_not(self, new_course: Course) -> None:
        path = f"records/clients/{new_course.client_id}/chart"
        assert is_problem(new_course.stack.call("GET", path, role="front_desk"), 403)

    def test_what_is_not_served_yet(self, new_course: Course) -> None:
        path = f"records/clients/{new_course.client_id}/export"
        assert is_problem(new_course.stack.call("GET", path), 501)


def test_a_key_used_again_for_another_request_is_refused_and_for_the_same_is_answered_again(house: House) -> None:
    key = {"Idempotency-Key": "the-same-key"}
    first, again, other = (
        house.stack.call("POST", "records/clients", {"name": name}, headers=key) for name in ("Ann", "Ann", "Bob")
    )
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert is_problem(other, 422)
    assert (other.json["type"], other.json["field"]) == ("/problems/key_reused", "Idempotency-Key")
