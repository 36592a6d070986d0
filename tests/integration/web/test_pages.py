"""The pages: what they show, what they never show, and what they do when something is away."""

import re

import pytest

from tests.integration.web.conftest import CLIENT, COURSE, PAGES, Browser
from tests.integration.web.samples import absent, uid

STATIC = re.compile(r"/static/[a-z]+-[0-9a-f]{10}\.[a-z]+")


async def test_the_day_shows_each_therapists_visits_free_times_and_what_the_desk_should_see_to(signed_in: Browser):
    page = await signed_in.get("/day")
    assert page.status == 200
    for words in ("Wednesday 4 March", "Ana Petrov", "11:00–12:00 · session 13", "Room 1, is here", "Free 12:00–13:30"):
        assert words in page.text
    for card in ("Call now", "Not here yet", "Here now", "Called off"):
        assert f"<h2>{card}</h2>" in page.text
    assert 'href="/day?on=2026-03-03"' in page.text


async def test_the_day_names_who_has_not_come_for_long_only_today_and_only_when_there_is_somebody(browser: Browser):
    await browser.sign_in("dee")
    browser.others.absent = absent(total=9)
    page = await browser.get("/day")
    for words in (
        f'<a href="/courses/{uid(303)}">Grace Kim</a>',
        "Has not come since Wed 11 Feb: Neuromuscular maintenance",
        "And 8 more.",
    ):
        assert words in page.text, words
    assert "Has not come since" not in (await browser.get("/day?on=2026-03-05")).text
    browser.others.absent = {"courses": [], "total": 0}
    assert "Not here for long" not in (await browser.get("/day")).text


async def test_an_empty_day_says_when_the_next_visit_is(signed_in: Browser):
    page = await signed_in.get("/day?on=2026-03-02")
    assert "No visits on this day" in page.text
    assert '<a href="/day?on=2026-03-04">Wednesday 4 March</a>' in page.text


async def test_an_empty_practice_says_what_would_stand_here(signed_in: Browser):
    signed_in.others.visits, signed_in.others.therapists, signed_in.others.names = [], [], {}
    assert "No therapists yet" in (await signed_in.get("/day")).text
    assert "No clients yet" in (await signed_in.get("/clients")).text


async def test_a_course_shows_ribbon_sentence_next_visit_deviations_and_note(signed_in: Browser):
    page = await signed_in.get(COURSE)
    assert page.status == 200
    for words in (
        "The course: 12 sessions done, 15 booked, 4 still to book",
        "Series 2: 2 of 5 done. The next is session 13.",
        "<b>Wed 4 Mar, 11:00</b> with Ana Petrov, Room 1.",
        "Too long on one region (neck): 12 minutes, at most 10</td><td>A</td>",
        "1 week with too few sessions.",
        "Week from Tue 27 Jan 2026: 1 of 2 sessions.",
        "Mon 2 Mar 2026 allowed against the rule min gap by Front desk (client away).",
        "Paused from Tue 17 Feb 2026 to Thu 19 Feb 2026 (client ill).",
        "missed</b><span>24 Feb – 2 Mar</span>",
        "Target met in 1 of 2 weeks.",
        "<dt>Neck</dt><dd>5 days</dd>",
        "<dt>Lower back</dt><dd>0 days</dd>",
        "Note for session 13",
        "Open the note",
    ):
        assert words in page.text
    assert page.text.count('class="bead done"') == 12 + 1  # and one in the legend


async def test_the_label_of_a_single_case_protocol_stands_on_the_page(signed_in: Browser):
    signed_in.others.course["label"] = signed_in.others.note["label"] = "single case, uncontrolled"
    assert (await signed_in.get(COURSE)).text.count("single case, uncontrolled") == 1


async def test_the_front_desk_does_not_ask_for_the_note(browser: Browser):
    await browser.sign_in("dee")
    page = await browser.get(COURSE)
    assert page.status == 200
    assert "The note is for the therapist and the owner." in page.text
    assert not [path for path, _ in browser.others.asked if path.endswith("/note")]


async def test_the_other_services_hear_who_is_asking(browser: Browser):
    await browser.sign_in("ana")
    await browser.get("/day")
    rows = await browser.it.service.store.fetch("select account_id from account where login = 'ana'")
    assert {(who.role, who.id) for _, who in browser.others.asked} == {("therapist", str(rows[0]["account_id"]))}


async def test_clients_are_found_by_name_and_lead_to_their_course(signed_in: Browser):
    page = await signed_in.post("/clients", {"q": "ros"})
    assert "Rosa Alvarez" in page.text
    assert "Tom Becker" not in page.text
    assert f'<a href="{COURSE}">Session 13</a>' in page.text
    assert "Nobody found" in (await signed_in.post("/clients", {"q": "zzz"})).text
    assert "ros" not in "".join(path for path, _ in signed_in.others.asked)


async def test_a_client_shows_courses_visits_to_come_and_past(signed_in: Browser):
    page = await signed_in.get(CLIENT)
    for words in ("Rosa Alvarez", "555-0101", f'href="{COURSE}"', "did not come", "Fri 6 Mar", "Tue 20 Jan · 11:00"):
        assert words in page.text, words


@pytest.mark.parametrize("path", PAGES)
async def test_a_name_is_text_and_never_markup(signed_in: Browser, path):
    signed_in.others.names[1] = '<script>alert("x")</script><b onclick=x>'
    page = await signed_in.get(path)
    assert "<script" not in page.text
    assert "<b onclick" not in page.text
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page.text


@pytest.mark.parametrize("path", [*PAGES, "/signin", "/nothing", "/day?on=x"])
async def test_every_page_is_strict_and_carries_no_inline_style_or_script(signed_in: Browser, path):
    if path == "/signin":
        await signed_in.post("/signout", {})
    page = await signed_in.get(path)
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", page.text)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_with_everything_it_needs_stays_under_60_kilobytes(signed_in: Browser, path):
    page = await signed_in.get(path)
    files = [await signed_in.get(name) for name in set(STATIC.findall(page.text))]
    assert len(files) == 2
    assert len(page.text.encode()) + sum(len(file.text.encode()) for file in files) <= 60_000


async def test_static_files_are_kept_for_ever_under_a_name_of_their_content(signed_in: Browser):
    (sheet,) = [name for name in STATIC.findall((await signed_in.get("/day")).text) if name.endswith("css")]
    file = await signed_in.get(sheet)
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await signed_in.get("/static/seriatim.css")).status == 404
    assert (await signed_in.get("/static/..%2fapp.py")).status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/courses/x", 404), ("/clients/x", 404), ("/day?on=4.3.2026", 422), ("/signout", 405)],
)
async def test_errors_are_pages(signed_in: Browser, path, status):
    page = await signed_in.get(path)
    assert (page.status, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "<h1>" in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_stranger_sees_no_page_and_nobody_is_asked(browser: Browser, path):
    page = await browser.get(path)
    assert page.status == 303
    assert page.headers["Location"].startswith("/signin?next=")
    assert browser.others.asked == []


async def test_the_foot_shows_the_simulated_time(signed_in: Browser):
    assert "Simulated time: Wed 4 Mar 2026, 10:52" in (await signed_in.get("/day")).text


async def test_health_stays_plain(browser: Browser):
    assert (await browser.it.get("/healthz", role=None)).body == {"status": "alive", "reasons": []}
