"""Days far away: a course of 1900, an event in year 9999 that an older version took, exercise in year 1."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.protocol.domain import commands as c
from services.protocol.domain.course import stream
from services.protocol.queries import answer_note, answer_reflow, answer_ways
from shared.events.records import ExerciseLogged
from shared.messages import Cause
from shared.questions.protocol import AskNote, AskReflow, AskWays, Candidate
from shared.store.unit import Tx
from tests.harness import It, practice

NOW = "2026-03-02T13:00:00Z"
DAYS = ["2026-03-02", "2200-12-31", "1900-01-01"]


async def put(it: It, *commands: tuple[str, Any]) -> None:
    """As an older version took it."""

    async def unit(tx: Tx) -> None:
        for name, command in commands:
            await tx.decide(name, command)

    await it.service.store.write(unit, Cause(actor="test", correlation_id=uuid4()))


async def client_of(it: dict[str, It]) -> UUID:
    return UUID((await it["records"].post("/clients", {"name": "Ann"})).body["client_id"])


async def reads(it: It, course: UUID, client: UUID) -> None:
    """Everything that reads the course answers."""
    paths = ["", "/note", "/notes", "/history", "?as_of=2200-12-31T00:00:00Z", "/note?as_of=2200-12-31T00:00:00Z"]
    for path in [f"/courses/{course}{more}" for more in paths] + [
        f"/courses?client_id={client}",
        "/adherence",
        "/lapses",
    ]:
        answer = await it.get(path)
        assert answer.status == 200, (path, answer.body)
    checked = await it.post(f"/courses/{course}/check", {"dates": DAYS})
    assert checked.status == 200, checked.body
    free = [date(2026, 3, 3) + timedelta(days=n) for n in range(40)]
    ids = {"course_id": course, "client_id": client}
    await answer_ways(it.service, AskWays(**ids, sessions="course", days=free))
    candidates = [Candidate(date=day) for day in free]
    await answer_reflow(it.service, AskReflow(**ids, sessions=1, was=free[:1], candidates=candidates))
    await answer_note(it.service, AskNote(course_id=course))


async def test_an_event_of_a_year_nobody_reckons_with_is_read_at_the_edge() -> None:
    async with practice("records", "protocol", now=NOW) as it:
        for at in (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 3, tzinfo=UTC)):
            client, course = await client_of(it), uuid4()
            asked = {"client_id": client, "protocol": "pre_event_sports", "starts_on": date(2026, 3, 2), "event_at": at}
            opened = c.OpenCourse(now=it["protocol"].service.clock.now(), course_id=course, **asked)
            await put(it["protocol"], (stream(course), opened))
            await reads(it["protocol"], course, client)
        await it["protocol"].move_clock("2026-06-01T00:00:00Z")
        assert not it["protocol"].replica.alarm.failing


async def test_a_course_said_to_have_begun_in_1900_is_judged_ten_years_back() -> None:
    async with practice("records", "protocol", now=NOW) as it:
        asked = {"protocol": "fibromyalgia", "starts_on": "1900-01-01", "last_session_on": "1900-01-01"}
        for before in (5, 1000):
            client = await client_of(it)
            opened = await it["protocol"].post(
                "/courses", {"client_id": str(client), "sessions_before": before, **asked}
            )
            course = UUID(opened.body["course_id"])
            [row] = await it["protocol"].service.store.fetch(
                "select count(*) as n from event where client_id = $1", client
            )
            assert row["n"] < 1200
            away = {"from": "1900-01-01", "to": "2200-12-31", "reason": "client_away"}
            assert (await it["protocol"].post(f"/courses/{course}/pause", away)).status == 200
            await reads(it["protocol"], course, client)


async def test_exercise_of_year_1_that_an_older_version_took_can_be_read() -> None:
    async with practice("records", "protocol", now=NOW) as it:
        client, protocol = await client_of(it), it["protocol"]
        body = {"client_id": str(client), "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        body |= {"sessions_before": 12, "last_session_on": "2026-02-27"}
        course = UUID((await protocol.post("/courses", body)).body["course_id"])
        logged = ExerciseLogged(client_id=client, exercise_id=uuid4(), date=date.min, regions=["neck"], minutes=5)
        await put(protocol, (stream(course), c.CountExercise(now=protocol.service.clock.now(), exercise=logged)))
        await reads(protocol, course, client)
        await protocol.move_clock("2026-06-01T00:00:00Z")
        await reads(protocol, course, client)
        assert not protocol.replica.alarm.failing


async def test_an_instant_beyond_the_calendar_is_refused_whatever_its_offset() -> None:
    async with practice("records", "protocol", now=NOW) as it:
        client = await client_of(it)
        body = {"client_id": str(client), "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        course = (await it["protocol"].post("/courses", body)).body["course_id"]
        for at in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59", "2200-12-31T23:59:59-12:00"):
            answer = await it["protocol"].get(f"/courses/{course}?as_of={at}")
            assert (answer.status, answer.body["field"]) == (422, "as_of")
        for path in ("/adherence?limit=0", "/lapses?limit=-1", "/lapses?limit=0"):
            assert (await it["protocol"].get(path)).status == 422, path
