"""Reminders over real SMTP: each exactly once, at the right local time, with the right details."""

from pathlib import Path

from icalendar import Calendar

from services.notify.app import build
from shared.clock import Clock
from shared.running import running
from shared.service import Service
from tests.harness import until
from tests.integration.notify.world import World, world


def calendar_of(message) -> Calendar:
    [attached] = message.iter_attachments()
    return Calendar.from_ical(attached.get_payload(decode=True))


async def test_a_visit_is_reminded_of_two_days_and_three_hours_before(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-18T18:00:00Z")
        found = [(m["lead"], m["sent_at"], m["status"]) for m in await there.messages(client, "reminder")]
        assert found == [("P2D", "2026-03-16T17:00:00Z", "sent"), ("PT3H", "2026-03-18T14:00:00Z", "sent")]
        assert len(there.mail.inbox) == 3  # the booking, and two reminders


async def test_a_reminder_says_when_and_where_and_nothing_of_health(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        visit = there.visit(client, "2026-03-18T14:00:00Z")
        await there.book(visit)
        await there.go_to("2026-03-16T14:00:00Z")
        message = there.mail.inbox[-1]
        assert message["Subject"] == "Riverside Practice: your visit on Wednesday 18 March at 10:00"
        assert message["From"] == "Riverside Practice <desk@riverside.test>"
        assert message["To"] == "Zoë Quillfeather <zoe@client.test>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime == there.now
        [listed] = [m for m in await there.messages(client, "reminder") if m["status"] == "sent"]
        assert message["Message-ID"] == f"<{listed['message_id']}@riverside.test>"
        text = message.get_body().get_content()
        assert "Your next visit is on Wednesday 18 March at 10:00 with Ana Moreno." in text
        assert "14 Mill Lane" in text
        [event] = calendar_of(message).walk("VEVENT")
        assert (event["UID"], event["SEQUENCE"]) == (str(visit.appointment_id), 0)
        assert event["DTSTART"].dt == visit.starts_at
        assert "fibromyalgia" not in message.as_string().lower()


async def test_who_lives_elsewhere_reads_whose_clock_is_meant_and_is_left_to_sleep(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client(timezone="Asia/Tokyo")
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-18T18:00:00Z")
        # 13:00 in New York is 02:00 the next day in Tokyo, so both moments lie in its night: 21:00 to 08:00 there.
        found = [(m["lead"], m["sent_at"]) for m in await there.messages(client, "reminder")]
        assert found == [("P2D", "2026-03-16T23:00:00Z"), ("PT3H", "2026-03-18T11:59:00Z")]
        assert "at 13:00 (New York time, Thursday 02:00 for you)" in there.mail.inbox[-1].get_body().get_content()


async def test_a_move_withdraws_the_reminders_and_arms_them_again(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        visit = there.visit(client, "2026-03-18T17:00:00Z")
        await there.book(visit)
        await there.go_to("2026-03-16T17:30:00Z")
        await there.move(visit, "2026-03-20T18:00:00Z")
        await there.go_to("2026-03-20T19:00:00Z")
        found = [(m["lead"], m["status"], m.get("error")) for m in await there.messages(client, "reminder")]
        assert sorted(found, key=str) == [
            ("P2D", "sent", None),
            ("P2D", "sent", None),
            ("PT3H", "sent", None),
            ("PT3H", "withdrawn", "moved"),
        ]
        [event] = calendar_of(there.mail.inbox[-1]).walk("VEVENT")
        assert event["SEQUENCE"] == 1


async def test_a_cancelled_visit_is_not_reminded_of(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        visit = there.visit(client, "2026-03-18T17:00:00Z")
        await there.book(visit)
        await there.go_to("2026-03-10T17:00:00Z")
        await there.cancel(visit)
        await there.go_to("2026-03-18T18:00:00Z")
        assert {m["status"] for m in await there.messages(client, "reminder")} == {"withdrawn"}
        cancellation = there.mail.inbox[-1]
        assert cancellation["Subject"] == "Riverside Practice: a visit is cancelled"
        [event] = calendar_of(cancellation).walk("VEVENT")
        assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


async def test_wishes_change_what_is_still_to_come(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        wish = {"channels": ["email"], "lead_times": ["P1D"], "quiet": {"from": "21:00", "to": "14:00"}}
        assert (await there.it.put(f"/clients/{client}/preferences", wish)).status == 200
        await there.go_to("2026-03-18T18:00:00Z")
        found = [(m["lead"], m["sent_at"]) for m in await there.messages(client, "reminder") if m["status"] == "sent"]
        assert found == [("P1D", "2026-03-17T18:00:00Z")]


async def test_nobody_is_planned_for_in_the_wrong_zone_while_records_is_away(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client(timezone="Asia/Tokyo")
        there.away = {"records"}
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        assert not await there.messages(client, "reminder")
        there.away = set()
        await until(lambda: _planned(there, client))
        assert len(await there.messages(client, "reminder")) == 2


async def _planned(there: World, client) -> list[object]:
    return await there.messages(client, "reminder")


async def test_after_an_outage_one_message_says_what_is_still_of_use(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        over, next_one = there.visit(client, "2026-03-18T17:00:00Z"), there.visit(client, "2026-03-20T17:00:00Z")
        await there.book(over, next_one, there.visit(client, "2026-03-22T15:00:00Z"))
        await there.go_to("2026-03-10T17:00:00Z")
        there.it.service.clock.move(there.now.replace(day=20, hour=15))  # nobody rang for ten days
        await there.it.settled()
        found = [(m["status"], m.get("error")) for m in await there.messages(client, "reminder")]
        assert found == [
            ("withdrawn", "too_late"),  # two days before the first visit, which is over
            ("withdrawn", "too_late"),
            ("sent", None),  # two days before the second, and for all three that are of use
            ("withdrawn", "covered"),
            ("withdrawn", "covered"),
            ("planned", None),
        ]
        assert len(there.mail.inbox) == 2
        assert len(calendar_of(there.mail.inbox[-1]).walk("VEVENT")) == 2


async def test_two_replicas_send_each_message_once(tmp_path: Path):
    async with world(tmp_path) as there:
        one = there.it.service
        clock = Clock(there.now)
        two = Service(build(one.config, one.practice), one.config, one.practice, clock)
        async with running(two):
            clients = [there.client(email=f"c{n}@client.test") for n in range(12)]
            for client in clients:
                await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
            clock.move(there.now.replace(hour=16))
            await there.go_to("2026-03-02T16:00:00Z")
            await until(lambda: len(there.mail.inbox) == 12)
        assert {len(there.mail.to(f"c{n}@client.test")) for n in range(12)} == {1}


async def test_nothing_personal_is_kept_or_logged(tmp_path: Path, capfd):
    async with world(tmp_path) as there:
        client = there.client()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        there.mail.answers = ["451 no zoe@client.test here today"]
        await there.go_to("2026-03-18T18:00:00Z")
        assert len(there.mail.inbox) == 3
        stored = ""
        for table in ("public.event", "message", "visit", "briefing", "public.request", "public.timer"):
            rows = await there.it.service.store.fetch(f"select t::text as row from {table} t")
            stored += "".join(row["row"] for row in rows)
    logged = "".join(capfd.readouterr())
    for planted in ("Quillfeather", "Zoë", "zoe@client.test"):
        assert planted not in stored
        assert planted not in logged
