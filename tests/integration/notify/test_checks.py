"""Looked at again at the moment of sending: visit, consent, address, erasure."""

from pathlib import Path

from shared.events.records import ClientErased
from tests.integration.notify.world import world


async def test_a_visit_cancelled_a_moment_ago_is_not_reminded_of_though_nobody_told_us(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        visit = there.visit(client, "2026-03-18T17:00:00Z")
        await there.book(visit)
        del there.visits[visit.appointment_id]
        await there.go_to("2026-03-18T18:00:00Z")
        assert {m["error"] for m in await there.messages(client, "reminder")} == {"unknown_visit"}


async def test_who_takes_no_email_gets_none(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client(consents={"email": False})
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-18T18:00:00Z")
        assert {(m["status"], m["error"]) for m in await there.messages(client)} == {("withdrawn", "no_consent")}
        assert not there.mail.inbox


async def test_a_client_without_an_address_is_a_failure_the_desk_can_see(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client(email=None)
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-18T18:00:00Z")
        assert {(m["status"], m["error"]) for m in await there.messages(client)} == {("failed", "no_address")}


async def test_an_erased_client_is_told_nothing(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        del there.contacts[client]
        await there.say(ClientErased(client_id=client))
        await there.go_to("2026-03-18T18:00:00Z")
        assert {(m["status"], m["error"]) for m in await there.messages(client)} == {("withdrawn", "erased")}
        assert not there.mail.inbox
