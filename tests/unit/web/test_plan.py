"""The time plan: a bar and a list that say the same."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest

from services.web.answers.note import Note
from services.web.views.plan import Plan, plan
from tests.integration.web.notes import note, step


def drawn(**more: Any) -> Plan:
    return plan(msgspec.convert(note(**more), Note))


def test_the_bar_is_full_and_without_gaps():
    segments = drawn().segments
    assert segments[0].left == 0
    for before, after in pairwise(segments):
        assert after.left == pytest.approx(before.left + before.width)
    assert segments[-1].left + segments[-1].width == pytest.approx(100)


def test_a_step_says_from_which_minute_to_which_where_and_how_the_client_lies():
    third = drawn().steps[2]
    assert (third.number, third.name, third.span) == (3, "Base of the skull", "14–17")
    assert (third.where, third.position, third.source) == ("Neck", "Side-lying", "A")
    assert third.minutes == "3\N{NO-BREAK SPACE}min"


def test_steps_in_one_position_are_one_stretch():
    lying = drawn().positions
    assert [(part.text, round(part.width * 0.6)) for part in lying] == [
        ("Side-lying", 24), ("Prone", 12), ("Side-lying", 20), ("", 4),
    ]  # fmt: skip


def test_without_positions_none_are_drawn():
    assert drawn(sequence=[step("Kneading", "kneading", 60, "")]).positions == []


def test_a_step_too_short_for_its_number_keeps_it_in_the_list():
    short = drawn(sequence=[step("Opening", "effleurage", 59, ""), step("Close", "stretching", 1, "")])
    assert [part.text for part in short.segments] == ["1", ""]
    assert short.steps[1].number == 2


def test_the_words_beside_the_bar_name_every_step_with_its_minutes():
    assert drawn().words.startswith("Time plan of 60 minutes. Steps and minutes: 1 Inhibitory opening, 6, 2 Connective")


def test_the_scale_runs_in_tens_and_in_a_long_session_in_half_hours():
    assert [tick.text for tick in drawn().ticks] == ["0", "10", "20", "30", "40", "50", "60"]
    assert [tick.text for tick in drawn(sequence=[step("x", "kneading", 180, "")]).ticks][:3] == ["0", "30", "60"]
