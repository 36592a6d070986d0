"""The pages while other services are away: they say so, and show the rest."""

import pytest

from tests.integration.web.conftest import CLIENT, COURSE, PAGES, Browser


@pytest.mark.parametrize("path", PAGES)
async def test_with_every_service_away_the_page_says_so(signed_in: Browser, path):
    signed_in.others.away = {"records", "scheduling", "protocol"}
    page = await signed_in.get(path)
    assert page.status == 503
    assert page.headers["Retry-After"]
    assert "Nothing was lost or changed." in page.text
    assert f'href="{path}">Try again</a>' in page.text


async def test_without_names_the_rest_of_the_day_and_the_course_stand(signed_in: Browser):
    signed_in.others.away = {"records"}
    for path, words in (("/day", "Room 1, is here"), (COURSE, "Note for session 13"), (CLIENT, "Visits to come")):
        page = await signed_in.get(path)
        assert page.status == 200
        assert "Name not available" in page.text
        assert "Names and contact data could not be read just now." in page.text
        assert words in page.text


async def test_without_visits_the_course_and_its_note_stand(signed_in: Browser):
    signed_in.others.away = {"scheduling"}
    page = await signed_in.get(COURSE)
    assert page.status == 200
    assert "The visits could not be read." in page.text
    assert "No visit is booked" not in page.text
    assert "Note for session 13" in page.text


async def test_an_answer_in_unknown_words_counts_as_none(signed_in: Browser):
    del signed_in.others.note["ordinal"]
    page = await signed_in.get(COURSE)
    assert page.status == 200
    assert "Courses and notes could not be read just now." in page.text
