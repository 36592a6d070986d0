"""The sheet: one page of A4 or Letter whatever the note says, words as text, and nobody's name in its properties."""

import base64
import re
import zlib
from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from services.protocol.domain.note import prepare
from services.web.answers.note import Note
from services.web.answers.protocol import Protocol
from services.web.paper import sheet
from services.web.paper.lettering import writable
from services.web.views.note import page
from tests.integration.web.notes import longest, note, shortest, step
from tests.integration.web.samples import PROTOCOL
from tests.unit.protocol.told import Told, region, schedule

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
SHOWN = re.compile(r"\(((?:\\.|[^\\()])*)\) Tj")
PLAN = msgspec.convert(PROTOCOL, Protocol)
PAPERS = {"A4": (595, 842), "Letter": (612, 792)}
NOTES = {"shortest": shortest(), "usual": note(), "long": longest(2), "far too long": longest(9)}

POINTS = ["knee_left", "knee_right", "occiput_left", "occiput_right", "trapezius_left", "gluteal_left", "gluteal_right"]


def printed(given: dict[str, Any], size: Any = "A4", name: str = "Rosa Alvarez") -> bytes:
    shown = page(msgspec.convert(given, Note), PLAN, ZoneInfo("America/New_York"), date(2026, 3, 4))
    return sheet.draw(shown, name=name, visit="Wed 4 Mar, 11:00", practice="Riverside Practice", size=size)


def content_of(pdf: bytes) -> str:
    """The drawing orders of the page."""
    (packed,) = STREAM.findall(pdf)
    return zlib.decompress(base64.a85decode(b"<~" + packed.strip(), adobe=True)).decode("latin-1")


def text_of(pdf: bytes) -> str:
    """All words of the page, in the order they are drawn."""
    return " ".join(" ".join(SHOWN.findall(content_of(pdf))).replace("\\", "").split())


@pytest.mark.parametrize("size", PAPERS)
@pytest.mark.parametrize("given", NOTES.values(), ids=NOTES)
def test_is_always_one_page_of_the_practices_paper(given, size):
    pdf = printed(given, size)
    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
    box = [round(float(side)) for side in re.search(rb"/MediaBox \[([^]]*)\]", pdf)[1].split()[2:]]
    assert tuple(box) == PAPERS[size]


@pytest.mark.parametrize("size", PAPERS)
@pytest.mark.parametrize("given", NOTES.values(), ids=NOTES)
def test_nothing_is_written_outside_the_page(given, size):
    written, pictures = content_of(printed(given, size)), 1
    while pictures:  # what stands inside a picture has its own coordinates
        written, pictures = re.subn(r"\bq\n(?:(?!\bq\n|\bQ\n).)*\bQ\n", "", written, flags=re.DOTALL)
    places = [(float(x), float(y)) for x, y in re.findall(r"BT 1 0 0 1 ([-\d.]+) ([-\d.]+) Tm", written)]
    assert len(places) > 5
    assert all(20 < x < PAPERS[size][0] - 20 and 20 < y < PAPERS[size][1] - 20 for x, y in places)


def test_its_words_can_be_read_as_text():
    text = text_of(printed(note(label="single case, uncontrolled")))
    for words in (
        "Rosa Alvarez", "Session 13, Fibromyalgia course, series 2, Wed 4 Mar, 11:00, 60 min", "single case",
        "Inhibitory opening, 6 min:", "Not yet", "Periosteal massage:", "Base of the skull: left and right",
        "pain 6 to 4", "Neck, left, 7 min:", "Slow, never forced", "the therapist decides", "Riverside Practice",
    ):  # fmt: skip
        assert words in text, words


def test_every_line_says_where_it_comes_from():
    event = {"at": "2026-03-07T15:00:00Z", "session_at": "2026-03-07T14:00:00Z", "source": "B"}
    text = text_of(printed(note(event=event)))
    for words in (
        "The session begins about 09:00. [B]", "at most 12 minutes. [A]", "At least 2 times a week. [A; policy]",
        "Hand, palm. [A, figure 10]",
    ):  # fmt: skip
        assert words in text, words


def test_all_of_a_usual_note_is_on_the_sheet_and_what_cannot_be_is_counted():
    assert "The note goes on" not in text_of(printed(note()))
    assert "The note goes on" not in text_of(printed(longest(2)))
    assert re.search(r"The note goes on: \d+ more lines stand on the screen\.", text_of(printed(longest(9))))


def real_note(sessions: int) -> bytes:
    """The fibromyalgia course's own note after so many sessions, the last one a bad one."""
    told = Told()
    *before, last = schedule(sessions)
    worked = [region("neck", 12, "kneading"), region("upper_back", 9, "intensive")]
    told.give(*before).give(last, regions=worked, aggravated=True, contraction=True, tender_points=POINTS)
    return msgspec.json.encode(prepare(told.definition, told.state))


@pytest.mark.parametrize(("size", "points"), [("A4", 8), ("Letter", 7.5)])
@pytest.mark.parametrize("sessions", [1, 12, 30])
def test_a_full_note_of_the_longest_protocol_is_set_in_letters_that_can_be_read(size, points, sessions):
    given = msgspec.json.decode(real_note(sessions)) | {"prepared_at": "2026-03-03T23:00:00Z"}
    letters = Counter(float(of) for of in re.findall(r"/F\d+ ([\d.]+) ", content_of(printed(given, size))))
    assert letters.most_common(1)[0][0] >= points


def test_what_is_done_as_in_a_step_above_is_told_once():
    steps = [step("Kneading", "kneading", 30, "Slowly growing.", region=one) for one in ("neck", "knee")]
    text = text_of(printed(note(sequence=steps)))
    assert text.count("Slowly growing.") == 1
    assert "Kneading, 30 min: (knee) As step 1. [A]" in text


def test_what_is_forbidden_stands_first_so_that_no_length_pushes_it_off():
    text = text_of(printed(longest(9)))
    assert text.index("Not yet") < text.index("What to do")


def test_its_properties_and_links_name_nobody_and_lead_nowhere():
    pdf = printed(note())
    outside = STREAM.sub(b"", pdf)
    assert b"Rosa" not in outside
    assert b"Alvarez" not in outside
    assert b"Note for session 13" in outside
    for word in (b"/URI", b"/Launch", b"/JavaScript", b"/EmbeddedFile", b"http"):
        assert word not in outside


def test_the_same_note_gives_the_same_bytes():
    assert printed(note()) == printed(note())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Zoë O’Brien", "Zoë O’Brien"),
        ("Łucja Dvořák", "Lucja Dvorák"),
        ("Ғалия", ""),
        ("a → b ≤ c", "a to b at most c"),
    ],
)
def test_letters_the_fonts_lack_lose_their_accent_or_are_left_out(name, written):
    assert writable(name) == written


@pytest.mark.parametrize("name", ["Іван", "Ivan Иванов", "Ann 민준", "Ann \N{OLD ITALIC LETTER A}", " "])
def test_a_name_with_a_letter_the_fonts_lack_leaves_a_line_to_write_on(name):
    text = text_of(printed(note(), name=name))
    assert "Name: ____" in text
    assert "Ivan" not in text
    assert "Ann" not in text


@pytest.mark.parametrize(
    "name", ["Zoë O’Brien", "Łucja Dvořák", "Ngu\N{LATIN SMALL LETTER Y}e\u0302\u0303n Anh", "Şükrü Öz"]
)
def test_a_name_that_only_loses_accents_is_written(name):
    assert "Name: ____" not in text_of(printed(note(), name=name))


def test_a_word_longer_than_a_line_is_cut():
    pdf = printed(note(cautions=[{"text": "x" * 3000}]))
    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
