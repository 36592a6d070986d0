"""Delivery when the mail server, or we, do not behave: tried again, given up, never more than twice."""

from pathlib import Path
from urllib.parse import urlsplit

from services.notify.app import policy_of
from services.notify.domain.delivery import StartSending
from services.notify.domain.state import stream
from services.notify.sender import sending
from tests.harness import until
from tests.integration.notify.world import World, world


async def reminded(there: World) -> list[tuple[str, str | None]]:
    client = there.client()
    await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
    await there.go_to("2026-03-18T18:00:00Z")
    found = await there.messages(client, "reminder")
    return [(message["status"], message.get("error")) for message in found]


async def test_a_temporary_refusal_is_tried_again_a_minute_later(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        there.mail.answers = ["451 try later"]
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-02T15:03:00Z")
        [booking] = await there.messages(client, "booking")
        assert (booking["status"], booking["error"], booking["due_at"]) == (
            "planned",
            "smtp_451",
            "2026-03-02T15:04:00Z",
        )
        await there.go_to("2026-03-02T15:04:00Z")
        [booking] = await there.messages(client, "booking")
        assert booking["status"] == "sent"
        assert len({message["Message-ID"] for message in there.mail.tried}) == 1


async def test_a_reminder_nobody_takes_is_given_up_when_it_is_of_no_use_any_more(tmp_path: Path):
    async with world(tmp_path) as there:
        there.mail.answers = ["250 Kept", "250 Kept", *["451 try later"] * 99]
        assert await reminded(there) == [("sent", None), ("failed", "smtp_451")]
        assert len(there.mail.tried) == 2 + 5  # 14:00, 14:01, 14:06, 14:21, 15:21; a sixth at 16:21 is of no use


async def test_a_permanent_refusal_is_a_failure(tmp_path: Path):
    async with world(tmp_path) as there:
        there.mail.answers = ["250 Kept", "550 nobody here", "250 Kept"]
        assert await reminded(there) == [("failed", "smtp_550"), ("sent", None)]


async def test_a_cut_after_the_data_is_tried_once_more_with_the_same_id(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        there.mail.answers = ["cut"]
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-02T15:30:00Z")
        [booking] = await there.messages(client, "booking")
        assert booking["status"] == "sent"
        assert len(there.mail.inbox) == 2
        assert len({message["Message-ID"] for message in there.mail.inbox}) == 1


async def test_a_second_cut_ends_it_as_maybe_sent(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        there.mail.answers = ["cut", "cut"]
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-03T15:30:00Z")
        [booking] = await there.messages(client, "booking")
        assert (booking["status"], booking["error"]) == ("failed", "maybe_sent")
        assert len(there.mail.inbox) == 2


async def test_a_claim_that_nobody_reports_on_lapses_and_is_sent_once_more(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        there.away = {"records"}  # so that nobody sends while we play the sender who dies after the claim
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        service = there.it.service
        service.clock.move(there.now.replace(minute=3))
        due = await _claimed(there, client)
        assert due == ["sending"]
        there.away = set()
        await there.go_to("2026-03-02T15:30:00Z")
        [booking] = await there.messages(client, "booking")
        assert booking["status"] == "sent"
        assert len(there.mail.inbox) == 1


async def _claimed(there: World, client) -> list[str]:
    async def letter():
        state = await there.it.service.store.state(stream(client))
        return next((m for m in state.messages.values() if m.lead is None and m.status == "due"), None)

    message = await until(letter)
    state = await there.it.service.store.state(stream(client))
    said = state.contents[message.message_id]
    claim = StartSending(message_id=message.message_id, now=there.now, seen=said)
    await there.it.service.own._desk.put(stream(client), claim)
    state = await there.it.service.store.state(stream(client))
    return [state.messages[message.message_id].status]


async def test_a_server_that_is_away_is_waited_for(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        server, there.it.service.own._desk.server._url = there.it.service.own._desk.server._url, _nobody()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-02T15:03:30Z")
        [booking] = await there.messages(client, "booking")
        assert (booking["status"], booking["error"]) == ("planned", "unreachable")
        there.it.service.own._desk.server._url = server
        await there.go_to("2026-03-02T15:30:00Z")
        assert [m["status"] for m in await there.messages(client, "booking")] == ["sent"]


def _nobody():
    return urlsplit("smtp://127.0.0.1:1")


async def test_no_more_go_out_in_a_minute_than_the_practice_allows(tmp_path: Path):
    async with world(tmp_path, reminders={"per_minute": 3}) as there:
        for n in range(5):
            client = there.client(email=f"c{n}@client.test")
            await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-02T15:03:00Z")
        assert len(there.mail.inbox) == 3
        await there.go_to("2026-03-02T15:04:00Z")
        assert len(there.mail.inbox) == 5


async def test_a_sender_that_has_not_looked_yet_says_so(tmp_path: Path):
    async with world(tmp_path) as there:
        service = there.it.service
        async with sending(policy_of(service.practice), service) as started:
            assert started.pending()
            await until(lambda: not started.pending())
