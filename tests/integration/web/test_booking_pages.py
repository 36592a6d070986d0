"""The desk books a course, calls a visit off and notes an absence on the pages, with the real services behind them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from tests.harness import It, practice
from tests.integration.web.conftest import Browser, Page
from tests.integration.web.test_with_the_real_services import HOURS, at_the_pages, made

FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
WISH = {"sessions": "course", "minutes": "60", "weekday": "mon", "from": "10:00", "therapist": "", "starts_on": ""}


@dataclass
class Front:
    """The front desk at its browser, with a client on the telephone."""

    group: dict[str, It]
    browser: Browser
    client: str
    course: str
    therapists: list[str]

    async def send(self, path: str, fields: dict[str, Any]) -> Page:
        """Send a form; a list is a field that comes several times."""
        pairs = [(k, v) for k, values in fields.items() for v in (values if isinstance(values, list) else [values])]
        return await self.browser.post(path, pairs)  # type: ignore[arg-type]

    async def itinerary(self) -> list[dict[str, Any]]:
        answer = await self.group["scheduling"].get(f"/clients/{self.client}/itinerary")
        found: list[dict[str, Any]] = answer.body["appointments"]
        return found

    async def booked(self, **wish: str) -> list[dict[str, Any]]:
        """Book visits as the pages do."""
        page = await self.send(f"/courses/{self.course}/book", WISH | wish)
        await self.send(f"/courses/{self.course}/booked", hidden(page))
        return await self.itinerary()


def hidden(page: Page, form: int = -1) -> dict[str, Any]:
    """The hidden fields of one of the page's own forms (not those of its head)."""
    text = page.text[page.text.index("<main") :]
    found: dict[str, list[str]] = {}
    forms = [one for one in text.split("<form")[1:] if FIELD.search(one)]
    for name, value in FIELD.findall(forms[max(form, 0)].partition("</form>")[0]):
        found.setdefault(name, []).append(unescape(value))
    return dict(found)


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with front_desk() as found:
        yield found


@asynccontextmanager
async def front_desk() -> AsyncIterator[Front]:
    """A practice with two therapists and two rooms, and a client whose course is open."""
    async with practice("records", "protocol", "scheduling", "web", now="2026-03-02T13:00:00Z") as group:
        browser = await at_the_pages(group, role="front_desk")
        who = {"name": "Zoë Lopez", "timezone": "America/Denver"}
        client = (await made(group["records"], "/clients", who))["client_id"]
        opening = {"client_id": client, "protocol": "fibromyalgia", "starts_on": "2026-03-02"}
        course = (await made(group["protocol"], "/courses", opening))["course_id"]
        post = group["scheduling"].post
        for name in ("Front room", "Garden room"):
            await post("/rooms", {"name": name})
        staff = [
            (await post("/therapists", {"name": name, "hours": HOURS})).body["therapist_id"]
            for name in ("Ada Byron", "Ben Osei")
        ]
        yield Front(group, browser, client, course, staff)


async def test_a_course_is_proposed_read_out_and_booked(front: Front):
    assert f'href="/courses/{front.course}/book"' in (await front.browser.get(f"/courses/{front.course}")).text
    form = await front.browser.get(f"/courses/{front.course}/book")
    assert "Ben Osei" in form.text
    page = await front.send(f"/courses/{front.course}/book", WISH | {"weekday": ["mon", "wed"]})
    assert page.status == 200
    for words in (
        "38 visits proposed",
        "kept for Zoë Lopez until 08:10. Nothing is booked yet.",
        "Mon 2 Mar, 10:00 (08:00 where the client is)",
        "No massage until",
        "Ada Byron, Front room",
    ):
        assert words in page.text, words
    assert await front.itinerary() == []
    fields = hidden(page)
    answers = [await front.send(f"/courses/{front.course}/booked", fields) for _ in range(2)]
    assert [(one.status, one.headers["Location"]) for one in answers] == [(303, f"/courses/{front.course}")] * 2
    assert len(await front.itinerary()) == 38


async def test_times_that_do_not_suit_are_given_back(front: Front):
    page = await front.send(f"/courses/{front.course}/book", WISH | {"number": "2"})
    assert "2 visits proposed" in page.text
    back = await front.send(f"/courses/{front.course}/other-times", hidden(page, 1))
    assert back.headers["Location"] == f"/courses/{front.course}/book"
    late = await front.send(f"/courses/{front.course}/booked", hidden(page))
    assert late.status == 409
    assert "Nothing was booked. Ask for new times." in late.text
    changed = hidden(page) | {"visit": "nonsense"}
    assert (await front.send(f"/courses/{front.course}/booked", changed)).status == 422
    nonsense = await front.send(f"/courses/{front.course}/book", WISH | {"minutes": "x"})
    assert (nonsense.status, "There is a problem" in nonsense.text) == (409, True)


async def test_a_lost_visit_is_replaced_as_the_preview_said(front: Front):
    first, *others = await front.booked(number="4")
    course = await front.browser.get(f"/courses/{front.course}")
    path = f"/visits/{first['appointment_id']}"
    assert f'href="{path}"' in course.text
    assert "The visit falls out" in (await front.browser.get(path)).text
    asked = {"what": "cancel", "reason": "client_wish", "reflow": "yes"}
    preview = await front.send(path, asked)
    assert "This visit is called off, and the later ones are put right." in preview.text
    assert "new, " in preview.text
    assert await front.itinerary() == [first, *others]
    done = await front.send(path, hidden(preview))
    assert (done.status, done.headers["Location"]) == (303, f"/courses/{front.course}")
    after = await front.itinerary()
    assert [one["status"] for one in after].count("booked") == 4
    assert [one["status"] for one in after if one["appointment_id"] == first["appointment_id"]] == ["cancelled"]


async def test_what_cannot_be_put_right_is_said_and_nothing_changes(front: Front):
    (visit,) = await front.booked(number="1")
    for therapist in front.therapists:
        body = {"from": "2026-03-03", "to": "2027-04-30"}
        await front.group["scheduling"].post(f"/therapists/{therapist}/time-off", body)
    early = await front.send(f"/visits/{visit['appointment_id']}", {"what": "miss", "reflow": "yes"})
    assert "This visit has not begun yet." in early.text
    asked = {"what": "cancel", "reason": "client_wish", "reflow": "yes"}
    page = await front.send(f"/visits/{visit['appointment_id']}", asked)
    assert page.status == 409
    assert "Not every visit found a day." in page.text
    alone = await front.send(f"/visits/{visit['appointment_id']}", asked | {"reflow": ""})
    assert "No other visit changes." in alone.text
    assert await front.itinerary() == [visit]


async def test_an_absence_shows_whom_it_hits_and_puts_all_right(front: Front):
    before = await front.booked(number="4", therapist=front.therapists[0])
    assert "Ada Byron" in (await front.browser.get("/away")).text
    asked = {"therapist": front.therapists[0], "first": "2026-03-02", "last": "2026-03-04", "reason": "therapist_ill"}
    noted = await front.send("/away", asked | {"key": "one"})
    assert "Ada Byron is away: Mon 2 Mar 2026 to Wed 4 Mar 2026" in noted.text
    assert "Zoë Lopez" in noted.text
    assert "What was agreed stays until you put it right." in noted.text
    action = re.findall(r'action="(/away/[^"]+)"', noted.text)[0]
    preview = await front.send(action, {})
    assert "same time, Ben Osei" in preview.text
    assert await front.itinerary() == before
    done = await front.send(action, hidden(preview))
    assert "Done. Each client gets one message." in done.text
    inside = [one for one in await front.itinerary() if one["starts_at"] < "2026-03-05"]
    assert {one["therapist_id"] for one in inside} == {front.therapists[1]}
    assert (await front.send("/away", asked | {"last": "2026-03-01"})).status == 409
    assert (await front.send("/away/nothing/" + front.client, {})).status == 404


async def test_the_practice_is_closed_for_a_day(front: Front):
    asked = {"therapist": "", "first": "2026-03-02", "last": "2026-03-02", "reason": "practice_closed", "key": "two"}
    page = await front.send("/away", asked)
    assert "The practice is closed: Mon 2 Mar 2026" in page.text
    assert "No visit lies inside." in page.text


async def test_the_pages_are_the_desks_and_strict(front: Front):
    (visit,) = await front.booked(number="1")
    paths = [f"/courses/{front.course}/book", f"/visits/{visit['appointment_id']}", "/away"]
    for path in paths:
        page = await front.browser.get(path)
        assert page.status == 200
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", page.text)
        assert len(page.text.encode()) < 10_000
    ana = Browser(front.group["web"], front.browser.others, front.browser.real)
    await ana.open("ana", "therapist", "Ana Petrov")
    await ana.sign_in("ana")
    assert [(await ana.get(path)).status for path in paths] == [403, 403, 403]
    assert "/away" not in (await ana.get("/day")).text
    assert f"/visits/{visit['appointment_id']}" not in (await ana.get(f"/courses/{front.course}")).text
