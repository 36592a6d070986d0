"""A course booked in the real services, as the pages show it to each role."""

from datetime import datetime, timedelta
from typing import Any

from shared.clock import Clock
from tests.harness import It, practice
from tests.integration.web import standins
from tests.integration.web.conftest import Browser

HOURS = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]


async def made(it: It, path: str, body: dict[str, Any]) -> Any:
    answer = await it.post(path, body, key=f"{path} {sorted(body)}")
    assert answer.status == 201, answer.body
    return answer.body


async def test_a_whole_course_from_registration_to_the_page():
    async with practice("records", "protocol", "scheduling", "web", now="2026-03-02T13:00:00Z") as group:
        browser = await at_the_pages(group)
        client, course = await book_a_course(group)
        day = await browser.get("/day")
        assert "Zoë Lopez" in day.text
        assert "10:00–11:00 · session 1" in day.text
        assert "Front room, expected" in day.text
        page = await browser.get(f"/courses/{course}")
        assert page.status == 200
        assert "The course: 0 sessions done, 38 booked" in page.text
        assert "Not started: the first session is still to come." in page.text
        assert "Note for session 1" in page.text
        assert "could not be read" not in page.text
        await give_a_session(group, client, course)
        page = await browser.get(f"/courses/{course}")
        assert "Series 1: 1 of 10 done. The next is session 2." in page.text
        assert "Mon 2 Mar: pain 6 → 4" in page.text
        await read_note_sheet_history_and_cadence(browser, course)
        assert f'href="/courses/{course}"' in (await browser.get(f"/clients/{client}")).text
        assert "Session 2" in (await browser.post("/clients", {"q": "lopez"})).text


async def test_the_front_desk_sees_the_course_and_not_the_note():
    async with practice("records", "protocol", "scheduling", "web", now="2026-03-02T13:00:00Z") as group:
        browser = await at_the_pages(group, role="front_desk")
        _, course = await book_a_course(group)
        page = await browser.get(f"/courses/{course}")
        assert page.status == 200
        assert "Zoë Lopez" in page.text
        assert "What to do" not in page.text


async def read_note_sheet_history_and_cadence(browser: Browser, course: str) -> None:
    note = await browser.get(f"/courses/{course}/note")
    assert note.status == 200
    areas = 'Areas for connective-tissue massage <span class="src">[A, figure 10]</span>'
    for words in ("Session 2", "What to do, 60", "Dwell on", areas, "Not yet"):
        assert words in note.text, words
    assert 'class="pull"' not in note.text
    sheet = await browser.get(f"/courses/{course}/note.pdf")
    assert (sheet.status, sheet.headers["Content-Type"]) == (200, "application/pdf")
    history = await browser.get(f"/courses/{course}/history")
    assert "Session 1 took place on Mon 2 Mar 2026." in history.text
    cadence = await browser.get("/cadence")
    assert cadence.status == 200
    assert "Zoë Lopez" in cadence.text


async def at_the_pages(group: dict[str, It], role: str = "owner") -> Browser:
    web = group["web"]
    web.service.own.neighbours.addresses.update({name: it.base for name, it in group.items()})
    browser = Browser(web, standins.Practice(), Clock())
    await browser.open("maria", role, "Maria Lopez")
    assert (await browser.sign_in()).status == 303
    return browser


async def book_a_course(group: dict[str, It]) -> tuple[str, str]:
    client = (await made(group["records"], "/clients", {"name": "Zoë Lopez"}))["client_id"]
    opening = {"client_id": client, "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
    course = (await made(group["protocol"], "/courses", opening))["course_id"]
    await made(group["scheduling"], "/rooms", {"name": "Front room"})
    await made(group["scheduling"], "/therapists", {"name": "Ada Byron", "hours": HOURS})
    wish = {"weekdays": ["mon", "wed"], "from": "10:00", "to": "12:00"}
    asked = {"client_id": client, "course_id": course, "sessions": "course", "minutes": 60, "prefer": wish}
    proposal = (await group["scheduling"].post("/proposals", asked)).body["appointments"]
    visits = [{"starts_at": one["starts_at"], "minutes": 60, "therapist_id": one["therapist_id"]} for one in proposal]
    booking = {"client_id": client, "course_id": course, "appointments": visits}
    await made(group["scheduling"], "/appointments", booking)
    await group["web"].settled()
    return client, course


async def give_a_session(group: dict[str, It], client: str, course: str) -> None:
    """Give the first session of the itinerary as booked."""
    visit = (await group["scheduling"].get(f"/clients/{client}/itinerary")).body["appointments"][0]
    ends = datetime.fromisoformat(visit["ends_at"])
    await group["web"].move_clock((ends + timedelta(minutes=5)).isoformat())
    session = {
        "course_id": course, "appointment_id": visit["appointment_id"], "therapist_id": visit["therapist_id"],
        "started_at": visit["starts_at"], "ended_at": visit["ends_at"], "pain_before": 6, "pain_after": 4,
        "regions": [{"region": "neck", "minutes": 7, "techniques": ["kneading"]}],
    }  # fmt: skip
    await made(group["records"], f"/clients/{client}/sessions", session)
    await group["web"].settled()
