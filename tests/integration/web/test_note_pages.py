"""The note as a page and on paper, the history, and how courses keep their cadence."""

import re
import subprocess
import sys

import pytest

from tests.integration.web.conftest import CADENCE, COURSE, HISTORY, NOTE, Browser
from tests.integration.web.notes import longest, note, shortest
from tests.integration.web.samples import uid

PDF = f"{NOTE}.pdf"


async def test_the_note_shows_plan_pictures_and_what_they_say_in_words(signed_in: Browser):
    page = await signed_in.get(NOTE)
    assert page.status == 200
    for words in (
        "Rosa Alvarez", "Fibromyalgia course, series 2", "Wed 4 Mar, 11:00", "What to do, 60",
        'at most 12 minutes. <span class="src">[A]', 'times a week. <span class="src">[A; policy]',
        'massage <span class="src">[A, figure 10]', "keep off the carotid artery", "Gentler opening",
        "Periosteal massage", "Base of the skull: left and right", "Neck: 12 minutes, at most 10", "treated least",
        "Target met in 1 of 2 weeks.", "A: Massage &amp; Bodywork", "the therapist decides",
    ):  # fmt: skip
        assert words in page.text, words


async def test_every_picture_of_the_note_has_words(signed_in: Browser):
    page = await signed_in.get(NOTE)
    pictures = re.findall(r"<svg[^>]*>", page.text)
    assert len(pictures) >= 6
    for picture in pictures:
        assert re.search(r'role="img" aria-label="[^"]{20,}"|aria-hidden="true"', picture), picture


async def test_pictures_point_to_nothing_outside_the_page(signed_in: Browser):
    page = await signed_in.get(NOTE)
    used = set(re.findall(r'(?:href="#|url\(#)([a-z-]+)', page.text)) - {"main"}
    assert {"half-front", "half-back", "head", "hatch"} <= used
    assert all(f'id="{name}"' in page.text for name in used)
    ids = re.findall(r'\bid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


async def test_no_arrow_is_drawn_unless_the_practice_entered_it(signed_in: Browser):
    page = await signed_in.get(NOTE)
    assert 'class="pull"' not in page.text
    assert "the practice has entered none" in page.text
    arrows = {"cervical": [{"from": [0.2, 0.3], "to": [0.5, 0.3], "order": 1}]}
    signed_in.others.note = note(arrows=arrows)
    page = await signed_in.get(NOTE)
    assert page.text.count('class="pull"') == 1
    assert "the practice has entered none" not in page.text


@pytest.mark.parametrize("given", [shortest(), longest()], ids=["shortest", "longest"])
async def test_the_shortest_and_the_longest_note_are_pages_and_one_sheet(signed_in: Browser, given):
    signed_in.others.note = given
    assert (await signed_in.get(NOTE)).status == 200
    assert re.findall(r"/Count (\d+)", (await signed_in.get(PDF)).text) == ["1"]


async def test_the_sheet_is_a_pdf_that_is_not_kept_and_names_nobody_outside_its_page(signed_in: Browser):
    page = await signed_in.get(PDF)
    assert (page.status, page.headers["Content-Type"]) == (200, "application/pdf")
    assert page.text.startswith("%PDF-")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Disposition"] == 'inline; filename="note-session-13.pdf"'
    assert "Rosa" not in page.text
    assert "/MediaBox [ 0 0 595" in page.text


@pytest.mark.parametrize("path", [NOTE, PDF, CADENCE])
async def test_clinical_pages_are_not_for_the_front_desk_and_nothing_is_asked(browser: Browser, path):
    await browser.sign_in("dee")
    assert (await browser.get(path)).status == 403
    assert browser.others.asked == []


async def test_the_menu_shows_cadence_to_those_who_may_see_it(browser: Browser):
    await browser.sign_in("dee")
    assert 'href="/cadence"' not in (await browser.get("/day")).text
    await browser.sign_in("ana")
    assert 'href="/cadence"' in (await browser.get("/day")).text


async def test_a_closed_course_has_no_next_note(signed_in: Browser):
    signed_in.others.course |= {"status": "closed"}
    for path in (NOTE, PDF):
        page = await signed_in.get(path)
        assert page.status == 404
        assert "This course is closed" in page.text


async def test_the_label_stands_on_every_page_of_the_course(signed_in: Browser):
    label = "single case, uncontrolled; only with the treating physician"
    signed_in.others.note["label"] = label
    signed_in.others.course["label"] = label
    for path in (NOTE, COURSE, HISTORY):
        assert label in (await signed_in.get(path)).text


async def test_without_names_and_visits_note_and_sheet_stand(signed_in: Browser):
    signed_in.others.away = {"records", "scheduling"}
    page = await signed_in.get(NOTE)
    assert page.status == 200
    assert "Name not available" in page.text
    assert (await signed_in.get(PDF)).status == 200


async def test_the_history_says_when_what_and_by_whom_the_newest_first(signed_in: Browser):
    rows = await signed_in.it.service.store.fetch("select account_id from account where login = 'ana'")
    signed_in.others.history[2]["actor"] = f"therapist:{rows[0]['account_id']}"
    page = await signed_in.get(HISTORY)
    lines = re.findall(r'<td class="when">(.*?)</td><td>(.*?)</td><td>(.*?)</td>', page.text)
    assert [(at, by) for at, _, by in lines] == [
        ("Fri 20 Feb 2026, 11:30", "Front desk"),
        ("Mon 16 Feb 2026, 11:30", "Ana Petrov, therapist"),
        ("Tue 3 Feb 2026, 00:00", "Seriatim, by itself"),
        ("Mon 19 Jan 2026, 09:00", "Front desk"),
    ]


async def test_cadence_shows_all_courses_and_deviations_by_rule(signed_in: Browser):
    page = await signed_in.get(CADENCE)
    assert page.status == 200
    for words in ("2 courses", "Grace Kim", "More than 10 minutes on one region", "4 met, 2 missed", "8 → 6"):
        assert words in page.text
    assert page.text.index("Grace Kim") < page.text.index("Rosa Alvarez")


async def test_cadence_shows_those_furthest_behind_when_there_are_many(signed_in: Browser):
    one = signed_in.others.adherence["courses"][0]
    signed_in.others.adherence["courses"] = [one | {"course_id": str(uid(5000 + n))} for n in range(70)]
    page = await signed_in.get(CADENCE)
    assert page.text.count('href="/courses/') == 60
    assert "10 more courses keep better to the plan." in page.text


async def test_cadence_reads_on_until_the_last_page_of_courses(signed_in: Browser):
    first, second = signed_in.others.adherence["courses"]
    signed_in.others.adherence |= {"courses": [first], "next_cursor": first["course_id"]}
    signed_in.others.more_adherence = {"courses": [second], "deviations": {"min_gap": 1}}
    page = await signed_in.get(CADENCE)
    for words in ("2 courses", "Grace Kim", "Rosa Alvarez", "More than 10 minutes on one region"):
        assert words in page.text


async def test_an_empty_practice_has_no_courses_to_show(signed_in: Browser):
    signed_in.others.adherence = {"courses": [], "deviations": {}}
    page = await signed_in.get(CADENCE)
    assert "No course has been opened yet." in page.text
    assert "No deviations have been noted." in page.text


RESIDENT = """
import sys, services.web.app
assert not any(name.startswith("reportlab") for name in sys.modules)
from services.web.paper import sheet
pages = open("/proc/self/statm").read().split()[1]
print(int(pages) * 4096 // 1_000_000)
"""


def test_the_library_for_paper_is_loaded_late_and_with_it_the_service_stays_small():
    ran = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert int(ran.stdout) < 80
