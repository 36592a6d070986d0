"""The HTTP contract of notify (api.md)."""

from pathlib import Path

import pytest
import uuid_utils.compat as uuid

from tests.integration.notify.world import world


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channels": ["pigeon"]}, "channels[0]"),
        ({"lead_times": ["two days"]}, "lead_times[0]"),
        ({"lead_times": ["P2D", "P2D"]}, "lead_times"),
        ({"quiet": {"from": "25:00", "to": "08:00"}}, "quiet.from"),
        ({"quiet": {"from": "21:00"}}, "quiet.to"),
        ({"language": "klingon!"}, "language"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_wishes_that_cannot_be_meant_are_refused(tmp_path: Path, body, field):
    async with world(tmp_path) as there:
        answer = await there.it.put(f"/clients/{there.client()}/preferences", body)
        assert (answer.status, answer.body["field"]) == (422, field)


async def test_who_nobody_knows_has_neither_messages_nor_wishes(tmp_path: Path):
    async with world(tmp_path) as there:
        assert (await there.it.get(f"/clients/{uuid.uuid7()}/messages")).status == 404
        assert (await there.it.put(f"/clients/{uuid.uuid7()}/preferences", {})).status == 404
        assert (await there.it.get("/clients/nobody/messages")).status == 404


async def test_a_client_reads_their_own_messages_only(tmp_path: Path):
    async with world(tmp_path) as there:
        client, other = there.client(), there.client()
        mine = await there.it.get(f"/clients/{client}/messages", role="client", client_id=client)
        theirs = await there.it.get(f"/clients/{other}/messages", role="client", client_id=client)
        assert (mine.status, mine.body, theirs.status) == (200, {"messages": []}, 403)
        assert (await there.it.get(f"/clients/{client}/messages", role="therapist")).status == 403


async def test_records_away_is_a_503_for_wishes(tmp_path: Path):
    async with world(tmp_path) as there:
        there.away = {"records"}
        assert (await there.it.put(f"/clients/{there.client()}/preferences", {})).status == 503


async def test_replies_are_not_served_yet(tmp_path: Path):
    async with world(tmp_path) as there:
        assert (await there.it.post("/replies", {})).status == 501


async def test_messages_come_in_pages(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        first = (await there.it.get(f"/clients/{client}/messages?limit=2")).body
        rest = (await there.it.get(f"/clients/{client}/messages?limit=2&cursor={first['next_cursor']}")).body
        assert [m["kind"] for m in first["messages"] + rest["messages"]] == ["booking", "reminder", "reminder"]
        assert "next_cursor" not in rest
