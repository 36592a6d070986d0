"""Calendar feeds: who has the key reads them, in two independent programs, and sees moves and cancellations."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
from ical.calendar_stream import IcsCalendarStream

from shared.rebuild import rebuild
from tests.harness import Answer
from tests.integration.scheduling.conftest import Desk

WHEN = ("2026-03-06T10:00:00-05:00", "2026-03-09T10:00:00-04:00")


async def key_of(desk: Desk, kind: str, owner_id: str, **more: Any) -> dict[str, Any]:
    answer = await desk.it.post(f"/{kind}s/{owner_id}/calendar-key", {}, **more)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.body
    return found


async def read(desk: Desk, path: str, headers: dict[str, str] | None = None) -> Answer:
    """As a calendar program does: without a token, by the address alone."""
    return await desk.it.get(path.removeprefix("/api/scheduling"), role=None, headers=headers)


def events(file: bytes) -> Iterator[dict[str, Any]]:
    """What one reader finds, after checking that the other finds the same."""
    theirs = {one.uid: one for one in IcsCalendarStream.calendar_from_ics(file.decode()).events}
    ours = icalendar.Calendar.from_ical(file).walk("VEVENT")
    assert len(ours) == len(theirs)
    for one in ours:
        other = theirs[str(one["UID"])]
        found = {
            "uid": str(one["UID"]),
            "start": one["DTSTART"].dt,
            "end": one["DTEND"].dt,
            "sequence": int(one["SEQUENCE"]),
            "status": str(one["STATUS"]),
            "summary": str(one["SUMMARY"]),
        }
        assert other.status is not None
        assert found == {
            "uid": other.uid,
            "start": other.dtstart,
            "end": other.dtend,
            "sequence": other.sequence,
            "status": other.status.value,
            "summary": other.summary,
        }
        yield found


async def test_a_therapists_feed_shows_visits_and_no_names(desk: Desk):
    visits = await desk.booked(*WHEN, course_id=None)
    path = (await key_of(desk, "therapist", desk.therapists[0]))["path"]
    answer = await read(desk, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    found = list(events(answer.body))
    assert [one["uid"] for one in found] == visits
    assert [one["start"].isoformat() for one in found] == list(WHEN)
    assert {(one["sequence"], one["status"], one["summary"]) for one in found} == {(0, "CONFIRMED", "Visit")}
    for name in (b"Zo\xc3\xab", b"Lopez", b"Ada", desk.client_id.encode()):
        assert name not in answer.body
    other = (await key_of(desk, "therapist", desk.therapists[1]))["path"]
    assert list(events((await read(desk, other)).body)) == []


async def test_moves_and_cancellations_keep_the_uid_and_raise_the_sequence(desk: Desk):
    first, second = await desk.booked(*WHEN, course_id=None)
    path = (await key_of(desk, "client", desk.client_id))["path"]
    await desk.change(first, "move", {"starts_at": "2026-03-06T11:00:00-05:00"})
    await desk.change(first, "move", {"starts_at": "2026-03-06T12:00:00-05:00"})
    await desk.change(second, "cancel", {"reason": "client_wish"})
    found = {one["uid"]: one for one in events((await read(desk, path)).body)}
    assert (found[first]["sequence"], found[first]["status"]) == (2, "CONFIRMED")
    assert found[first]["start"] == datetime.fromisoformat("2026-03-06T12:00:00-05:00")
    assert (found[second]["sequence"], found[second]["status"]) == (1, "CANCELLED")
    await desk.it.move_clock("2026-04-01T12:00:00Z")
    assert set(found) == {one["uid"] for one in events((await read(desk, path)).body)}
    await desk.it.move_clock("2026-04-01T15:00:00Z")
    assert [one["uid"] for one in events((await read(desk, path)).body)] == [first]
    await desk.it.move_clock("2026-07-01T12:00:00Z")
    assert list(events((await read(desk, path)).body)) == []


async def test_a_visit_that_changes_hands_is_cancelled_for_who_had_it(desk: Desk):
    (visit,) = await desk.booked(WHEN[0], course_id=None)
    paths = [(await key_of(desk, "therapist", one))["path"] for one in desk.therapists]

    async def shown() -> list[list[tuple[str, int]]]:
        files = [(await read(desk, path)).body for path in paths]
        return [[(one["status"], one["sequence"]) for one in events(file) if one["uid"] == visit] for file in files]

    for starts_at, therapist, expected in (
        (WHEN[0], 1, [[("CANCELLED", 1)], [("CONFIRMED", 1)]]),
        (WHEN[1], 1, [[("CANCELLED", 1)], [("CONFIRMED", 2)]]),
        (WHEN[1], 0, [[("CONFIRMED", 3)], [("CANCELLED", 3)]]),
        (WHEN[0], 1, [[("CANCELLED", 4)], [("CONFIRMED", 4)]]),
    ):
        body = {"starts_at": starts_at, "therapist_id": desk.therapists[therapist]}
        assert (await desk.change(visit, "move", body)).status == 200
        assert await shown() == expected
    before = [(await read(desk, path)).body for path in paths]
    await rebuild(desk.it.service)
    assert [(await read(desk, path)).body for path in paths] == before
    assert (await desk.records.delete(f"/clients/{desk.client_id}")).status == 202
    await desk.it.settled()
    assert await shown() == [[], []]


async def test_the_feeds_are_in_the_openapi(desk: Desk):
    paths = (await desk.it.get("/openapi.json", role=None)).body["paths"]
    for kind in ("therapist", "client"):
        feed = paths[f"/{kind}s/{{{kind}_id}}/calendar.ics"]["get"]
        assert [(one["name"], one["in"]) for one in feed["parameters"]] == [(f"{kind}_id", "path"), ("key", "query")]
        assert list(feed["responses"]["200"]["content"]) == ["text/calendar"]


async def test_a_missed_visit_taken_back_is_there_again(desk: Desk):
    (visit,) = await desk.booked("2026-03-02T10:00:00-05:00", course_id=None)
    path = (await key_of(desk, "therapist", desk.therapists[0]))["path"]
    seen = []
    await desk.it.move_clock("2026-03-02T15:00:00Z")
    for what in ("miss", "undo"):
        await desk.change(visit, what)
        (found,) = events((await read(desk, path)).body)
        seen.append((found["status"], found["sequence"]))
    assert seen == [("CANCELLED", 1), ("CONFIRMED", 2)]


async def test_a_client_elsewhere_sees_their_own_time(desk: Desk):
    body = {"name": "Zoë Lopez", "timezone": "Europe/Berlin"}
    client_id = (await desk.records.post("/clients", body)).body["client_id"]
    await desk.booked(*WHEN, client_id=client_id, course_id=None)
    answer = await read(desk, (await key_of(desk, "client", client_id))["path"])
    found = list(events(answer.body))
    # New York has changed its clocks between the two visits, Berlin has not: five hours ahead, not six.
    assert [f"{one['start']:%d %H:%M}" for one in found] == ["06 16:00", "09 15:00"]
    assert {str(one["start"].tzinfo) for one in found} == {"Europe/Berlin"}
    assert b"TZID:Europe/Berlin" in answer.body
    assert b"With Ada\\, Front room." in answer.body
    assert b"Lopez" not in answer.body
    await desk.records.patch(f"/clients/{client_id}", {"timezone": "America/Denver"})
    moved = await read(desk, (await key_of(desk, "client", client_id))["path"])
    assert [f"{one['start']:%H:%M}" for one in events(moved.body)] == ["08:00", "08:00"]


async def test_the_file_survives_both_readers(desk: Desk):
    await desk.booked(*WHEN, course_id=None)
    answer = await read(desk, (await key_of(desk, "client", desk.client_id))["path"])
    before = list(events(answer.body))
    by_one = icalendar.Calendar.from_ical(answer.body)
    assert by_one.to_ical() == answer.body
    by_other = IcsCalendarStream.calendar_to_ics(IcsCalendarStream.calendar_from_ics(answer.body.decode()))
    assert list(events(by_other.encode())) == before
    assert not [str(error) for part in by_one.walk() for error in part.errors]
    assert all(len(line) <= 75 for line in answer.body.split(b"\r\n"))


async def test_a_program_that_has_the_file_is_told_so(desk: Desk):
    (visit,) = await desk.booked(WHEN[0], course_id=None)
    path = (await key_of(desk, "therapist", desk.therapists[0]))["path"]
    first = await read(desk, path)
    await desk.it.move_clock("2026-03-02T14:10:00Z")
    assert (await read(desk, path)).body == first.body
    asked = {"If-None-Match": first.headers["Etag"]}
    again = await read(desk, path, asked)
    assert (again.status, again.body, again.headers["Etag"]) == (304, b"", first.headers["Etag"])
    await desk.change(visit, "move", {"starts_at": "2026-03-06T11:00:00-05:00"})
    assert (await read(desk, path, asked)).status == 200


async def test_a_program_that_asks_by_date_hears_of_another_name_too(desk: Desk):
    await desk.booked(WHEN[0], course_id=None)
    path = (await key_of(desk, "client", desk.client_id))["path"]
    first = await read(desk, path)
    assert "Last-Modified" not in first.headers
    await desk.it.move_clock("2026-03-02T14:10:00Z")
    asked = {"If-Modified-Since": "Mon, 02 Mar 2026 14:05:00 GMT"}
    await desk.it.patch(f"/therapists/{desk.therapists[0]}", {"name": "Adele"})
    answer = await read(desk, path, asked)
    assert (answer.status, b"With Adele" in answer.body) == (200, True)


async def test_a_program_may_ask_for_the_head_alone(desk: Desk):
    path = (await key_of(desk, "client", desk.client_id))["path"].removeprefix("/api/scheduling")
    whole, head = [await desk.it.ask(method, path, role=None) for method in ("GET", "HEAD")]
    assert (head.status, head.body, head.headers["Etag"]) == (200, b"", whole.headers["Etag"])


async def test_a_calendar_without_visits_has_a_part_all_the_same(desk: Desk):
    answer = await read(desk, (await key_of(desk, "client", desk.client_id))["path"])
    assert [one.name for one in icalendar.Calendar.from_ical(answer.body).subcomponents] == ["VTIMEZONE"]
    assert IcsCalendarStream.calendar_from_ics(answer.body.decode()).events == []


async def test_who_has_no_key_learns_nothing(desk: Desk):
    await desk.booked(WHEN[0], course_id=None)
    made = await key_of(desk, "therapist", desk.therapists[0])
    path = f"/therapists/{desk.therapists[0]}/calendar.ics"
    wrong = [
        path,
        f"{path}?key=",
        f"{path}?key={made['key'][:-1]}x",
        f"{path}?key=k%C3%A4se",
        f"/therapists/{desk.therapists[1]}/calendar.ics?key={made['key']}",
        f"/clients/{desk.therapists[0]}/calendar.ics?key={made['key']}",
        f"/therapists/{uuid4()}/calendar.ics?key={made['key']}",
        f"/therapists/nobody/calendar.ics?key={made['key']}",
    ]
    answers = [await read(desk, one) for one in wrong]
    assert {one.status for one in answers} == {404}
    assert len({one.body["detail"] for one in answers}) == 1
    assert made["key"] not in str([one.body for one in answers])


async def test_a_new_key_closes_the_old_and_a_revoked_one_opens_nothing(desk: Desk):
    (old, new) = [await key_of(desk, "therapist", desk.therapists[0]) for _ in range(2)]
    assert old["key"] != new["key"]
    assert [(await read(desk, one["path"])).status for one in (old, new)] == [404, 200]
    revoked = await desk.it.delete(f"/therapists/{desk.therapists[0]}/calendar-key", role="front_desk")
    assert (revoked.status, revoked.body) == (200, {"owner_id": desk.therapists[0]})
    assert (await read(desk, new["path"])).status == 404
    assert (await desk.it.delete(f"/therapists/{desk.therapists[0]}/calendar-key")).status == 200


async def test_a_key_is_shown_once(desk: Desk):
    first, again = [await key_of(desk, "therapist", desk.therapists[0], key="once") for _ in range(2)]
    assert (await read(desk, first["path"])).status == 200
    assert again == {"owner_id": desk.therapists[0], "key": None, "path": None}


async def test_a_key_is_nowhere_but_in_its_answer(desk: Desk, capfd: pytest.CaptureFixture[str]):
    key = (await key_of(desk, "client", desk.client_id, key="once"))["key"]
    await read(desk, f"/clients/{desk.client_id}/calendar.ics?key={key}")
    await read(desk, f"/clients/{uuid4()}/calendar.ics?key={key}")
    await desk.it.settled()
    store = desk.it.service.store
    stored = [
        str(list(row.values()))
        for table in ("public.event", "public.request", "feed_key")
        for row in await store.fetch(f"select * from {table}")
    ]
    assert stored
    assert not [row for row in stored if key in row]
    written = capfd.readouterr()
    assert key not in written.out + written.err
    metrics = await desk.it.get("/metrics")
    assert key not in str(metrics.body)


async def test_who_may_make_a_key(desk: Desk):
    rival = await desk.register()
    client, therapist = f"/clients/{desk.client_id}/calendar-key", f"/therapists/{desk.therapists[0]}/calendar-key"

    async def status(path: str, role: str, client_id: str | None = None) -> int:
        return (await desk.it.post(path, {}, role=role, client_id=client_id)).status

    assert [await status(client, "client", one) for one in (desk.client_id, rival)] == [201, 403]
    assert await status(therapist, "client", desk.client_id) == 403
    assert [await status(path, "therapist") for path in (client, therapist)] == [403, 403]
    assert [await status(path, "front_desk") for path in (client, therapist)] == [201, 201]
    for kind in ("clients", "therapists"):
        assert await status(f"/{kind}/{uuid4()}/calendar-key", "owner") == 404


async def test_who_was_erased_or_left_has_no_feed(desk: Desk):
    client = (await key_of(desk, "client", desk.client_id))["path"]
    therapist = (await key_of(desk, "therapist", desk.therapists[0]))["path"]
    await desk.it.post(f"/therapists/{desk.therapists[0]}/deactivate", {})
    assert (await read(desk, therapist)).status == 404
    await desk.records.delete(f"/clients/{desk.client_id}")
    await desk.it.settled()
    assert (await read(desk, client)).status == 404
    assert UUID(desk.client_id) not in [
        row["owner_id"] for row in await desk.it.service.store.fetch("select owner_id from feed_key")
    ]
    assert (await desk.it.post(f"/clients/{desk.client_id}/calendar-key", {})).status == 404


async def test_a_feed_is_the_same_after_a_rebuild(desk: Desk):
    first, second = await desk.booked(*WHEN, course_id=None)
    await desk.change(first, "move", {"starts_at": "2026-03-06T11:00:00-05:00"})
    await desk.change(second, "cancel", {"reason": "client_wish"})
    path = (await key_of(desk, "client", desk.client_id))["path"]
    before = await read(desk, path)
    await rebuild(desk.it.service)
    after = await read(desk, path)
    assert (after.status, after.body, after.headers["Etag"]) == (200, before.body, before.headers["Etag"])


async def test_a_whole_year_across_both_clock_changes(desk: Desk):
    start = datetime(2026, 3, 3, 15, tzinfo=UTC)
    zone = ZoneInfo("America/New_York")
    wanted = [(start + timedelta(weeks=week)).astimezone(zone).replace(hour=10).isoformat() for week in range(0, 56, 4)]
    await desk.booked(*wanted, course_id=None)
    answer = await read(desk, (await key_of(desk, "client", desk.client_id))["path"])
    assert [one["start"].isoformat() for one in events(answer.body)] == wanted
