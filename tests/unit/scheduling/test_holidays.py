"""Whose public holidays count, and on which of them the practice is closed."""

from datetime import date

import pytest
from structlog.testing import capture_logs

from services.scheduling.app import build
from services.scheduling.holidays import closed_on, holidays_in
from shared.config import Config, Holidays, Practice

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_a_region_adds_its_own_days():
    germany = holidays_in(Holidays(country="DE"), *YEAR)
    bavaria = holidays_in(Holidays(country="DE", subdivision="BY"), *YEAR)
    assert date(2026, 1, 6) not in germany
    assert {date(2026, 1, 6), date(2026, 6, 4)} <= set(bavaria)
    assert set(germany) < set(bavaria)


def test_without_a_country_there_are_none():
    assert holidays_in(Holidays(), *YEAR) == {}


def test_from_one_year_into_the_next():
    found = holidays_in(Holidays(country="US"), date(2026, 12, 25), date(2027, 1, 1))
    assert list(found) == [date(2026, 12, 25), date(2027, 1, 1)]


def test_categories_are_a_choice():
    public, all_of_them = (
        holidays_in(Holidays(country="US", categories=chosen), *YEAR)
        for chosen in (("public",), ("public", "half_day"))
    )
    assert set(public) <= set(all_of_them)


@pytest.mark.parametrize(
    ("closed", "decided", "expected"),
    [(True, True, False), (True, None, True), (False, None, False), (False, False, True)],
)
def test_what_was_decided_for_a_day_counts_more_than_the_setting(closed, decided, expected):
    christmas = date(2026, 12, 25)
    known = {} if decided is None else {christmas: decided}
    found = closed_on(Holidays(country="US", closed=closed), known, christmas, christmas)
    assert (christmas in found) == expected


@pytest.mark.parametrize(
    "region",
    [Holidays(country="XX"), Holidays(country="US", subdivision="ZZ"), Holidays(country="US", categories=("x",))],
)
def test_an_unknown_region_stops_the_service_and_says_where(region):
    with pytest.raises(ValueError, match=r"practice\.toml, \[holidays\]"):
        build(Config(), Practice(zone="America/New_York", holidays=region))


@pytest.mark.parametrize(
    ("region", "missing"),
    [
        (Holidays(country="AU"), True),
        (Holidays(country="AU", subdivision="SA"), False),
        (Holidays(country="DE"), True),
        (Holidays(country="NL"), False),
        (Holidays(), False),
    ],
)
def test_a_country_whose_regions_have_days_of_their_own_is_asked_for_one_at_the_start(region, missing):
    with capture_logs() as lines:
        build(Config(), Practice(zone="America/New_York", holidays=region))
    assert [line["event"] for line in lines] == ["holidays_missing"] * missing
    assert all("subdivision" in line["reason"] and region.country in line["reason"] for line in lines)
