"""Looked at again at the moment of sending: visit, consent, address, erasure."""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from shared.events.protocol import BreakStarted
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


BREAK = {"number": 1, "weeks": 2, "started_on": date(2026, 3, 1), "first_day": date(2026, 3, 15)}
NO_CONSENT: list[dict[str, bool]] = [{}, {"email": False}, {"sms": True}, {"email": False, "sms": True}]


async def test_who_did_not_agree_to_email_gets_none(tmp_path: Path):
    async with world(tmp_path) as there:
        clients = [there.client(consents=consents) for consents in NO_CONSENT]
        for n, client in enumerate(clients):
            await there.book(there.visit(client, f"2026-03-18T{17 + n}:00:00Z"))
            await there.say(BreakStarted(client_id=client, course_id=client, **BREAK))
        await there.go_to("2026-03-19T18:00:00Z")
        for client in clients:
            assert {(m["status"], m["error"]) for m in await there.messages(client)} == {("withdrawn", "no_consent")}
        assert not there.mail.inbox


async def test_who_agrees_later_gets_the_reminders_still_to_come(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client(consents={})
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-16T20:00:00Z")
        assert {(m["kind"], m["error"]) for m in await there.messages(client) if m["status"] == "withdrawn"} == {
            ("booking", "no_consent"),
            ("reminder", "no_consent"),
        }
        there.contacts[client] = replace(there.contacts[client], consents={"email": True})
        await there.go_to("2026-03-18T18:00:00Z")
        sent = [m["lead"] for m in await there.messages(client) if m["status"] == "sent"]
        assert (sent, len(there.mail.inbox)) == (["PT3H"], 1)


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
        rows = await there.it.service.store.fetch("select status, error from message")
        assert {tuple(row) for row in rows} == {("withdrawn", "erased")}
        assert (await there.it.get(f"/clients/{client}/messages")).status == 404
        assert not there.mail.inbox
