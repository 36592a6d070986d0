"""What is a valid value, for all services."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct

from services.notify.mail import recipient
from shared import values
from shared.clock import duration, parse_time
from shared.http.problems import Malformed

NASTY = st.text(alphabet=st.sampled_from("0123456789:\n٠١٢３PTDHMabz_- \u0000\u202e\u200b24"), max_size=8)


@given(NASTY)
@example("09:00\n")
@example("0٩:00")
@example("24:00")
def test_what_is_a_time_can_be_read(text: str) -> None:
    for kind in (values.TimeOfDay, values.ClockTime):
        try:
            msgspec.convert(text, kind)
        except msgspec.ValidationError:
            continue
        assert text.isascii()
        assert len(text) == 5
        parse_time(text)


@given(NASTY)
@example("P2D\n")
@example("P1٢D")
def test_what_is_a_lead_time_can_be_read(text: str) -> None:
    try:
        msgspec.convert(text, values.LeadTime)
    except msgspec.ValidationError:
        return
    assert duration(text) > timedelta(0)


@given(st.emails() | st.text(max_size=20) | st.builds("{}@{}".format, st.text(max_size=5), st.text(max_size=10)))
@example("p@müller.com")
@example("josé@example.com")
@example("t@example.org\n")
def test_an_address_that_is_taken_can_be_written_to_and_stays_as_it_is(text: str) -> None:
    try:
        stored = values.checked_email("email", text)
    except Malformed:
        return
    assert values.checked_email("email", stored) == stored
    address = values.ascii_address(stored)
    assert address
    assert address.isascii()
    assert recipient("Zoë", address).addr_spec == address


@given(st.text(max_size=30))
@example("\u200b")
@example("Ann\u202e")
def test_a_name_that_is_taken_can_be_seen_and_stays_as_it_is(text: str) -> None:
    try:
        stored = values.checked_name("name", text)
    except Malformed:
        return
    assert values.checked_name("name", stored) == stored
    assert "\n" not in stored


@pytest.mark.parametrize("unseen", ["\u3164", "\u2800", "\u115f\u1160", "\uffa0 \u3164"])
def test_a_name_of_letters_that_nobody_sees_is_none(unseen: str) -> None:
    with pytest.raises(Malformed):
        values.checked_name("name", unseen)
    assert values.checked_name("name", f"An{unseen}n") == f"An{unseen}n"


@given(st.text(alphabet="+0123456789 ()-x#٠١", max_size=20), st.sampled_from(["US", "DE", "AU", ""]))
def test_a_number_that_is_taken_is_the_same_everywhere(text: str, country: str) -> None:
    try:
        stored = values.checked_phone("phone", text, country)
    except Malformed:
        return
    assert values.checked_phone("phone", stored, "") == stored


class Body(Struct):
    at: datetime | None = None
    on: date | None = None
    text: str = ""
    things: list[Any] = []
    inner: dict[str, Any] = {}


EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (Body(at=datetime(1, 1, 1, tzinfo=EAST)), "at"),
        (Body(at=datetime(9999, 12, 31, tzinfo=WEST)), "at"),
        (Body(at=datetime(1900, 1, 1, tzinfo=EAST)), "at"),
        (Body(at=datetime(2200, 12, 31, 23, tzinfo=WEST)), "at"),
        (Body(on=date(1899, 12, 31)), "on"),
        (Body(on=date(2201, 1, 1)), "on"),
        (Body(text="a\0b"), "text"),
        (Body(text="x" * 20_001), "text"),
        (Body(things=[1] * 501), "things"),
        (Body(things=[Body(things=[Body(text="\0")])]), "things[0].things[0].text"),
        (Body(inner={"a": ["\0"]}), "inner.a[0]"),
    ],
)
def test_no_request_may_hold_this_anywhere(body: Body, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        values.check(body)
    assert caught.value.field == field


def test_the_first_and_the_last_instant_are_taken() -> None:
    values.check(Body(at=datetime(1900, 1, 1, tzinfo=UTC), on=date(2200, 12, 31)))
    values.check(Body(at=datetime(2200, 12, 31, 23, 59, tzinfo=UTC), things=[1] * 500, text="x" * 20_000))
