"""The body: regions and tender points where they belong, left on the client's left, and no invented arrow."""

from typing import Any, get_args

import msgspec
import pytest

from services.web.answers.note import Note
from services.web.views.bodymap import Picture, area_names, area_pictures, pictures
from services.web.views.figure import AREAS, HALF_WIDTH, HEIGHT, SHAPES, SITES
from services.web.views.outline import path
from shared.vocabulary import Region, TenderPoint
from tests.integration.web.notes import EVERY_POINT, note


def drawn(**more: Any) -> tuple[Picture, Picture]:
    front, back = pictures(msgspec.convert(note(**more), Note))
    return front, back


def focus(region: str, side: str | None = None) -> list[dict[str, Any]]:
    return [{"region": region, "side": side, "minutes": 7, "why": "hurts"}]


def none() -> dict[str, Any]:
    return {"left": [], "gone": []}


@pytest.mark.parametrize("region", [region for region in get_args(Region) if region != "full_body"])
def test_every_region_of_the_practice_is_drawn_on_both_sides(region):
    shapes = [shape for one in drawn(focus=focus(region)) for shape in one.shapes]
    assert {shape.sign for shape in shapes} == {1, -1}
    assert all(0 <= y <= HEIGHT and 0 <= x <= HALF_WIDTH for shape in shapes for x, y in shape.points)


def test_the_whole_body_marks_everything():
    front, back = drawn(focus=focus("full_body"), tender_points=none())
    assert len(front.shapes) == 2 * len(SHAPES["front"])
    assert len(back.shapes) == 2 * len(SHAPES["back"])


def test_the_clients_left_is_at_the_viewers_right_in_front_and_at_the_viewers_left_from_behind():
    front, back = drawn(focus=focus("shoulder", "left"), tender_points=none())
    assert [shape.sign for shape in front.shapes] == [1]
    assert [shape.sign for shape in back.shapes] == [-1]
    assert (front.right, back.right) == (-1, 1)


def test_all_eighteen_tender_points_stand_in_the_view_they_are_seen_in():
    assert set(EVERY_POINT) == set(get_args(TenderPoint))
    assert {f"{site}_{side}" for site in SITES for side in ("left", "right")} == set(EVERY_POINT)
    front, back = drawn(tender_points={"left": EVERY_POINT}, focus=[])
    assert (len(front.dots), len(back.dots)) == (8, 10)
    assert all(dot.x != 0 for dot in (*front.dots, *back.dots))


def test_what_is_gone_is_told_apart_by_its_form():
    _, back = drawn(tender_points={"left": ["trapezius_left"], "gone": ["trapezius_right"]}, focus=[])
    assert [(dot.x < 0, dot.gone) for dot in back.dots] == [(True, False), (False, True)]
    assert "tender points to treat: 1, gone: 1" in back.words


def test_the_picture_ends_below_the_waist_unless_something_is_marked_further_down():
    upper, _ = drawn(focus=focus("neck"), tender_points=none())
    lower, _ = drawn(focus=focus("foot"), tender_points=none())
    assert upper.frame[3] < 240
    assert lower.frame[3] == HEIGHT


def test_nothing_to_mark_is_no_picture():
    assert pictures(msgspec.convert(note(focus=[], tender_points=None), Note)) == []


def test_areas_are_marked_and_named_and_carry_no_arrow_nobody_entered():
    areas = area_pictures(msgspec.convert(note(body_maps=list(AREAS)), Note))
    assert [area.name for area in areas] == [area.name for area in AREAS.values()]
    assert all(area.shapes and not area.arrows for area in areas)


def test_arrows_a_practice_entered_are_drawn_in_their_order_inside_the_areas_frame():
    entered = {"hip": [{"from": [1, 1], "to": [0.5, 0], "order": 2}, {"from": [0, 0], "to": [1, 0], "order": 1}]}
    (hip,) = area_pictures(msgspec.convert(note(body_maps=["hip"], arrows=entered), Note))
    left, top, width, height = hip.frame
    assert hip.arrows == [
        ((left, top), (left + width, top), 1), ((left + width, top + height), (left + width / 2, top), 2),
    ]  # fmt: skip
    assert "2 pulls" in hip.words


def test_an_area_without_a_picture_keeps_its_name():
    given = msgspec.convert(note(body_maps=["sole_of_the_foot"]), Note)
    assert (area_pictures(given), area_names(given)) == ([], ["Sole of the foot"])


def test_a_region_or_site_the_picture_does_not_know_is_left_to_the_words():
    front, back = drawn(focus=focus("jaw"), tender_points={"left": ["jaw_left", "knee_left"]})
    assert (front.shapes, back.shapes) == ([], [])
    assert (len(front.dots), len(back.dots)) == (1, 0)


def test_a_curve_is_closed_and_mirrored_by_its_sign():
    square = ((0, 0), (10, 0), (10, 10), (0, 10))
    assert path(square).startswith("M0 0C")
    assert path(square).endswith("0 0Z")
    assert "-10 " in path(square, -1)
