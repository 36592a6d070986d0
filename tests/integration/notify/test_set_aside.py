"""What one person's messages fail on concerns nobody else: it is set aside, seen and told."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import uuid_utils.compat as uuid

from services.notify import writing
from services.notify.domain.correspondence import SetPreferences
from services.notify.domain.state import stream
from shared import metrics
from shared.messages import Cause
from shared.store.unit import Tx
from tests.integration.notify.world import THERAPIST, World, world

STARTS, OVER = "2026-03-18T17:00:00Z", "2026-03-18T18:00:00Z"


async def stored_before(there: World, client: UUID, **wishes: Any) -> None:
    """Wishes as an older version took them."""

    async def unit(tx: Tx) -> None:
        await tx.decide(stream(client), SetPreferences(client_id=client, now=there.now, **wishes))

    await there.it.service.store.write(unit, Cause(actor="test", correlation_id=uuid.uuid7()))


async def outcome(there: World, client: UUID, kind: str) -> list[tuple[str, str | None]]:
    return [(message["status"], message.get("error")) for message in await there.messages(client, kind)]


@pytest.mark.parametrize(
    ("wishes", "reminders"),
    [
        ({"quiet_from": "21:00\n", "quiet_to": "08:00"}, 2),
        ({"quiet_from": "21:0٠", "quiet_to": "0٨:00"}, 2),
        ({"lead_times": ["P1٢D"]}, 1),
        ({"quiet_from": "late", "quiet_to": "25:61"}, 2),
        ({"lead_times": ["soon", "P2D", "PT3H"]}, 2),
        ({"lead_times": ["P99999999999D"]}, 2),
    ],
)
async def test_wishes_of_an_older_version_are_read_or_the_defaults_stand_for_them(
    tmp_path: Path, wishes: dict[str, Any], reminders: int
):
    async with world(tmp_path) as there:
        client = there.client()
        await stored_before(there, client, **wishes)
        await there.book(there.visit(client, STARTS))
        await there.go_to(OVER)
        assert await outcome(there, client, "reminder") == [("sent", None)] * reminders


async def test_work_that_fails_for_one_person_holds_up_nobody_and_is_counted(tmp_path: Path, monkeypatch):
    async with world(tmp_path) as there:
        poisoned, other = there.client(), there.client(email="other@client.test")
        there.contacts[poisoned] = {"name": 5}  # type: ignore[assignment] # an answer that cannot be read
        await there.book(there.visit(poisoned, STARTS), there.visit(other, STARTS))
        await there.go_to("2026-03-02T15:03:00Z")
        assert await outcome(there, other, "booking") == [("sent", None)]
        assert sum(one.value for one in metrics.work_set_aside.collect()[0].samples) == 2
        del there.contacts[poisoned]
        there.contacts[poisoned] = there.contacts[other]
        await there.go_to("2026-03-02T15:30:00Z")
        assert await outcome(there, poisoned, "booking") == [("sent", None)]
        assert not metrics.work_set_aside.collect()[0].samples


async def test_a_message_that_cannot_be_made_ends_as_failed_and_the_others_of_the_client_go_out(
    tmp_path: Path, monkeypatch
):
    def broken(*_: Any) -> Any:
        raise KeyError("a fault of ours")

    async with world(tmp_path) as there:
        client = there.client()
        monkeypatch.setattr(writing, "reminder", broken)
        await there.book(there.visit(client, "2026-03-02T20:00:00Z"))
        await there.go_to("2026-03-02T17:03:00Z")
        assert await outcome(there, client, "reminder") == [("planned", "not_made")]
        await there.go_to("2026-03-02T21:00:00Z")
        assert await outcome(there, client, "reminder") == [("failed", "not_made")]
        assert await outcome(there, client, "booking") == [("sent", None)]


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [("p@müller.com", "p@xn--mller-kva.com"), ("zoe@client.test\n", "zoe@client.test"), ("desk@localhost",) * 2],
)
async def test_an_address_is_written_to_in_the_form_every_server_takes(tmp_path: Path, address: str, sent_to: str):
    async with world(tmp_path, sender="praxis@müller.com") as there:
        client = there.client(email=address)
        await there.book(there.visit(client, STARTS))
        await there.go_to(OVER)
        assert await outcome(there, client, "reminder") == [("sent", None)] * 2
        assert len(there.mail.to(sent_to)) == len(there.mail.inbox) == 3
        assert {message["From"].addresses[0].addr_spec for message in there.mail.inbox} == {"praxis@xn--mller-kva.com"}


@pytest.mark.parametrize(
    "address", ["josé@example.com", "a,b@example.org", "no address", "<q>@example.org", "\u202ea@b.org"]
)
async def test_an_address_nobody_can_write_to_has_failed_at_once(tmp_path: Path, address: str):
    async with world(tmp_path) as there:
        client = there.client(email=address)
        await there.book(there.visit(client, STARTS))
        await there.go_to(OVER)
        assert {*await outcome(there, client, "reminder"), *await outcome(there, client, "booking")} == {
            ("failed", "bad_address")
        }
        assert not there.mail.tried


async def test_a_therapists_address_goes_the_same_way(tmp_path: Path):
    async with world(tmp_path) as there:
        course = UUID(int=7)
        there.notes[course] = {"digest": "d"}
        for starts, address in (
            ("2026-03-18T17:00:00Z", "ana@müller.com"),
            ("2026-03-19T17:00:00Z", "a,b@riverside.test"),
        ):
            visit = there.visit(there.client(), starts, course)
            there.visits[visit.appointment_id] = msgspec.structs.replace(visit, therapist_email=address)
            await there.book(visit)
        await there.go_to("2026-03-19T18:00:00Z")
        rows = await there.it.service.store.fetch(
            "select status, error from message where therapist_id = $1 order by due_at", THERAPIST
        )
        assert [tuple(row) for row in rows] == [("sent", None), ("failed", "bad_address")]
        assert len(there.mail.to("ana@xn--mller-kva.com")) == 1


BAD_WISHES: list[tuple[dict[str, Any], str]] = [
    ({"quiet": {"from": "21:00\n", "to": "08:00"}}, "quiet.from"),
    ({"quiet": {"from": "21:0٣", "to": "08:00"}}, "quiet.from"),
    ({"quiet": {"from": "21:00", "to": "24:00"}}, "quiet.to"),
    ({"quiet": {"from": "21:00", "to": "8:00"}}, "quiet.to"),
    ({"lead_times": ["P1٢D"]}, "lead_times[0]"),
    ({"lead_times": ["P2D\n"]}, "lead_times[0]"),
    ({"lead_times": ["PT3H"] * 2}, "lead_times"),
    ({"lead_times": [f"P{n}D" for n in range(1, 7)]}, "lead_times"),
    ({"language": "en\n"}, "language"),
    ({"language": ""}, "language"),
    ({"channels": ["email"] * 3}, "channels"),
]


async def test_what_cannot_be_meant_is_no_wish(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        for wish, field in BAD_WISHES:
            answer = await there.it.put(f"/clients/{client}/preferences", wish)
            assert (answer.status, answer.body.get("field")) == (422, field), wish
            assert "regex" not in answer.body["detail"]
        for path in ("limit=0", "limit=-1", "cursor=-1", "cursor=99999999999999999999", "limit=1٠"):
            assert (await there.it.get(f"/clients/{client}/messages?{path}")).status == 422, path
        assert (await there.it.get(f"/clients/{client}/messages?limit=99999999999")).status == 200
