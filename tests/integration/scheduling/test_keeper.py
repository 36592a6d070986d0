"""The keeper of promises starts where a service that was killed left off, and waits for who is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.scheduling import app
from shared.running import running
from shared.service import Service
from tests.harness import practice, until
from tests.integration.scheduling.conftest import NOW, Desk
from tests.integration.scheduling.test_rolling import WEDNESDAY, weeks
from tests.integration.scheduling.test_waitlist import TUESDAY_TEN, cancel, full, offers, waits


@asynccontextmanager
async def asleep(_: Service) -> AsyncIterator[None]:
    """A service that was killed before its keeper came round."""
    yield None


async def maintenance(desk: Desk) -> str:
    """A course in maintenance whose visits are to be kept booked."""
    client = await desk.register()
    body = {"client_id": client, "protocol": "neuromuscular_maintenance", "starts_on": "2026-03-02"}
    course = (await desk.protocol.post("/courses", body)).body["course_id"]
    rhythm = {"weekday": "wed", "time": "10:00", "therapist_id": desk.therapists[1], "minutes": 60}
    assert (await desk.it.put(f"/courses/{course}/rolling", rhythm)).status == 200
    return client


async def test_what_was_left_undone_is_done_after_a_restart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "keeping", asleep)
    async with practice("records", "protocol", "scheduling", now=NOW) as group:
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        taken = await full(desk)
        place = await waits(desk)
        await cancel(desk, taken)
        client = await maintenance(desk)
        assert (await offers(desk), await desk.itinerary(client)) == ({place["client_id"]: None}, [])
        monkeypatch.undo()
        of = desk.it.service
        async with running(Service(app.build(of.config, of.practice), of.config, of.practice, of.clock)) as again:
            await until(lambda: not again.service.own.pending())
            assert await offers(desk) == {place["client_id"]: TUESDAY_TEN}
            assert [one["starts_at"] for one in await desk.itinerary(client)] == weeks(8, WEDNESDAY)


async def test_without_protocol_nothing_is_offered_and_it_stays_to_be_done():
    async with practice("records", "protocol", "scheduling", now=NOW) as group:
        desk = await Desk(group["scheduling"], group["records"], group["protocol"]).set_up()
        taken = await full(desk)
        place = await waits(desk, desk.client_id, course_id=desk.course_id)
        await desk.protocol.service.bus.close()
        answer = await desk.change(taken, "cancel", {"reason": "client_ill"})
        assert answer.status == 200, answer.body
        await until(lambda: desk.it.service.own._held_up)
        assert await offers(desk) == {place["client_id"]: None}
        assert desk.it.service.own.pending()
