"""The desk's page of who waits and of weeks to decide about, over the real services."""

from typing import Any

from tests.harness import It, practice
from tests.integration.web.conftest import Browser
from tests.integration.web.test_with_the_real_services import HOURS, at_the_pages

NOW = "2026-03-02T13:00:00Z"


async def made(it: It, path: str, body: dict[str, Any]) -> Any:
    answer = await it.post(path, body)
    assert answer.status == 201, answer.body
    return answer.body


async def set_up(group: dict[str, It]) -> dict[str, str]:
    desk = group["scheduling"]
    await made(desk, "/rooms", {"name": "Front room"})
    therapist = (await made(desk, "/therapists", {"name": "Ada", "hours": HOURS}))["therapist_id"]
    clients = [(await made(group["records"], "/clients", {"name": name}))["client_id"] for name in ("Ann", "Zoë Lopez")]
    return {"therapist": therapist, "first": clients[0], "waiting": clients[1]}


async def offer(group: dict[str, It], ids: dict[str, str]) -> None:
    """Ann calls off her visit on Tuesday, for which Zoë waits."""
    desk = group["scheduling"]
    visit = {"starts_at": "2026-03-03T15:00:00Z", "minutes": 60, "therapist_id": ids["therapist"]}
    found = await made(desk, "/appointments", {"client_id": ids["first"], "appointments": [visit]})
    wish = {"prefer": {"weekdays": ["tue"], "from": "10:00", "to": "11:00", "therapist_id": ids["therapist"]}}
    await made(desk, "/waitlist", {"client_id": ids["waiting"], "minutes": 60} | wish)
    path = f"/appointments/{found['appointments'][0]['appointment_id']}/cancel"
    assert (await desk.post(path, {"reason": "client_ill"})).status == 200
    await desk.settled()


def form(page: Any, what: str) -> tuple[str, dict[str, str]]:
    """Where a form of the page goes, and its key."""
    action = next(part.split('"')[0] for part in page.text.split('action="') if what in part.split('"')[0])
    return action, {"key": page.text.split('name="key" value="')[1].split('"')[0]}


async def test_a_time_kept_for_who_waits_is_shown_and_booked_or_left_to_the_next():
    async with practice("records", "protocol", "scheduling", "web", now=NOW) as group:
        browser = await at_the_pages(group, role="front_desk")
        assert "Nobody waits." in (await browser.get("/waiting")).text
        ids = await set_up(group)
        await offer(group, ids)
        page = await browser.get("/waiting")
        assert page.status == 200
        for words in (
            "Zoë Lopez",
            "Tue 3 Mar 2026, 10:00, Ada, Front room",
            "until Mon 2 Mar 2026, 10:00",
            "Nobody else",
        ):
            assert words in page.text, words
        action, key = form(page, "/accept")
        for _ in range(2):  # sent twice, booked once
            answer = await browser.post(action, key)
            assert (answer.status, answer.headers["Location"]) == (303, "/waiting")
        late = await browser.post(action.replace("accept", "decline"), key)
        assert late.status == 409
        assert "There is no such place on the waiting list." in late.text
        found = await group["scheduling"].get(f"/clients/{ids['waiting']}/itinerary")
        assert [one["starts_at"] for one in found.body["appointments"]] == ["2026-03-03T15:00:00Z"]


async def test_who_does_not_want_it_goes_on_waiting():
    async with practice("records", "protocol", "scheduling", "web", now=NOW) as group:
        browser = await at_the_pages(group)
        await offer(group, await set_up(group))
        await browser.post(*form(await browser.get("/waiting"), "/decline"))
        page = await browser.get("/waiting")
        assert "60\N{NO-BREAK SPACE}min, Tuesdays, 10:00–11:00, with Ada" in page.text
        assert "No time is kept for anybody now." in page.text


async def test_a_week_without_its_visit_is_shown_with_other_times_and_decided():
    async with practice("records", "protocol", "scheduling", "web", now=NOW) as group:
        browser, ids = await at_the_pages(group), await set_up(group)
        desk = group["scheduling"]
        opening = {"client_id": ids["waiting"], "protocol": "neuromuscular_maintenance", "starts_on": "2026-03-02"}
        course = (await made(group["protocol"], "/courses", opening))["course_id"]
        for day in ("2026-03-10", "2026-03-17"):
            await made(desk, "/closures", {"from": f"{day}T05:00:00Z", "to": f"{day}T23:00:00Z"})
        rhythm = {"weekday": "tue", "time": "10:00", "therapist_id": ids["therapist"], "minutes": 60}
        assert (await desk.put(f"/courses/{course}/rolling", rhythm)).status == 200
        await desk.settled()
        page = await browser.get("/waiting")
        for words in ("Zoë Lopez", "Tue 10 Mar 2026", "The practice is closed then.", "Wed 11 Mar, 10:00, Ada"):
            assert words in page.text, words
        action, key = form(page, "2026-03-10")
        time = page.text.split('name="time" value="')[1].split('"')[0]
        assert (await browser.post(action, key | {"time": time})).status == 303
        assert (await browser.post(action.replace("2026-03-10", "2026-03-17"), key)).status == 303
        page = await browser.get("/waiting")
        assert "Every weekly visit has its time." in page.text
        found = (await desk.get(f"/clients/{ids['waiting']}/itinerary")).body["appointments"]
        assert [one["starts_at"][:10] for one in found][:3] == ["2026-03-03", "2026-03-11", "2026-03-24"]


async def test_wishes_are_said_in_words_and_a_full_week_says_so(signed_in: Browser):
    page = await signed_in.get("/waiting")
    for words in ("60\N{NO-BREAK SPACE}min, Tuesdays or Fridays, 10:00–24:00", "No other time is free in this week."):
        assert words in page.text
    answer = await signed_in.post("/waiting/weeks/nothing/2026-03-10", {"key": "k"})
    assert answer.status == 404


async def test_the_page_is_for_the_desk(browser: Browser):
    await browser.sign_in("ana")
    assert (await browser.get("/waiting")).status == 403
    assert 'href="/waiting"' not in (await browser.get("/day")).text
    await browser.sign_in("dee")
    assert 'href="/waiting"' in (await browser.get("/day")).text
