"""Where a visit could be instead: what is offered when it cannot be, and the free times it could be moved to."""

from tests.integration.scheduling.conftest import Desk


async def test_who_works_in_no_room_that_will_do_is_told_who_does_and_when(desk: Desk):
    front, garden = desk.rooms
    ada, ben = desk.therapists
    await desk.it.patch(f"/rooms/{garden}", {"equipment": ["hoist"]})
    await desk.it.patch(f"/therapists/{ada}", {"rooms": [front]})
    wanted = desk.visit("2026-03-04T10:00:00-05:00", equipment=["hoist"])
    refused = await desk.book(desk.visit("2026-03-01T10:00:00-05:00"), wanted, course_id=None)
    assert [(one["index"], one["rule"]) for one in refused.body["items"]] == [(0, "in_the_past"), (1, "no_room")]
    near = refused.body["items"][1]["alternatives"]
    assert [(one["starts_at"], one["therapist_id"], one["room_id"]) for one in near] == [
        (f"2026-03-04T{start}:00Z", ben, garden) for start in ("15:00", "14:45", "15:15")
    ]
    (visit,) = await desk.booked(wanted | {"therapist_id": ben}, course_id=None)
    moved = await desk.change(visit, "move", {"starts_at": "2026-03-05T10:00:00-05:00", "therapist_id": ada})
    assert (moved.status, moved.body["rule"]) == (409, "no_room")
    assert [one["therapist_id"] for one in moved.body["alternatives"]] == [ben] * 3


async def test_the_times_a_visit_could_be_moved_to_know_its_length_equipment_and_client(desk: Desk):
    front, garden = desk.rooms
    ada, ben = desk.therapists
    await desk.it.patch(f"/rooms/{garden}", {"equipment": ["hoist"]})
    await desk.it.patch(f"/therapists/{ada}", {"rooms": [front]})
    own = desk.visit("2026-03-04T10:00:00-05:00", therapist=1, minutes=120, equipment=["hoist"])
    visit, _ = await desk.booked(own, desk.visit("2026-03-04T14:00:00-05:00"), course_id=None)
    path = f"/appointments/{visit}/slots?from=2026-03-04&to=2026-03-05"
    answer = await desk.it.get(path, role="front_desk")
    assert {one["therapist_id"] for one in answer.body["slots"]} == {ben}
    starts = [one["starts_at"][11:16] for one in answer.body["slots"]]
    assert starts == [f"{hour}:{minute:02}" for hour in range(14, 17) for minute in (0, 15, 30, 45)] + [
        "17:00",
        "20:00",
    ]
    assert (await desk.it.get(f"{path}&therapist_id={ada}", role="therapist")).body == {"slots": []}
    assert (await desk.it.get(f"/appointments/{ada}/slots?from=2026-03-04&to=2026-03-05")).status == 404
    assert (await desk.it.get(f"/appointments/{visit}/slots?from=2026-03-04&to=2026-03-04")).body["field"] == "to"
