"""Letters over real SMTP: the news of a while in one message, worded so that it says what stays."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from shared.events.protocol import BreakStarted, ExerciseMilestone
from shared.events.scheduling import OfferLapsed, SlotOffered
from tests.integration.notify.test_reminders import calendar_of
from tests.integration.notify.world import World, world

COURSE = UUID(int=70)


async def test_a_whole_course_is_one_message_that_lists_all_visits(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        days = [there.now.date() + timedelta(days=3 * n + 1) for n in range(30)]
        visits = [there.visit(client, f"{day}T18:00:00Z", COURSE) for day in days]
        await there.book(*visits)
        await there.go_to("2026-03-02T15:03:00Z")
        [booking] = await there.messages(client, "booking")
        assert booking["status"] == "sent"
        assert set(booking["appointment_ids"]) == {str(visit.appointment_id) for visit in visits}
        [message] = there.mail.inbox
        assert message["Subject"] == "Riverside Practice: your visits are booked"
        assert message.get_body().get_content().count("with Ana Moreno") == 30
        assert len(calendar_of(message).walk("VEVENT")) == 30
        assert len(calendar_of(message).walk("VTIMEZONE")) == 1
        assert len(await there.messages(client, "reminder")) == 59  # the first visit is tomorrow: no P2D


async def test_a_booking_taken_back_within_three_minutes_is_not_told(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        visit = there.visit(client, "2026-03-18T17:00:00Z")
        await there.book(visit)
        await there.go_to("2026-03-02T15:02:00Z")
        await there.cancel(visit)
        await there.go_to("2026-03-18T18:00:00Z")
        assert not there.mail.inbox
        assert {m["status"] for m in await there.messages(client)} == {"withdrawn"}


async def booked_and_told(there: World) -> tuple[UUID, list]:
    client = there.client()
    visits = [there.visit(client, f"2026-03-{day}T14:00:00Z", COURSE) for day in (18, 20, 24)]
    await there.book(*visits)
    await there.go_to("2026-03-02T15:03:00Z")
    return client, visits


async def test_a_message_about_one_visit_says_that_the_others_stay(tmp_path: Path):
    async with world(tmp_path) as there:
        _, visits = await booked_and_told(there)
        await there.move(visits[0], "2026-03-18T15:15:00Z")
        await there.go_to("2026-03-02T16:03:00Z")
        message = there.mail.inbox[-1]
        text = message.get_body().get_content()
        assert "It was Wednesday 18 March at 10:00. It is now Wednesday 18 March at 11:15 with Ana Moreno." in text
        assert "Your other 2 visits stay as they are." in text
        assert message["Subject"] == "Riverside Practice: a new time for your visit"


async def test_a_visit_that_only_changes_hands_keeps_its_time(tmp_path: Path):
    async with world(tmp_path) as there:
        _, visits = await booked_and_told(there)
        given = await there.move(visits[0], "2026-03-18T14:00:00Z", therapist_name="Ben Osei")
        await there.move(given, "2026-03-18T14:00:00Z", room_name="Garden room")
        await there.go_to("2026-03-02T16:03:00Z")
        message = there.mail.inbox[-1]
        text = message.get_body().get_content()
        assert "Your visit on Wednesday 18 March at 10:00 keeps its time." in text
        assert "It is now with Ben Osei, Garden room." in text
        assert "We moved" not in text
        assert "Your other 2 visits stay as they are." in text
        assert message["Subject"] == "Riverside Practice: a change to your visit"


async def test_news_within_the_hour_waits_and_goes_out_as_one(tmp_path: Path):
    async with world(tmp_path) as there:
        client, visits = await booked_and_told(there)
        await there.move(visits[0], "2026-03-18T15:15:00Z")
        await there.go_to("2026-03-02T15:40:00Z")
        await there.cancel(visits[1])
        await there.go_to("2026-03-02T16:02:00Z")
        assert len(there.mail.inbox) == 1
        await there.go_to("2026-03-02T16:03:00Z")
        assert len(there.mail.inbox) == 2
        text = there.mail.inbox[-1].get_body().get_content()
        assert "Your visit on Friday 20 March at 10:00 is cancelled." in text
        assert "Your other visit stays as it is." in text
        [change] = await there.messages(client, "change")
        assert len(change["appointment_ids"]) == 2


async def test_a_letter_of_the_night_waits_for_the_morning(tmp_path: Path):
    async with world(tmp_path, now="2026-03-03T02:30:00Z") as there:
        client = there.client()
        await there.book(there.visit(client, "2026-03-18T17:00:00Z"))
        await there.go_to("2026-03-03T15:00:00Z")
        [booking] = await there.messages(client, "booking")
        assert booking["sent_at"] == "2026-03-03T13:00:00Z"


async def test_a_break_is_told_with_the_first_day_and_the_next_visit(tmp_path: Path):
    async with world(tmp_path) as there:
        client, _ = await booked_and_told(there)
        rest = BreakStarted(
            client_id=client,
            course_id=COURSE,
            number=1,
            weeks=2,
            started_on=date(2026, 3, 2),
            first_day=date(2026, 3, 16),
        )
        await there.say(rest)
        await there.go_to("2026-03-02T16:03:00Z")
        text = there.mail.inbox[-1].get_body().get_content()
        assert "your body rests for two weeks. There is no massage until Monday 16 March." in text
        assert "Your next visit is on Wednesday 18 March at 10:00." in text
        assert [m["status"] for m in await there.messages(client, "break")] == ["sent"]


async def test_exercise_is_told_once_it_is_cleared_and_no_other_milestone(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        whose = {"client_id": client, "course_id": COURSE, "on": date(2026, 3, 2)}
        await there.say(ExerciseMilestone(**whose, kind="cleared", per_week=2))
        await there.say(ExerciseMilestone(**whose, kind="week_met", value=2))
        await there.go_to("2026-03-02T17:00:00Z")
        [message] = there.mail.inbox
        assert "start to exercise at home, 2 or 3 days a week" in message.get_body().get_content()
        assert [m["kind"] for m in await there.messages(client)] == ["exercise"]


def offer(client: UUID, starts_at: str, until: str) -> SlotOffered:
    """Scheduling keeps a time for the client."""
    begins = datetime.fromisoformat(starts_at)
    return SlotOffered(
        client_id=client,
        waitlist_id=uuid4(),
        offer_id=uuid4(),
        therapist_id=uuid4(),
        room_id=uuid4(),
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        until=datetime.fromisoformat(until),
    )


async def test_an_offered_time_is_told_once_with_the_hour_until_which_it_is_kept(tmp_path: Path):
    async with world(tmp_path) as there:
        client = there.client()
        await there.say(offer(client, "2026-03-05T15:00:00Z", "2026-03-02T17:00:00Z"))
        await there.go_to("2026-03-02T16:00:00Z")
        [message] = there.mail.inbox
        assert message["Subject"] == "Riverside Practice: a time is free for you"
        text = message.get_body().get_content()
        assert "Thursday 5 March at 10:00. We keep it for you until Monday 2 March at 12:00." in text
        assert "calendar" not in text
        [told] = await there.messages(client)
        assert (told["kind"], told["status"], told.get("appointment_ids")) == ("waitlist", "sent", None)


async def test_an_offer_that_is_over_is_not_told(tmp_path: Path):
    async with world(tmp_path) as there:
        short, lapsed = (there.client() for _ in range(2))
        made = offer(lapsed, "2026-03-05T15:00:00Z", "2026-03-02T17:00:00Z")
        await there.say(offer(short, "2026-03-02T15:02:00Z", "2026-03-02T15:02:00Z"), made)
        names = ("client_id", "waitlist_id", "offer_id", "starts_at")
        await there.say(OfferLapsed(**{name: getattr(made, name) for name in names}))
        await there.go_to("2026-03-02T16:00:00Z")
        assert not there.mail.inbox
        for client in (short, lapsed):
            assert [one["status"] for one in await there.messages(client)] == ["withdrawn"]
