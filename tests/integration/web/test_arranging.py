"""On the course page the desk lets a client wait for a visit and keeps weekly visits booked, over the real services."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from tests.harness import It, practice
from tests.integration.web import samples
from tests.integration.web.conftest import COURSE, Browser, Page
from tests.integration.web.test_waiting_page import NOW, made, set_up
from tests.integration.web.test_with_the_real_services import at_the_pages

SPACE = "\N{NO-BREAK SPACE}"
WISH = {"minutes": "60", "weekday": "tue", "from": "10:00", "to": "11:00", "first_day": "", "last_day": "2026-03-31"}


@dataclass
class Front:
    """The front desk at its browser, and the ids of those it speaks about."""

    group: dict[str, It]
    browser: Browser
    ids: dict[str, str]

    async def course(self, protocol: str = "fibromyalgia") -> str:
        opening = {"client_id": self.ids["waiting"], "protocol": protocol, "starts_on": "2026-03-02"}
        return f"/courses/{(await made(self.group['protocol'], '/courses', opening))['course_id']}"

    async def page(self, course: str) -> Page:
        page = await self.browser.get(course)
        assert page.status == 200
        return page

    async def places(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.group["scheduling"].get("/waitlist")).body["waitlist"]
        return found

    async def starts(self) -> list[str]:
        await self.group["scheduling"].settled()
        answer = await self.group["scheduling"].get(f"/clients/{self.ids['waiting']}/itinerary")
        return [one["starts_at"] for one in answer.body["appointments"]]


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with practice("records", "protocol", "scheduling", "web", now=NOW) as group:
        browser = await at_the_pages(group, role="front_desk")
        yield Front(group, browser, await set_up(group))


def key(page: Page) -> dict[str, str]:
    return {"key": page.text.split('name="key" value="')[1].split('"')[0]}


def value(page: Page, name: str) -> str:
    """What stands in an input, by its id."""
    (tag,) = re.findall(rf'<input id="{name}"[^>]*>', page.text)
    return unescape(re.findall(r'value="([^"]*)"', tag)[0])


def chosen(page: Page, name: str) -> list[str]:
    """What is chosen in a list, by its id."""
    inside = page.text.split(f'<select id="{name}"')[1].split("</select>")[0]
    return re.findall(r'value="([^"]+)" selected', inside)


async def test_a_client_is_put_on_the_waiting_list_once_and_taken_off(front: Front):
    course = await front.course()
    page = await front.page(course)
    fields = WISH | {"therapist_id": front.ids["therapist"]} | key(page)
    for _ in range(2):
        answer = await front.browser.post(f"{course}/waiting", fields)
        assert (answer.status, answer.headers["Location"]) == (303, f"{course}#waiting")
    (place,) = await front.places()
    assert (place["course_id"], place["last_day"]) == (course.removeprefix("/courses/"), "2026-03-31")
    page = await front.page(course)
    wish = f"waits for a visit: 60{SPACE}min, Tuesdays, 10:00–11:00, with Ada, until Tue 31 Mar 2026."
    assert wish in page.text
    assert "Put the client on" not in page.text
    again = await front.browser.post(f"{course}/waiting", fields | {"key": "another"})
    assert (again.status, "on the waiting list for this already" in again.text) == (409, True)
    for _ in range(2):
        answer = await front.browser.post(f"{course}/waiting/{place['waitlist_id']}/leave", {})
        assert (answer.status, answer.headers["Location"]) == (303, f"{course}#waiting")
    assert await front.places() == []
    assert "Put the client on" in (await front.page(course)).text


async def test_without_a_wish_any_time_will_do(front: Front):
    course = await front.course()
    await front.browser.post(f"{course}/waiting", {"minutes": "45"})
    assert f"waits for a visit: 45{SPACE}min, any time." in (await front.page(course)).text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("minutes", "x", "Give the minutes as a number from 1 to 480."),
        ("minutes", "481", "Give the minutes as a number from 1 to 480."),
        ("to", "10:30", "The visit does not fit between these times."),
        ("from", "ten", "A time is written as hours and minutes: 09:30."),
        ("last_day", "2026-03-01", "This day is over."),
        ("first_day", "2026-04-01", ""),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(front: Front, field, typed, words):
    course = await front.course()
    page = await front.browser.post(f"{course}/waiting", WISH | {"therapist_id": "", field: typed})
    assert page.status == 422
    assert "<title>Error: " in page.text
    wrong = {"first_day": "last_day"}.get(field, field)
    assert f'<a href="#waiting-{wrong}">{words}' in page.text
    assert f'<span class="error" id="waiting-{wrong}-wrong">{words}' in page.text
    assert f'name="{wrong}" aria-invalid="true" aria-describedby="waiting-{wrong}-wrong"' in page.text
    assert "<details open>" in page.text
    assert value(page, f"waiting-{field}") == typed
    assert 'value="tue" checked' in page.text
    assert await front.places() == []


async def test_an_offer_is_shown_on_the_course_page(front: Front):
    course, desk = await front.course(), front.group["scheduling"]
    visit = {"starts_at": "2026-03-03T15:00:00Z", "minutes": 60, "therapist_id": front.ids["therapist"]}
    booked = await made(desk, "/appointments", {"client_id": front.ids["first"], "appointments": [visit]})
    await front.browser.post(f"{course}/waiting", {"minutes": "60"})
    path = f"/appointments/{booked['appointments'][0]['appointment_id']}/cancel"
    await desk.post(path, {"reason": "client_ill"})
    await desk.settled()
    page = await front.page(course)
    assert "<b>Tue 3 Mar 2026, 10:00, Ada, Front room</b> is kept until Mon 2 Mar 2026, 10:00." in page.text


async def test_weekly_visits_are_agreed_on_as_the_last_visit_was_changed_and_ended(front: Front):
    course = await front.course("neuromuscular_maintenance")
    visit = {"starts_at": "2026-03-04T16:30:00Z", "minutes": 45, "therapist_id": front.ids["therapist"]}
    booking = {"client_id": front.ids["waiting"], "course_id": course.removeprefix("/courses/")}
    await made(front.group["scheduling"], "/appointments", booking | {"appointments": [visit]})
    page = await front.page(course)
    times = value(page, "weekly-time"), value(page, "weekly-minutes")
    choices = chosen(page, "weekly-weekday"), chosen(page, "weekly-therapist_id")
    assert (times, choices) == (("11:30", "45"), (["wed"], [front.ids["therapist"]]))
    fields = {"weekday": "wed", "time": "11:30", "minutes": "45", "therapist_id": front.ids["therapist"]}
    answer = await front.browser.post(f"{course}/weekly", fields)
    assert (answer.status, answer.headers["Location"]) == (303, f"{course}#weekly")
    assert (await front.starts())[:2] == ["2026-03-04T16:30:00Z", "2026-03-11T15:30:00Z"]
    page = await front.page(course)
    assert f"<b>Every Wednesday at 11:30, 45{SPACE}min, with Ada</b>" in page.text
    assert "kept booked 8 weeks ahead" in page.text
    await front.browser.post(f"{course}/weekly", fields | {"time": "12:00"})
    page = await front.page(course)
    assert (value(page, "weekly-time"), "Every Wednesday at 12:00" in page.text) == ("12:00", True)
    for _ in range(2):
        answer = await front.browser.post(f"{course}/weekly/end", {})
        assert (answer.status, answer.headers["Location"]) == (303, f"{course}#weekly")
    page = await front.page(course)
    assert ("Every Wednesday" in page.text, "Keep weekly visits booked" in page.text) == (False, True)


async def test_a_week_stepped_over_leads_to_where_it_is_decided(front: Front):
    course = await front.course("neuromuscular_maintenance")
    closed = {"from": "2026-03-10T05:00:00Z", "to": "2026-03-10T23:00:00Z"}
    await made(front.group["scheduling"], "/closures", closed)
    fields = {"weekday": "tue", "time": "10:00", "minutes": "60", "therapist_id": front.ids["therapist"]}
    await front.browser.post(f"{course}/weekly", fields)
    assert "2026-03-10" not in {one[:10] for one in await front.starts()}
    assert '<a href="/waiting">1 week without a visit to decide about</a>' in (await front.page(course)).text


async def test_weekly_visits_without_a_time_are_not_agreed_on(front: Front):
    course = await front.course("neuromuscular_maintenance")
    page = await front.browser.post(f"{course}/weekly", {"weekday": "fri", "time": "", "minutes": "60"})
    assert page.status == 422
    assert '<a href="#weekly-time">Give the time of the visits.</a>' in page.text
    assert chosen(page, "weekly-weekday") == ["fri"]
    nobody = {"weekday": "fri", "time": "10:00", "minutes": "60", "therapist_id": front.ids["waiting"]}
    page = await front.browser.post(f"{course}/weekly", nobody)
    assert (page.status, '<a href="#weekly">' in page.text) == (404, True)


async def test_a_series_has_no_weekly_visits_and_a_closed_course_nothing_to_wait_for(front: Front):
    course = await front.course()
    page = await front.page(course)
    assert ('id="waiting"' in page.text, 'id="weekly"' in page.text) == (True, False)
    assert (await front.group["protocol"].post(f"{course}/close", {"reason": "finished"})).status == 200
    page = await front.page(course)
    assert ('id="waiting"' in page.text, 'id="weekly"' in page.text) == (False, False)


async def test_a_therapist_neither_sees_nor_sends_these_forms(browser: Browser):
    browser.others.course["phase"] = {"kind": "maintenance", "number": 1, "sessions": None, "done": 4}
    await browser.sign_in("ana")
    assert 'id="waiting"' not in (await browser.get(COURSE)).text
    asked = {path for path, _ in browser.others.asked}
    assert not [path for path in asked if "waitlist" in path or "rolling" in path]
    for path in ("waiting", f"waiting/{samples.uid(700)}/leave", "weekly", "weekly/end"):
        assert (await browser.post(f"{COURSE}/{path}", {})).status == 403
        assert (await browser.post(f"{COURSE}/{path}", {}, Origin="https://elsewhere.test")).status == 403


async def test_every_field_has_its_label_and_nothing_runs_or_is_styled_inline(front: Front):
    page = await front.page(await front.course("neuromuscular_maintenance"))
    main = page.text[page.text.index("<main") :]
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", page.text)
    named = re.findall(r'<(?:input|select) id="([^"]+)"', main)
    assert len(named) == len(set(named)) == 10
    for one in named:
        assert f'<label for="{one}">' in main
