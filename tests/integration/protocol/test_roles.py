"""Who may do what with a course."""

from typing import Any

from tests.integration.protocol.conftest import House

OVERRIDE = {"rule": "min_gap", "date": "2026-01-06", "reason": "medical_need"}
PAUSE = {"from": "2026-01-06", "reason": "client_ill"}


ROUTES: list[tuple[str, str, Any, int, int, int]] = [
    ("GET", "", None, 200, 200, 200),
    ("POST", "/check", {"dates": []}, 200, 200, 403),
    ("GET", "/history", None, 200, 200, 403),
    ("GET", "/note", None, 403, 200, 403),
    ("POST", "/overrides", OVERRIDE, 403, 201, 403),
    ("POST", "/pause", PAUSE, 403, 200, 403),
    ("POST", "/resume", {}, 403, 200, 403),
    ("POST", "/lapse", {"decision": "continue"}, 403, 409, 403),
    ("POST", "/close", {"reason": "other"}, 403, 200, 403),
    ("POST", "/reopen", {}, 403, 200, 403),
]
"""Method, path and body; then what front desk, therapist and client are answered."""


async def test_each_route_has_its_roles(house: House):
    for method, what, body, *expected in ROUTES:
        path, client = f"/courses/{house.course_id}{what}", {"role": "client", "client_id": house.client_id}
        who: list[dict[str, Any]] = [{"role": "front_desk"}, {"role": "therapist"}, client]
        found = [(await house.it.ask(method, path, body, **one)).status for one in who]
        assert found == expected, (method, what)
        assert (await house.it.ask(method, path, body, role=None)).status == 401


async def test_the_front_desk_reads_when_a_visit_was_out_of_order_and_nothing_of_its_treatment(house: House):
    await house.it.move_clock("2026-01-06T18:00:00Z")
    long = [{"region": "neck", "minutes": 12, "techniques": ["intensive"]}]
    await house.session("2026-01-05", regions=long)
    await house.session("2026-01-06")
    await house.it.settled()
    course = f"/courses/{house.course_id}"
    for path in (course, f"/courses?client_id={house.client_id}", f"{course}/history"):
        desk, therapist = [str((await house.it.get(path, role=role)).body) for role in ("front_desk", "therapist")]
        assert "Too close to another session: 1 days apart, at least 2" in desk
        assert not [words for words in ("Too long", "Intensive", "12 minutes") if words in desk]
        assert "Too long on one region (neck): 12 minutes" in therapist
    flags = (await house.it.get(course, role="front_desk")).body["deviations"]
    assert [set(one) for one in flags if one["rule"] == "region_over_10_min"] == [{"rule", "on", "session_id"}]


async def test_the_front_desk_opens_no_course(house: House):
    body = {"client_id": house.client_id, "protocol": "als_support", "starts_on": "2026-01-05"}
    assert (await house.it.post("/courses", body, role="front_desk")).status == 403
    assert (await house.it.post("/courses", body, role="therapist")).status == 201


async def test_a_client_sees_only_their_own(house: House):
    other = await house.register()
    mine = {"role": "client", "client_id": house.client_id}
    theirs = {"role": "client", "client_id": other}
    assert len((await house.it.get(f"/courses?client_id={house.client_id}", **mine)).body["courses"]) == 1
    assert (await house.it.get(f"/courses?client_id={house.client_id}", **theirs)).status == 403
    assert (await house.it.get(f"/courses/{house.course_id}", **theirs)).status == 404
