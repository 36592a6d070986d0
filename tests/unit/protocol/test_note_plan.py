"""Whatever came before and however long the visit: the plan keeps the rules of domain.md §3.3, told here anew."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.protocol.domain.events import CourseOpened
from services.protocol.domain.note import Note, prepare
from services.protocol.domain.state import Course, Given, Visit
from services.protocol.domain.timeplan import PlannedStep, turned
from shared.events.records import RegionWorked
from shared.vocabulary import Region, TenderPoint
from tests.unit.protocol.told import CLIENT, COURSE, START, Told, definition, schedule, session

FIBROMYALGIA = definition()
DAYS = schedule(40)
REGIONS: tuple[Any, ...] = Region.__args__  # type: ignore[attr-defined]
POINTS: tuple[Any, ...] = TenderPoint.__args__  # type: ignore[attr-defined]
ORDER = ["opening", "connective tissue", "squeezing", "cross-fibre", "kneading", "points", "periosteal", "pir"]
PLACE = {
    "effleurage": "opening", "connective_tissue": "connective tissue", "squeezing": "squeezing",
    "suboccipital": "kneading", "petrissage_1": "kneading", "petrissage_2": "kneading", "subscapular": "kneading",
    "thumb_glide": "kneading", "ironing": "kneading", "kneading": "kneading", "intensive": "kneading",
    "tender_point": "points", "trigger_point": "points", "periosteal": "periosteal", "pir": "pir",
}  # fmt: skip
"""Where a technique stands in the order of a session; cross-fibre friction is also figure 8 of the kneading."""

WORKED = st.builds(RegionWorked, region=st.sampled_from(REGIONS), minutes=st.integers(1, 15))
FIGURES = st.fixed_dictionaries(
    {
        "threshold_risen": st.booleans(), "aggravated": st.booleans(), "contraction": st.booleans(),
        "tender_points": st.lists(st.sampled_from(POINTS), unique=True, max_size=18),
        "regions": st.lists(WORKED, max_size=4),
    }
)  # fmt: skip


def course(sessions: list[dict[str, Any]], minutes: int, protocol: str = "fibromyalgia") -> Course:
    """A course with these sessions on days that keep every rule, and a visit of so many minutes to come."""
    opened = CourseOpened(client_id=CLIENT, course_id=COURSE, protocol=protocol, starts_on=START)
    done = tuple(Given(on, session(on, **figures)) for on, figures in zip(DAYS, sessions, strict=False))
    starts = datetime(2027, 6, 1, 14, tzinfo=UTC)
    visit = Visit(UUID(int=7), starts, starts + timedelta(minutes=minutes), starts.date())
    return Course(
        opened=opened, given=done, days=tuple(one.on for one in done), visits=(visit,),
        cleared_on=DAYS[9] if len(done) >= 10 else None,
    )  # fmt: skip


@st.composite
def notes(draw: st.DrawFn) -> tuple[Note, list[dict[str, Any]]]:
    last = draw(st.lists(FIGURES, max_size=3))
    plain = [{}] * draw(st.integers(0, 32))
    sessions: list[dict[str, Any]] = [*plain, *last]
    return prepare(FIBROMYALGIA, course(sessions, draw(st.integers(15, 120)))), sessions


@given(notes())
def test_the_plan_adds_up_to_the_visit(found: tuple[Note, list[dict[str, Any]]]):
    note, _ = found
    assert sum(step.minutes for step in note.sequence) == note.minutes
    assert all(step.minutes >= 1 and step.detail and step.source for step in note.sequence)


@given(notes())
def test_no_region_has_more_than_10_minutes_and_7_after_a_bad_session(found: tuple[Note, list[dict[str, Any]]]):
    note, sessions = found
    spent = Counter[str | None]()
    for step in note.sequence:
        spent[step.region] += step.minutes
    most = 7 if sessions and sessions[-1].get("aggravated") else 10
    assert all(minutes <= most for region, minutes in spent.items() if region not in {None, "full_body"})
    assert all(focus.minutes == spent[focus.region] for focus in note.focus)
    assert len(note.focus) <= 4


@given(notes())
def test_nobody_lies_prone_for_more_than_12_minutes_at_a_stretch(found: tuple[Note, list[dict[str, Any]]]):
    note, _ = found
    minute_by_minute = "".join(("p" if step.position == "prone" else ".") * step.minutes for step in note.sequence)
    stretches = [len(stretch) for stretch in minute_by_minute.split(".")]
    assert max(stretches) == note.prone.longest <= note.prone.limit == 12


def test_who_has_lain_prone_for_12_minutes_is_turned_over():
    limit = FIBROMYALGIA.limits.prone_minutes
    step = PlannedStep(step="Ironing", technique="ironing", minutes=20, detail="", source="A", position="prone")
    assert [(one.position, one.minutes) for one in turned([step, step], limit)] == [
        ("prone", 12), ("side_lying", 8), ("side_lying", 20),
    ]  # fmt: skip
    calm = replace(step, minutes=12), replace(step, minutes=3, position="supine"), replace(step, minutes=12)
    assert list(turned(calm, limit)) == list(calm)


@given(notes())
def test_the_steps_keep_the_order_of_a_session(found: tuple[Note, list[dict[str, Any]]]):
    note, _ = found
    names = ["kneading" if "across the back" in step.step else PLACE.get(step.technique, "cross-fibre")
             for step in note.sequence]  # fmt: skip
    assert names == sorted(names, key=ORDER.index)
    assert names[0] == "opening"


@given(notes())
def test_what_waits_is_not_planned_and_half_is_kneading_once_intensive_work_is_allowed(
    found: tuple[Note, list[dict[str, Any]]],
):
    note, sessions = found
    ordinal = len(sessions) + 1
    used = {step.technique for step in note.sequence}
    risen = any(figures.get("threshold_risen") for figures in sessions)
    calm = not any(figures.get("contraction") for figures in sessions[-2:])
    assert note.allowed.intensive == (ordinal >= 6 and risen)
    assert note.allowed.pir == (ordinal >= 11 and calm)
    assert "pir" not in used or note.allowed.pir
    assert "intensive" not in used or note.allowed.intensive
    assert "periosteal" not in used or 26 <= ordinal <= 30
    assert ordinal >= 4 or all(step.region != "full_body" for step in note.sequence)
    kneading = sum(step.minutes for step in note.sequence if step.technique == "kneading")
    assert not note.allowed.intensive or 2 * kneading >= note.minutes


@given(notes())
def test_the_neck_is_worked_in_side_lying(found: tuple[Note, list[dict[str, Any]]]):
    note, _ = found
    assert {step.position for step in note.sequence if step.region == "neck"} <= {"side_lying"}


@pytest.mark.parametrize("name", ["als_support", "neuromuscular_maintenance", "pre_event_sports", "post_event_sports"])
@given(minutes=st.integers(15, 120), figures=FIGURES)
def test_the_other_protocols_add_up_too(name: str, minutes: int, figures: dict[str, Any]):
    sessions = [] if "sports" in name else [figures]
    note = prepare(definition(name), course(sessions, minutes, name))
    assert sum(step.minutes for step in note.sequence) == note.minutes == minutes


@pytest.mark.parametrize("name", ["als_support", "neuromuscular_maintenance", "pre_event_sports", "post_event_sports"])
@given(minutes=st.integers(15, 120), figures=FIGURES)
def test_no_region_has_more_than_10_minutes_in_the_other_protocols_either(
    name: str, minutes: int, figures: dict[str, Any]
):
    sessions = [] if "sports" in name else [figures]
    note = prepare(definition(name), course(sessions, minutes, name))
    spent = Counter[str | None]()
    for step in note.sequence:
        spent[step.region] += step.minutes
    assert all(spent[region] <= 10 for region in spent if region not in (None, "full_body"))


@pytest.mark.parametrize(
    ("name", "region", "elsewhere"),
    [("als_support", "thigh", 4), ("neuromuscular_maintenance", "neck", 14), ("pre_event_sports", "thigh", 10)],
)
def test_what_time_a_region_may_not_have_goes_where_no_region_is_named(name: str, region: str, elsewhere: int):
    found = prepare(definition(name), Told(name).state)
    technique = next(step.technique for step in found.sequence if step.region == region)
    parts = {step.region: step.minutes for step in found.sequence if step.technique == technique}
    assert (parts[region], parts[None]) == (10, elsewhere)


@given(notes())
def test_equal_courses_have_equal_notes_byte_for_byte(found: tuple[Note, list[dict[str, Any]]]):
    note, sessions = found
    again = prepare(FIBROMYALGIA, course(sessions, note.minutes))
    assert msgspec.json.encode(again) == msgspec.json.encode(note)
    assert again.digest == note.digest
