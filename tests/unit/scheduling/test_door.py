"""Whatever the door lets in can be read by everything behind it; what older versions let in is read as well."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.scheduling.availability import day_hours, weekly_hours
from services.scheduling.bodies import HoldQuery, Prefer, SlotsQuery, interval, moment
from services.scheduling.domain.choosing import Wish, wish_on
from services.scheduling.domain.roster import Roster, Worker, Workplace
from services.scheduling.domain.slots import Span, whole_day
from services.scheduling.practice_bodies import AwayBody, DayBody, HoursBody, spans
from shared.clock import after, at, day_of, parse_time
from shared.http.problems import Malformed
from shared.values import check

ZONES = st.sampled_from([ZoneInfo(name) for name in ("America/New_York", "Pacific/Kiritimati", "Pacific/Niue", "UTC")])
TIMES = st.one_of(
    st.from_regex(r"(([01]\d|2[0-3]):[0-5]\d|24:00)$"),
    st.sampled_from(["24:00", "00:00", "09:00"]),
    st.text(max_size=6),
)
DAYS = st.one_of(st.dates().map(str), st.from_regex(r"\d{4}-?(\d\d-?\d\d|W\d\d-\d)\s?$"), st.text(max_size=12))
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.one_of(DAYS, st.datetimes(timezones=OFFSETS).map(datetime.isoformat), st.text(max_size=30))
SOMEBODY, ROOM = UUID(int=1), UUID(int=2)


def let_in(cls: type[msgspec.Struct], body: object) -> msgspec.Struct | None:
    """The body as a handler gets it, unless it is refused with a sentence."""
    try:
        found: msgspec.Struct = msgspec.convert(body, cls)
        check(found)
    except (msgspec.ValidationError, Malformed):
        return None
    return found


def roster(hours: tuple[Span, ...], zone: ZoneInfo) -> Roster:
    worker = Worker(therapist_id=SOMEBODY, name="Ada", hours=hours, rooms=[])
    room = Workplace(room_id=ROOM, name="Front")
    return Roster(zone=zone, grid=15, workers={SOMEBODY: worker}, rooms={ROOM: room})


@given(TIMES, TIMES, ZONES)
@example("10:00\n", "1٠:00", ZoneInfo("UTC"))
def test_hours_that_are_let_in_give_free_times(start: str, end: str, zone: ZoneInfo):
    body = let_in(HoursBody, {"hours": [{"weekday": "mon", "from": start, "to": end}]})
    if isinstance(body, HoursBody):
        assert (start.isascii(), len(start), end.isascii(), len(end)) == (True, 5, True, 5)
        hours = weekly_hours(msgspec.json.encode(spans(body.hours)))
        found = roster(tuple(hours), zone)
        within = whole_day(date(2026, 3, 2), zone)[0], whole_day(date(2026, 3, 9), zone)[1]
        assert all(one.starts_at < one.ends_at for one in found.slots(found.workers[SOMEBODY], within, 15))


@given(st.from_regex(r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"))
def test_what_older_versions_took_for_a_time_is_read(text: str):
    assert parse_time(text) == parse_time(text.strip())
    assert day_hours(msgspec.json.encode([{"from": text, "to": text}]))


@pytest.mark.parametrize("text", ["", "9", "25:00", "ten", "10:61", "::"])
def test_what_is_no_time_is_not_read(text: str):
    with pytest.raises(ValueError, match=r".*"):
        weekly_hours(msgspec.json.encode([{"weekday": "mon", "from": text, "to": "17:00"}]))


@given(TIMES, TIMES, ZONES)
def test_a_wish_that_is_let_in_has_room_for_a_visit(start: str, end: str, zone: ZoneInfo):
    body = let_in(Prefer, {"from": start, "to": end})
    if isinstance(body, Prefer):
        first, last = wish_on(date(2026, 3, 4), Wish(from_=body.from_, to=body.to), roster((), zone))
        assert first < last


@given(TIMES)
def test_a_day_that_is_let_in_can_be_read(end: str):
    body = let_in(DayBody, {"times": [{"from": "09:00", "to": end}]})
    if isinstance(body, DayBody):
        assert list(day_hours(msgspec.json.encode(body.stored))) == body.stored


@given(INSTANTS, ZONES)
@example("0001-01-01T00:00:00+23:59", ZoneInfo("UTC"))
@example("9999-12-31", ZoneInfo("Pacific/Niue"))
def test_a_moment_that_is_let_in_lies_in_every_calendar(text: str, zone: ZoneInfo):
    try:
        found = moment("from", text, zone)
    except Malformed:
        return
    assert 1899 <= found.astimezone(UTC).year <= 2201
    assert whole_day(day_of(found, zone), zone)[0] <= found + timedelta(hours=1)


@given(INSTANTS, INSTANTS, ZONES)
def test_an_absence_that_is_let_in_is_to_the_minute_and_has_a_length(start: str, end: str, zone: ZoneInfo):
    try:
        found = AwayBody(from_=start, to=end).time(zone)
    except Malformed:
        return
    assert timedelta() < found[1] - found[0] <= timedelta(days=3661)
    assert found == interval(start, end, zone)


@given(st.one_of(st.from_regex(r"[1-9]\d?m$"), st.text(max_size=4)))
@example("10m\n")
def test_a_hold_is_for_1_to_60_minutes_or_refused(text: str):
    try:
        length = HoldQuery(hold=text).length
    except Malformed:
        return
    assert length is not None
    assert timedelta(minutes=1) <= length <= timedelta(minutes=60)
    assert f"{length // timedelta(minutes=1)}m" == text


@given(st.one_of(st.from_regex(r"[a-z0-9_,]*$"), st.text(max_size=12)))
def test_equipment_is_asked_for_by_its_names_or_refused(text: str):
    query = SlotsQuery(from_="2026-03-02", to="2026-03-03", minutes=60, equipment=text)
    try:
        needs = query.needs
    except Malformed:
        return
    assert all(one == one.strip() and one.isascii() for one in needs)


@given(st.dates(), ZONES)
@example(date.max, ZoneInfo("Pacific/Niue"))
@example(date.min, ZoneInfo("Pacific/Kiritimati"))
def test_the_calendar_has_an_end_and_no_edge(day: date, zone: ZoneInfo):
    assert after(date.max, 1) == date.max
    assert after(date.min, -1) == date.min
    start, end = whole_day(day, zone)
    assert start <= end
    assert day_of(start, zone) in (day, after(day, 1), after(day, -1))
    assert at(day, parse_time("12:00"), zone).tzinfo is UTC
