"""The desk moves a visit on the pages, with the real services behind them."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest

from tests.integration.web.conftest import Browser, Page
from tests.integration.web.test_booking_pages import Front, front_desk, hidden

FORM = re.compile(r"<form(.*?)</form>", re.DOTALL)


@pytest.fixture(name="front")
async def _front() -> AsyncIterator[Front]:
    async with front_desk() as found:
        yield found


def forms(page: Page) -> list[str]:
    """The page's own forms that send something."""
    main = page.text[page.text.index("<main") :]
    return [one for one in FORM.findall(main) if 'method="post"' in one]


def button(page: Page, label: str) -> dict[str, Any]:
    """What is sent by the button with these words on it."""
    form = next(one for one in forms(page) if f">{label}</button>" in one)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    named = re.search(rf'<button name="([^"]+)" value="([^"]*)">{re.escape(label)}</button>', form)
    return fields | ({named[1]: unescape(named[2])} if named else {})


def path_of(visit: dict[str, Any]) -> str:
    return f"/visits/{visit['appointment_id']}/move"


async def test_a_visit_is_moved_to_a_free_time_that_was_chosen(front: Front):
    *others, visit = await front.booked(number="4", therapist=front.therapists[0])
    page = await front.browser.get(path_of(visit).removesuffix("/move"))
    assert f'action="{path_of(visit)}"' in page.text
    assert 'type="date" required value="2026-03-11"' in page.text
    times = await front.browser.get(f"{path_of(visit)}?day=2026-03-12")
    assert times.text.index("Ada Byron</h3>") < times.text.index("Ben Osei</h3>")
    assert "Thu 12 Mar 2026" in times.text
    preview = await front.send(path_of(visit), button(times, "11:00"))
    assert (
        "Wed 11 Mar, 10:00 (08:00 where the client is) → Thu 12 Mar, 11:00 (09:00 where the client is)" in preview.text
    )
    assert "No other visit changes" in preview.text
    assert await front.itinerary() == [*others, visit]
    fields = button(preview, "Move it")
    answers = [await front.send(path_of(visit), fields) for _ in range(2)]
    assert [(one.status, one.headers["Location"]) for one in answers] == [(303, f"/courses/{front.course}")] * 2
    *rest, moved = await front.itinerary()
    assert (moved["starts_at"], moved["therapist_id"]) == ("2026-03-12T15:00:00Z", front.therapists[0])
    assert (moved["revision"], rest) == (1, others)


async def test_the_same_day_is_free_where_the_visit_is_now(front: Front):
    (visit,) = await front.booked(number="1", therapist=front.therapists[0])
    times = await front.browser.get(path_of(visit))
    ada = times.text[times.text.index("Ada Byron</h3>") : times.text.index("Ben Osei</h3>")]
    assert re.findall(r">(\d\d:\d\d)</button>", ada)[3:6] == ["09:45", "10:15", "10:30"]


async def test_what_else_moves_is_shown_with_the_later_visits_put_right_and_without(front: Front):
    visits = await front.booked(number="4")
    target = {"time": "2026-03-03T16:00Z", "therapist": front.therapists[1]}
    assert [one["starts_at"][:10] for one in visits] == ["2026-03-02", "2026-03-04", "2026-03-09", "2026-03-11"]
    preview = await front.send(path_of(visits[0]), target)
    assert "Tue 3 Mar, 11:00 (09:00 where the client is), Ben Osei" in preview.text
    assert "stays, but: There is a session on Tue 3 Mar 2026," in preview.text
    assert await front.itinerary() == visits
    alone, right = button(preview, "Move only this visit"), button(preview, "Move it and put the later ones right")
    assert ("reflow" in alone, right["reflow"]) == (False, "yes")
    assert (await front.send(path_of(visits[0]), right)).status == 303
    after = await front.itinerary()
    assert after[0]["starts_at"] == "2026-03-03T16:00:00Z"
    assert [one["starts_at"] for one in after] != [one["starts_at"] for one in visits]
    days = [one["starts_at"][:10] for one in after]
    checked = await front.group["protocol"].post(f"/courses/{front.course}/check", {"dates": days})
    assert [one["allowed"] for one in checked.body["verdicts"]] == [True] * 4


async def test_only_this_visit_may_be_moved_where_the_later_ones_cannot_be_put_right(front: Front):
    visits = await front.booked(number="4")
    for therapist in front.therapists:
        await front.group["scheduling"].post(
            f"/therapists/{therapist}/time-off", {"from": "2026-03-04", "to": "2027-04-30"}
        )
    preview = await front.send(path_of(visits[0]), {"time": "2026-03-03T16:00Z", "therapist": front.therapists[1]})
    assert preview.status == 200
    assert "Not possible: Not every visit found a day." in preview.text
    assert len(forms(preview)) == 1
    assert (await front.send(path_of(visits[0]), button(preview, "Move only this visit"))).status == 303
    assert (await front.itinerary())[1:] == visits[1:]


async def test_a_time_that_cannot_be_is_refused_beside_the_form_with_the_nearest_ones_to_click(front: Front):
    (visit,) = await front.booked(number="1", therapist=front.therapists[0])
    rival = (await front.group["records"].post("/clients", {"name": "Ann"})).body["client_id"]
    taken = {"starts_at": "2026-03-05T15:00:00Z", "minutes": 60, "therapist_id": front.therapists[0]}
    await front.group["scheduling"].post("/appointments", {"client_id": rival, "appointments": [taken]})
    typed = {"time": "", "day": "2026-03-05", "at": "10:00", "therapist": front.therapists[0]}
    for sure in ({}, {"sure": "yes", "key": "k"}):
        page = await front.send(path_of(visit), typed | sure)
        assert page.status == 409
        assert "<title>Error: Move a visit of Zoë Lopez" in page.text
        assert "Ada Byron has another visit at this time. Nothing was changed." in page.text
    label = "Thu 5 Mar, 09:00 (07:00 where the client is), Ada Byron"
    assert "Thu 5 Mar 2026</h2>" in page.text
    preview = await front.send(path_of(visit), button(page, label))
    assert "→ Thu 5 Mar, 09:00 (07:00 where the client is), Ada Byron, Front room" in preview.text
    assert await front.itinerary() == [visit]


async def test_the_first_day_that_will_do_is_said(front: Front):
    _, _, third, _ = await front.booked(number="4")
    page = await front.send(path_of(third), {"time": "2026-03-05T16:00Z", "therapist": front.therapists[1]})
    assert page.status == 409
    assert "The first day that will do is Mon 9 Mar 2026. Nothing was changed." in page.text
    assert "Mon 9 Mar, 11:00 (09:00 where the client is), Ben Osei" in page.text
    over = await front.send(path_of(third), {"time": "2026-03-01T16:00Z", "therapist": front.therapists[1]})
    assert "Choose a later one. The earliest time is Mon 2 Mar 2026, 08:00." in over.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": "2026-03-05", "at": "ten"}, "A time is written as hours and minutes: 09:30."),
        ({"day": "soon", "at": "10:00"}, "A day is written as year, month and day: 2026-03-04."),
        ({"day": "9999-12-31", "at": "10:00"}, "This day is too far away."),
        ({"time": "never"}, "A time is written as hours and minutes: 09:30."),
        ({"time": "2026-03-05T16:00Z", "therapist": "nobody"}, "Not possible"),
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(front: Front, fields: dict[str, str], sentence: str):
    (visit,) = await front.booked(number="1")
    page = await front.send(path_of(visit), fields)
    assert (page.status, sentence in page.text) == (409, True)
    for day in ("soon", "9999-12-31", "0001-01-01"):
        assert (await front.browser.get(f"{path_of(visit)}?day={day}")).status == 422
    assert await front.itinerary() == [visit]


async def test_a_day_without_free_times_says_so_and_one_who_came_is_not_moved(front: Front):
    (visit,) = await front.booked(number="1")
    sunday = await front.browser.get(f"{path_of(visit)}?day=2026-03-08")
    assert "Nobody is free for 60\N{NO-BREAK SPACE}min on this day." in sunday.text
    assert f'href="{path_of(visit)}?day=2026-03-09">Mon 9 Mar</a>' in sunday.text
    await front.group["web"].move_clock(visit["starts_at"])
    await front.group["scheduling"].post(f"/appointments/{visit['appointment_id']}/arrive", {})
    assert path_of(visit) not in (await front.browser.get(path_of(visit).removesuffix("/move"))).text
    page = await front.send(path_of(visit), {"time": "2026-03-05T16:00Z", "therapist": front.therapists[0]})
    assert "only a booked one can be changed" in page.text


async def test_the_page_is_the_desks_and_strict(front: Front):
    (visit,) = await front.booked(number="1")
    preview = await front.send(path_of(visit), {"time": "2026-03-05T16:00Z", "therapist": front.therapists[0]})
    for page in (await front.browser.get(path_of(visit)), preview):
        assert page.status == 200
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", page.text)
        assert len(page.text.encode()) < 10_000
    ana = Browser(front.group["web"], front.browser.others, front.browser.real)
    await ana.open("ana", "therapist", "Ana Petrov")
    await ana.sign_in("ana")
    assert (await ana.get(path_of(visit))).status == 403
    assert (await ana.post(path_of(visit), hidden(preview))).status == 403
