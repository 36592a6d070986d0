"""The therapist's note by e-mail: the evening before, at once when late, again only when it changed."""

from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from shared.events.protocol import NotePrepared
from shared.rebuild import rebuild
from tests.integration.notify.world import THERAPIST, World, world

COURSE = UUID(int=70)


def note(there: World, digest: str = "d1", **more) -> None:
    """The course's note as protocol gives it now."""
    there.notes[COURSE] = {
        "ordinal": 1,
        "phase": {"kind": "series", "number": 1, "sessions": 10, "done": 0},
        "minutes": 60,
        "positions": ["side-lying, folded towel"],
        "sequence": [
            {"step": 1, "technique": "effleurage", "minutes": 5, "detail": "opening strokes", "source": "A, step 1"}
        ],
        "focus": [{"region": "upper_back", "minutes": 10, "why": "hurts most"}],
        "not_yet": [{"what": "exercise", "from": "after session 10"}],
        "cautions": [{"text": "keep off the carotid artery", "source": "A, figure 2"}],
        "exercise": None,
        "last_session": None,
        "digest": digest,
    } | more


async def test_the_note_comes_the_evening_before_at_six(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        note(there)
        visit = there.visit(client, "2026-03-09T14:00:00Z", COURSE)
        await there.book(visit)
        await there.go_to("2026-03-08T21:59:00Z")
        assert not there.mail.to("ana@riverside.test")
        await there.go_to("2026-03-08T22:00:00Z")  # 18:00, hours after the clocks changed
        [message] = there.mail.to("ana@riverside.test")
        assert message["Subject"] == "Note for your visit on Monday 9 March at 10:00"
        text = message.get_body().get_content()
        assert "Zoë Quillfeather" in text
        assert "effleurage" in text
        assert "keep off the carotid artery" in text
        [briefing] = (await there.it.get(f"/therapists/{THERAPIST}/briefings", role="therapist")).body["briefings"]
        assert briefing["appointment_id"] == str(visit.appointment_id)
        assert briefing["delivered_at"] == "2026-03-08T22:00:00Z"


async def test_the_note_of_a_visit_booked_late_comes_at_once(tmp_path: Path):
    async with world(tmp_path, now="2026-03-08T23:30:00Z") as there:
        client = there.client()
        note(there)
        await there.book(there.visit(client, "2026-03-09T14:00:00Z", COURSE))
        assert len(there.mail.to("ana@riverside.test")) == 1


async def test_it_comes_again_only_when_it_changed(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        note(there)
        await there.book(there.visit(client, "2026-03-09T14:00:00Z", COURSE))
        await there.go_to("2026-03-09T00:00:00Z")
        prepared = {"client_id": client, "course_id": COURSE, "ordinal": 1, "prepared_at": there.now}
        await there.say(NotePrepared(**prepared, digest="d1"))
        assert len(there.mail.to("ana@riverside.test")) == 1
        note(there, "d2")
        await there.say(NotePrepared(**prepared, digest="d2"))
        await there.say(NotePrepared(**prepared, digest="d2"))
        assert len(there.mail.to("ana@riverside.test")) == 2


async def test_the_note_for_the_next_session_is_not_sent_for_a_visit_that_is_over(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        note(there)
        await there.book(there.visit(client, "2026-03-09T14:00:00Z", COURSE))
        await there.go_to("2026-03-09T15:30:00Z")
        note(there, "d2")
        whose = {"client_id": client, "course_id": COURSE, "ordinal": 2, "prepared_at": there.now}
        await there.say(NotePrepared(**whose, digest="d2"))
        assert len(there.mail.to("ana@riverside.test")) == 1


async def test_no_note_for_a_cancelled_visit_and_one_for_the_new_time_of_a_moved_one(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        note(there)
        off, later = (
            there.visit(client, "2026-03-09T14:00:00Z", COURSE),
            there.visit(client, "2026-03-11T14:00:00Z", COURSE),
        )
        await there.book(off, later)
        await there.cancel(off)
        await there.move(later, "2026-03-13T14:00:00Z")
        await there.go_to("2026-03-13T14:00:00Z")
        [message] = there.mail.to("ana@riverside.test")
        assert message["Subject"] == "Note for your visit on Friday 13 March at 10:00"


async def test_another_therapist_gets_the_note_when_the_visit_is_given_to_them(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        note(there)
        visit = there.visit(client, "2026-03-09T14:00:00Z", COURSE)
        await there.book(visit)
        other = replace(
            visit, therapist_id=UUID(int=51), therapist_email="ben@riverside.test", therapist_name="Ben Oak"
        )
        there.visits[visit.appointment_id] = other
        await there.move(other, "2026-03-09T15:00:00Z")
        await there.go_to("2026-03-09T15:00:00Z")
        assert (len(there.mail.to("ana@riverside.test")), len(there.mail.to("ben@riverside.test"))) == (0, 1)


async def test_read_models_made_again_say_the_same(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        note(there)
        first, second = there.visit(client, "2026-03-09T14:00:00Z", COURSE), there.visit(client, "2026-03-11T14:00:00Z")
        await there.book(first, second)
        await there.go_to("2026-03-08T23:00:00Z")
        await there.move(second, "2026-03-12T14:00:00Z")
        await there.cancel(first)
        before = await everything(there)
        await rebuild(there.it.service)
        assert await everything(there) == before


async def everything(there: World) -> list[str]:
    found = []
    for table in ("message", "visit", "briefing"):
        rows = await there.it.service.store.fetch(f"select t::text as row from {table} t order by 1")
        found += [row["row"] for row in rows]
    return found
