"""What is let in can be read and taken back; what older versions let in is read; one bad row stops no other."""

from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from tests.harness import Answer, until
from tests.integration.scheduling.conftest import WEEKDAYS, Desk
from tests.integration.scheduling.test_keeper import maintenance
from tests.integration.scheduling.test_rolling import WEDNESDAY, weeks
from tests.integration.scheduling.test_waitlist import TUESDAY_TEN, cancel, full, offers, waits

WEEK = "from=2026-03-02&to=2026-03-09&minutes=60"
SPAN = {"weekday": "mon", "from": "09:00", "to": "17:00"}
NO_TIMES = ["10:00\n", "1٠:00", "10:00 ", "9:00", "25:00", "10:60", "10:00:00", "", "１0:00", "24:01"]
NO_NAMES = [
    "a\0b",
    "Ann\r\nBcc: x@example.com",
    " ",
    "\u200b",
    "a\u2028b",
    "a\u202eb",
    "a\u2066b",
    "a\u0085b",
    "\ufeff",
]
NO_ADDRESSES = [
    "a,b@example.org",
    "<q>@example.org",
    "t;x@example.org",
    "t@example.org\n",
    "t\u202e@example.org",
    "t\0@x.org",
]
NO_DAYS = ["2028-3-6", "20280306", "2028-W10-1", "2028-066", "2028-02-30", "２028-03-06", "2028-03-06%0A", "today"]
EDGES = [
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:00-23:59",
    "1899-12-31T23:59:00Z", "2201-01-01T00:00:00Z", "1900-01-01T00:00:00+05:00",
]  # fmt: skip


async def all_goes_on(desk: Desk) -> list[Any]:
    """Free times of everybody, and a proposal; gives the free times."""
    found = await desk.it.get(f"/slots?{WEEK}")
    assert (found.status, bool(found.body["slots"])) == (200, True), found.body
    body = {"client_id": desk.client_id, "course_id": desk.course_id, "sessions": 2, "minutes": 60}
    proposal = await desk.it.post("/proposals", body)
    assert (proposal.status, len(proposal.body["appointments"])) == (200, 2), proposal.body
    assert (await desk.it.get("/therapists")).status == 200
    await desk.it.settled()
    slots: list[Any] = found.body["slots"]
    return slots


def refused(answer: Answer, field: str) -> bool:
    """A 422 that names the field and shows no pattern."""
    assert (answer.status, answer.body["field"]) == (422, field), answer.body
    return True


async def test_no_other_time_of_day_is_let_in(desk: Desk):
    ada, course = desk.therapists[0], desk.course_id
    wish = {"client_id": desk.client_id, "minutes": 60}
    for text in NO_TIMES:
        body = {"name": "Nora", "hours": [SPAN | {"from": text}]}
        refused(await desk.it.post("/therapists", body), "hours[0].from")
        refused(await desk.it.put(f"/therapists/{ada}/hours", {"hours": [SPAN | {"to": text}]}), "hours[0].to")
        times = {"times": [{"from": "09:00", "to": text}]}
        refused(await desk.it.put(f"/therapists/{ada}/days/2026-03-04", times), "times[0].to")
        refused(await desk.it.put(f"/courses/{course}/rolling", {"time": text}), "time")
        for field in ("from", "to"):
            answer = await desk.it.post("/waitlist", wish | {"prefer": {field: text}})
            refused(answer, f"prefer.{field}")
            more = {"course_id": course, "sessions": 2, "prefer": {field: text}}
            refused(await desk.it.post("/proposals", wish | more), f"prefer.{field}")
    assert len(await all_goes_on(desk)) > 0


async def test_names_and_addresses_are_looked_at_as_everywhere(desk: Desk):
    ada, room = desk.therapists[0], desk.rooms[0]
    for text in NO_NAMES:
        refused(await desk.it.post("/rooms", {"name": text}), "name")
        refused(await desk.it.patch(f"/rooms/{room}", {"name": text}), "name")
        refused(await desk.it.post("/therapists", {"name": text, "hours": []}), "name")
        refused(await desk.it.patch(f"/therapists/{ada}", {"name": text}), "name")
    for text in NO_ADDRESSES:
        refused(await desk.it.post("/therapists", {"name": "Nora", "hours": [], "email": text}), "email")
        refused(await desk.it.patch(f"/therapists/{ada}", {"email": text}), "email")
    answer = await desk.it.patch(f"/therapists/{ada}", {"name": " Zoe\u0308 ", "email": "zoe@MÜLLER.example"})
    assert (answer.status, answer.body["name"]) == (200, "Zoë")
    for slug in ("wide_table\n", "Wide", "ä", "", "1a"):
        refused(await desk.it.post("/rooms", {"name": "Attic", "equipment": [slug]}), "equipment[0]")
        refused(await desk.it.get(f"/slots?{WEEK}&equipment=x,{quote(slug or 'A')}"), "equipment")


async def test_what_is_given_twice_is_kept_once(desk: Desk):
    made = await desk.it.post("/rooms", {"name": "Attic", "equipment": ["lamp", "lamp"]})
    rooms = (await desk.it.get("/rooms")).body["rooms"]
    assert [one["equipment"] for one in rooms if one["room_id"] == made.body["room_id"]] == [["lamp"]]
    body = {"name": "Cleo", "hours": [SPAN, SPAN], "rooms": [desk.rooms[0], desk.rooms[0]]}
    cleo = (await desk.it.post("/therapists", body)).body["therapist_id"]
    (found,) = [one for one in (await desk.it.get("/therapists")).body["therapists"] if one["therapist_id"] == cleo]
    assert (found["hours"], found["rooms"]) == ([SPAN], [desk.rooms[0]])


@pytest.mark.parametrize("times", [("10:00", "10:00"), ("00:00", "00:00"), ("24:00", "08:00")])
async def test_hours_that_mean_nothing_are_refused(desk: Desk, times: tuple[str, str]):
    body = {"from": times[0], "to": times[1]}
    answer = await desk.it.put(f"/therapists/{desk.therapists[0]}/days/2026-03-04", {"times": [body]})
    assert (answer.status, answer.body["field"][:8]) == (422, "times[0]")


async def test_a_day_is_written_in_one_way_and_lies_in_a_year_that_can_be_meant(desk: Desk):
    path, times = f"/therapists/{desk.therapists[0]}/days", {"times": [{"from": "09:00", "to": "12:00"}]}
    for text in NO_DAYS:
        assert (await desk.it.put(f"{path}/{text}", times)).status == 404, text
        assert (await desk.it.delete(f"{path}/{text}")).status == 404, text
        refused(await desk.it.get(f"/slots?from={text}&to=2028-03-07&minutes=60"), "from")
        refused(await desk.it.post("/closures", {"from": text, "to": "2028-03-07"}), "from")
    for text in ("9999-12-31", "0001-01-01", "1899-12-31", "2201-01-01"):
        refused(await desk.it.put(f"{path}/{text}", times), "day")
        refused(await desk.it.put(f"/holidays/{text}", {"open": True}), "day")
        assert (await desk.it.delete(f"{path}/{text}")).status == 200, text
    for text in ("1900-01-01", "2200-12-31"):
        assert (await desk.it.put(f"{path}/{text}", times)).status == 200, text
    await all_goes_on(desk)


async def test_an_instant_lies_in_a_year_that_can_be_meant(desk: Desk):
    visit = (await desk.booked("2026-03-04T10:00:00-05:00"))[0]
    away = f"/therapists/{desk.therapists[0]}/time-off"
    for text in EDGES:
        refused(await desk.book(text, course_id=None), "appointments[0].starts_at")
        refused(await desk.change(visit, "move", {"starts_at": text}), "starts_at")
        for path in (away, "/closures"):
            refused(await desk.it.post(path, {"from": text, "to": "2026-03-05"}), "from")
            refused(await desk.it.post(path, {"from": "2026-03-05", "to": text}), "to")
        encoded = text.replace("+", "%2B")
        for path in ("/slots", "/calendar", f"/appointments/{visit}/slots"):
            more = "&minutes=60" if path == "/slots" else ""
            refused(await desk.it.get(f"{path}?from={encoded}&to=2026-03-05{more}"), "from")
            refused(await desk.it.get(f"{path}?from=2026-03-05&to={encoded}{more}"), "to")
    wish = {"client_id": desk.client_id, "minutes": 60}
    for text in ("9999-12-31", "0001-01-01"):
        more = {"course_id": desk.course_id, "sessions": 1, "starts_on": text}
        refused(await desk.it.post("/proposals", wish | more), "starts_on")
        refused(await desk.it.post("/waitlist", wish | {"first_day": text}), "first_day")
        refused(await desk.it.post("/waitlist", wish | {"last_day": text}), "last_day")


async def test_times_are_told_to_the_minute(desk: Desk):
    visit = (await desk.booked("2026-03-04T10:00:00-05:00"))[0]
    for text in ("2026-03-05T16:00:30.123456Z", "2026-03-05T16:00:30Z", "2026-03-05T16:00:00.000001Z"):
        refused(await desk.book("2026-03-06T16:00:00Z", text, course_id=None), "appointments[1].starts_at")
        refused(await desk.change(visit, "move", {"starts_at": text}), "starts_at")
        body = {"from": text, "to": "2026-03-09"}
        refused(await desk.it.post("/closures", body), "from")
        refused(await desk.it.post(f"/therapists/{desk.therapists[0]}/time-off", body), "from")


async def test_what_is_asked_for_can_be_and_has_an_end(desk: Desk):
    wish = {"client_id": desk.client_id, "minutes": 60, "course_id": desk.course_id}
    for prefer in (
        {"from": "12:00", "to": "10:00"},
        {"from": "12:00", "to": "12:00"},
        {"from": "24:00"},
        {"to": "00:00"},
    ):
        refused(await desk.it.post("/proposals", wish | {"sessions": 1, "prefer": prefer}), "prefer.to")
        refused(await desk.it.post("/waitlist", wish | {"prefer": prefer}), "prefer.to")
    for hold in ("10m%0A", "1٠m", "0m", "61m", "m", "10", "1h", ""):
        refused(await desk.it.post(f"/proposals?hold={hold}", wish | {"sessions": 1}), "hold")
    for path in ("/slots", "/calendar"):
        more = "&minutes=60" if path == "/slots" else ""
        refused(await desk.it.get(f"{path}?from=1900-01-01&to=2200-01-01{more}"), "to")
    refused(await desk.it.get("/slots?from=2026-03-02&to=2026-07-01&minutes=60"), "to")
    year = f"/slots?from=2026-03-02&to=2027-03-02&minutes=60&therapist_id={desk.therapists[0]}"
    assert (await desk.it.get(year)).status == 200
    refused(await desk.it.post("/closures", {"from": "1900-01-01", "to": "2200-01-01"}), "to")
    far = [desk.visit("2026-03-04T15:00:00Z"), desk.visit("2199-03-04T15:00:00Z")]
    refused(await desk.book(*far, course_id=None), "appointments")


@pytest.mark.parametrize(
    "cursor",
    [
        "MjAyNi0wMy0wMlQxMDowMDowMCB4",
        "AA",
        "%00",
        "é",
        "MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA",
    ],
)
async def test_a_cursor_is_one_of_ours(desk: Desk, cursor: str):
    refused(await desk.it.get(f"/waitlist?cursor={cursor}"), "cursor")
    refused(await desk.it.get(f"/calendar?from=2026-03-02&to=2026-03-03&cursor={cursor}"), "cursor")


async def test_a_limit_is_at_least_one_and_cut_to_the_longest_page(desk: Desk):
    for path in ("/waitlist?", "/calendar?from=2026-03-02&to=2026-03-03&", f"/clients/{desk.client_id}/itinerary?"):
        refused(await desk.it.get(f"{path}limit=0"), "limit")
        refused(await desk.it.get(f"{path}limit=-1"), "limit")
        assert (await desk.it.get(f"{path}limit=99999999999999999999")).status == 200


class Older:
    """A version that let more in: it wrote what no door of today lets through, into the log and the rows."""

    def __init__(self, desk: Desk) -> None:
        self.store = desk.it.service.store

    async def hours(self, therapist_id: str, hours: Any) -> None:
        data = {"therapist_id": therapist_id, "hours": hours}
        await self._event(f"therapist-{therapist_id}", "HoursSet", data)
        await self._run("update therapist set hours = $2 where therapist_id = $1", therapist_id, _json(hours))

    async def day(self, therapist_id: str, day: str, times: Any) -> None:
        await self._event(
            f"therapist-{therapist_id}", "DaySet", {"therapist_id": therapist_id, "day": day, "times": times}
        )
        sql = "insert into therapist_day (therapist_id, day, times) values ($1, $2, $3)"
        await self._run(sql, therapist_id, date.fromisoformat(day), _json(times))  # the driver writes `infinity`
        around = "$2::date - interval '1 day', $2::date + interval '2 days'"
        await self._run(f"insert into freed_time select 99, $1::uuid, {around}", therapist_id, date.fromisoformat(day))

    async def closure(self, closure_id: str, start: str, end: str) -> None:
        data = {"closure_id": closure_id, "starts_at": start, "ends_at": end, "reason": "other"}
        await self._event(f"closure-{closure_id}", "PracticeClosed", data)
        sql = "insert into closure values ($1, $2::text::timestamptz, $3::text::timestamptz, 'other')"
        await self._run(sql, closure_id, start, end)

    async def wanted(self, waitlist_id: str, wanted: Any) -> None:
        await self._run("update waiting set wanted = $2 where waitlist_id = $1", waitlist_id, _json(wanted))

    async def rhythm(self, course_id: str, client_id: str, rhythm: Any) -> None:
        data = {"client_id": client_id, "course_id": course_id, "rhythm": rhythm}
        await self._event(f"rolling-{course_id}", "RollingAgreed", data)
        await self._run("insert into rolling values ($1, $2, $3, true)", course_id, client_id, _json(rhythm))

    async def _event(self, stream: str, kind: str, data: Any) -> None:
        sql = """
            insert into public.event
                   (position, stream, version, event_id, type, data, actor, correlation_id, recorded_at)
            select (select max(position) + 1 from public.event),
                   $1, 1 + coalesce((select max(version) from public.event where stream = $1), 0), gen_random_uuid(),
                   $2, $3, 'owner:older', gen_random_uuid(), now()
            """
        await self._run(sql, stream, kind, _json(data))
        self.store.writer.states.clear()  # nothing was known of the stream before the update

    async def _run(self, sql: str, *args: object) -> None:
        await self.store.fetch(sql, *args)


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


@pytest.mark.parametrize(("start", "end"), [("09:00\n", "17:00"), ("09:00", "17:0٠"), ("0٩:00", "17:00\n")])
async def test_hours_that_were_let_in_once_are_read_as_they_were_meant(desk: Desk, start: str, end: str):
    before = await all_goes_on(desk)
    await Older(desk).hours(desk.therapists[0], [one | {"from": start, "to": end} for one in WEEKDAYS])
    assert await all_goes_on(desk) == before
    answer = await desk.it.put(f"/therapists/{desk.therapists[0]}/hours", {"hours": WEEKDAYS})
    assert answer.status == 200, answer.body
    assert (await desk.it.get("/therapists")).body["therapists"][0]["hours"] == WEEKDAYS


@pytest.mark.parametrize("hours", [[SPAN | {"to": "99:99"}], [SPAN | {"from": "soon"}], [SPAN | {"from": ""}]])
async def test_a_therapist_whose_hours_cannot_be_read_stops_nobody_and_is_told(desk: Desk, hours: Any):
    ada, ben = desk.therapists
    await Older(desk).hours(ada, hours)
    assert {one["therapist_id"] for one in await all_goes_on(desk)} == {ben}
    answer = await desk.it.get(f"/slots?{WEEK}&therapist_id={ada}")
    assert (answer.status, answer.body["rule"]) == (409, "hours_unreadable")
    assert (await desk.book("2026-03-04T10:00:00-05:00", course_id=None)).body["rule"] == "hours_unreadable"
    assert [one["therapist_id"] for one in (await desk.it.get("/therapists")).body["therapists"]] == [ada, ben]
    answer = await desk.it.put(f"/therapists/{ada}/hours", {"hours": WEEKDAYS})
    assert answer.status == 200, answer.body
    assert {one["therapist_id"] for one in await all_goes_on(desk)} == {ada, ben}


@pytest.mark.parametrize(
    "hours", ["nonsense", [1], {"mon": "all day"}, [{"weekday": "some", "from": "09:00", "to": "10:00"}]]
)
async def test_a_damaged_row_of_hours_stops_nobody(desk: Desk, hours: Any):
    ada, ben = desk.therapists
    await Older(desk)._run("update therapist set hours = $2 where therapist_id = $1", ada, _json(hours))
    assert {one["therapist_id"] for one in await all_goes_on(desk)} == {ben}
    shorter = [SPAN | {"to": "12:00"}]
    assert (await desk.it.put(f"/therapists/{ada}/hours", {"hours": shorter})).status == 200
    assert {one["therapist_id"] for one in await all_goes_on(desk)} == {ada, ben}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_a_day_at_the_end_of_the_calendar_is_taken_back(desk: Desk, day: str):
    await waits(desk)
    await Older(desk).day(desk.therapists[0], day, [{"from": "09:00\n", "to": "12:00"}])
    await all_goes_on(desk)
    await desk.it.move_clock("2026-03-02T15:00:00Z")
    answer = await desk.it.delete(f"/therapists/{desk.therapists[0]}/days/{day}")
    assert (answer.status, answer.body["affected"]) == (200, [])
    assert await desk.count("therapist_day") == 0
    await all_goes_on(desk)


async def test_a_closure_without_end_closes_what_it_closes_and_is_taken_back(desk: Desk):
    closure = "01890000-0000-7000-8000-000000000001"
    await Older(desk).closure(closure, "2026-03-04T05:00:00Z", "9999-12-31T23:59:59Z")
    found = await desk.it.get(f"/slots?{WEEK}")
    assert {one["starts_at"][:10] for one in found.body["slots"]} == {"2026-03-02", "2026-03-03"}
    assert (await desk.it.post(f"/closures/{closure}/reflow", {})).status == 200
    assert (await desk.it.get("/closures?from=2026-03-01&to=2026-04-01")).status == 200
    await waits(desk)
    assert (await desk.it.post(f"/closures/{closure}/withdraw", {})).status == 200
    assert (await desk.it.post(f"/closures/{closure}/withdraw", {})).status == 200
    await all_goes_on(desk)


async def test_who_waits_for_nothing_that_can_be_understood_keeps_nobody_waiting(desk: Desk):
    taken = await full(desk)
    bad, worse, second = await waits(desk), await waits(desk), await waits(desk)
    await Older(desk).wanted(bad["waitlist_id"], {"minutes": 60, "from_": "at ten"})
    await Older(desk).wanted(worse["waitlist_id"], {"minutes": "an hour"})
    await cancel(desk, taken)
    assert await offers(desk) == {bad["client_id"]: None, second["client_id"]: TUESDAY_TEN}
    for place in (bad, worse):
        assert (await desk.it.delete(f"/waitlist/{place['waitlist_id']}")).status == 200
    assert await offers(desk) == {second["client_id"]: TUESDAY_TEN}


async def test_a_wish_with_a_line_break_is_read_as_it_was_meant(desk: Desk):
    taken, place = await full(desk), await waits(desk)
    await Older(desk).wanted(place["waitlist_id"], {"minutes": 60, "from_": "1٠:00", "to": "24:00\n"})
    await cancel(desk, taken)
    assert await offers(desk) == {place["client_id"]: TUESDAY_TEN}


async def test_equipment_with_a_line_break_is_what_it_was_meant_to_be(desk: Desk):
    room = desk.rooms[1]
    await Older(desk)._run("update room set equipment = $2 where room_id = $1", room, ["wide_table\n"])
    found = (await desk.it.get(f"/slots?{WEEK}&equipment=wide_table")).body["slots"]
    assert {one["room_id"] for one in found} == {room}
    assert (await desk.it.patch(f"/rooms/{room}", {"equipment": ["wide_table"]})).body["equipment"] == ["wide_table"]


async def test_a_visit_at_the_end_of_the_calendar_stops_nobody_and_is_called_off(desk: Desk):
    visit = (await desk.booked("2026-03-04T10:00:00-05:00"))[0]
    store = desk.it.service.store
    far = {"starts_at": "9999-12-31T22:00:00Z", "ends_at": "9999-12-31T23:00:00Z"}
    times = "starts_at = $2::text::timestamptz, ends_at = $3::text::timestamptz"
    await store.fetch(f"update appointment set {times} where appointment_id = $1", visit, *far.values())
    # The log is append-only for the service: what an older version stored stands in for a move.
    rows = await store.fetch("select stream, data from public.event where type = 'AppointmentBooked'")
    data = msgspec.json.decode(rows[0]["data"])
    more = {"previous_starts_at": data["starts_at"], "revision": 1}
    await Older(desk)._event(rows[0]["stream"], "AppointmentMoved", data | far | more)
    await all_goes_on(desk)
    for therapist in desk.therapists:
        assert (await desk.it.put(f"/therapists/{therapist}/hours", {"hours": [SPAN]})).status == 200
    key = (await desk.it.post(f"/therapists/{desk.therapists[0]}/calendar-key", {})).body["path"]
    assert (await desk.it.get(key.removeprefix("/api/scheduling"), role=None)).status == 200
    assert (await desk.it.post(f"/therapists/{desk.therapists[0]}/deactivate", {})).status == 200
    assert (await desk.change(visit, "cancel", {"reason": "entered_in_error"})).status == 200
    await desk.it.settled()


async def test_a_rhythm_that_cannot_be_kept_holds_up_neither_the_others_nor_the_clock(desk: Desk):
    client = await desk.register()
    body = {"client_id": client, "protocol": "neuromuscular_maintenance", "starts_on": "2026-03-02"}
    course = (await desk.protocol.post("/courses", body)).body["course_id"]
    rhythm = {"weekday": "wed", "time": "at ten", "therapist_id": desk.therapists[1], "minutes": 60}
    await Older(desk).rhythm(course, client, rhythm)
    well = await maintenance(desk)
    await desk.it.settled()
    assert [one["starts_at"] for one in await desk.itinerary(well)] == weeks(8, WEDNESDAY)
    await desk.it.move_clock("2026-03-02T15:00:00Z")
    assert (await desk.it.get(f"/courses/{course}/rolling")).body["rhythm"]["time"] == "at ten"
    right = rhythm | {"weekday": "fri", "time": "10:00"}
    assert (await desk.it.put(f"/courses/{course}/rolling", right)).status == 200
    await until(lambda: desk.itinerary(client))
